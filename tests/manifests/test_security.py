"""What keeps clusters apart from those who have no business with them: laws over everything that is rendered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from aerofleet.manifests.rendered import Object
from aerofleet.model.resolved import NetworkProfile
from tests.manifests.golden import rendered

PROFILES = pytest.mark.parametrize("profile", list(NetworkProfile))


def clusters(profile: NetworkProfile) -> Iterator[Object]:
    for team in rendered(profile).teams:
        yield from (cluster.objects[0] for cluster in team.clusters)


def with_tls(profile: NetworkProfile) -> list[Object]:
    found = [each for each in clusters(profile) if "tls" in each["spec"]["aerospikeConfig"]["network"]]
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
        mounted = next(each for each in cluster["spec"]["storage"]["volumes"] if each["name"] == "tls")
        source = cluster["spec"]["operatorClientCert"]["secretCertSource"]
        assert source["secretName"] == mounted["source"]["secret"]["secretName"]
        authority = cluster["spec"]["aerospikeConfig"]["network"]["tls"][0]["ca-file"]
        assert authority == f"{mounted['aerospike']['path']}/{source['caCertsFilename']}"
