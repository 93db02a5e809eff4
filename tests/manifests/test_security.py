"""What keeps clusters apart from those who have no business with them: laws over everything that is rendered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from aerofleet.files.choices import NetworkProfile
from aerofleet.manifests.rbac import team_access
from aerofleet.manifests.rendered import Object
from tests.manifests.golden import rendered, resolved

PROFILES = pytest.mark.parametrize("profile", list(NetworkProfile))


def clusters(profile: NetworkProfile) -> Iterator[Object]:
    for team in rendered(profile).teams:
        yield from (cluster.objects[0] for cluster in team.clusters)


def with_tls(profile: NetworkProfile) -> list[Object]:
    found = [cluster for cluster in clusters(profile) if "tls" in cluster["spec"]["aerospikeConfig"]["network"]]
    assert found
    return found


@PROFILES
def test_no_port_of_a_cluster_with_tls_is_plain(profile: NetworkProfile) -> None:
    for cluster in with_tls(profile):
        network: dict[str, Any] = cluster["spec"]["aerospikeConfig"]["network"]
        plain = {name for name, context in network.items() if name != "tls" and "port" in context}
        assert not plain, cluster["metadata"]["name"]


@PROFILES
def test_the_operator_knows_the_authority_of_a_cluster_with_tls(profile: NetworkProfile) -> None:
    for cluster in with_tls(profile):
        mounted = next(volume for volume in cluster["spec"]["storage"]["volumes"] if volume["name"] == "tls")
        source = cluster["spec"]["operatorClientCert"]["secretCertSource"]
        assert source["secretName"] == mounted["source"]["secret"]["secretName"]
        authority = cluster["spec"]["aerospikeConfig"]["network"]["tls"][0]["ca-file"]
        assert authority == f"{mounted['aerospike']['path']}/{source['caCertsFilename']}"


READING = {"get", "list", "watch"}


def rules_of(binding: Object, roles: dict[tuple[str, str], list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """The rules of the role a binding names; none for a role that somebody else's manifests bring."""
    reference = binding["roleRef"]
    return roles.get((reference["kind"], reference["name"]), [])


@PROFILES
def test_pods_hold_nothing_across_namespaces_but_the_sight_of_nodes(profile: NetworkProfile) -> None:
    cell = rendered(profile)
    roles = {
        (manifest["kind"], manifest["metadata"]["name"]): manifest["rules"]
        for manifest in cell.objects()
        if manifest["kind"] in ("Role", "ClusterRole")
    }
    bindings = [
        manifest for team in cell.teams for manifest in team.objects if manifest["kind"] == "ClusterRoleBinding"
    ]
    assert bindings
    for binding in bindings:
        assert rules_of(binding, roles) == [{"apiGroups": [""], "resources": ["nodes"], "verbs": ["get", "list"]}]


@PROFILES
def test_people_of_a_team_read_and_never_see_a_secret(profile: NetworkProfile) -> None:
    people = [manifest for team in rendered(profile).teams for manifest in team.objects if manifest["kind"] == "Role"]
    assert people
    for rule in (rule for role in people for rule in role["rules"]):
        assert set(rule["verbs"]) <= READING
        assert not {"secrets", "aerospikeclusters/scale", "pods/exec", "*"} & set(rule["resources"])


def test_a_team_that_names_no_people_lets_nobody_look() -> None:
    cell = resolved(NetworkProfile.POD)
    team = next(team for team in cell.teams if team.tenant.groups)
    assert team_access(cell, team)
    assert not team_access(cell, replace(team, tenant=team.tenant.model_copy(update={"groups": ()})))


@PROFILES
def test_the_key_of_a_cluster_stays_with_its_server(profile: NetworkProfile) -> None:
    for cluster in with_tls(profile):
        secret = cluster["spec"]["operatorClientCert"]["secretCertSource"]["secretName"]
        beside_the_server = [
            volume["source"]["secret"]
            for volume in cluster["spec"]["storage"]["volumes"]
            if volume["source"].get("secret", {}).get("secretName") == secret and "sidecars" in volume
        ]
        assert [source["items"] for source in beside_the_server] == [[{"key": "ca.crt", "path": "ca.crt"}]]
