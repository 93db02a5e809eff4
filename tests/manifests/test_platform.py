"""What a pool or a cell can leave out, and is then not made."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from aerofleet.features.alerts.build import team_rules, tier_rules
from aerofleet.files.choices import ClusterState, NetworkProfile
from aerofleet.files.metal import Tuning
from aerofleet.fleet.cell import Cell
from aerofleet.fleet.metal import Pool
from aerofleet.manifests.cell import render_cluster, render_pool, render_team
from aerofleet.manifests.local_volume import local_volumes
from aerofleet.manifests.storage_class import storage_classes
from tests.manifests.golden import resolved


def cell() -> Cell:
    return resolved(NetworkProfile.POD)


def nvme() -> Pool:
    return next(pool for pool in cell().pools if pool.name == "nvme")


def kinds(pool: Pool) -> list[str]:
    return [manifest["kind"] for manifest in render_pool(cell(), pool).objects]


def tuning(pool: Pool) -> dict[str, Any]:
    pods: dict[str, Any] = render_pool(cell(), pool).objects[0]["spec"]["template"]["spec"]
    return pods


def test_a_pool_tunes_what_it_asks_for() -> None:
    both, huge_pages_only = nvme(), replace(nvme(), tuning=Tuning())
    assert [step["name"] for step in tuning(both)["initContainers"]] == ["sysctls", "huge-pages"]
    assert [step["name"] for step in tuning(huge_pages_only)["initContainers"]] == ["huge-pages"]
    assert kinds(replace(both, tuning=None)) == kinds(both)[1:]


@pytest.mark.parametrize(
    ("provisioner", "made"),
    [("local-static", {"ServiceAccount", "ClusterRole", "ClusterRoleBinding", "ConfigMap", "DaemonSet"}),
     ("explicit", {"PersistentVolume"}), ("existing", set())],
)  # fmt: skip
def test_volumes_are_made_as_the_pool_asks(provisioner: Any, made: set[str]) -> None:
    assert set(kinds(replace(nvme(), provisioner=provisioner, tuning=None))) == made


def test_classes_of_others_are_left_to_them() -> None:
    pools = tuple(replace(pool, provisioner="existing") if pool.name == "nvme" else pool for pool in cell().pools)
    names = [storage_class["metadata"]["name"] for storage_class in storage_classes(replace(cell(), pools=pools))]
    assert names == ["written-out-data"]


def test_no_rule_watches_a_cluster_that_is_gone() -> None:
    ended = tuple(
        replace(team, clusters=tuple(replace(cluster, state=ClusterState.DELETED) for cluster in team.clusters))
        for team in cell().teams
    )
    assert tier_rules(cell())
    assert not tier_rules(replace(cell(), teams=ended))
    assert not [rule for team in ended for rule in team_rules(cell(), team)]


def test_nothing_is_watched_where_nobody_would_read_it() -> None:
    blind = replace(cell(), monitoring=cell().monitoring.model_copy(update={"pod_monitors": False}))
    assert not tier_rules(blind)
    assert not [rule for team in blind.teams for rule in team_rules(blind, team)]


@pytest.mark.parametrize(
    ("ephemeral", "state", "protected"),
    [
        (False, ClusterState.ACTIVE, True),
        (False, ClusterState.RETIRING, True),
        (False, ClusterState.UNPROTECTED, False),
        (True, ClusterState.ACTIVE, False),
        (True, ClusterState.UNPROTECTED, False),
    ],
)
def test_a_cluster_is_protected_until_its_end_is_near(ephemeral: bool, state: ClusterState, protected: bool) -> None:
    cluster = replace(cell().clusters[0], state=state)
    assert render_cluster(replace(cell(), ephemeral=ephemeral), cluster).protected is protected


@pytest.mark.parametrize("ephemeral", [True, False])
def test_a_namespace_is_protected_while_it_has_clusters(ephemeral: bool) -> None:
    team = next(team for team in cell().teams if team.clusters)
    full, empty = (
        render_team(replace(cell(), ephemeral=ephemeral), space).protected
        for space in (team, replace(team, clusters=()))
    )
    assert (full, empty) == (not ephemeral, False)


def test_a_host_under_maintenance_rests_and_keeps_its_patch() -> None:
    pool = render_pool(cell(), nvme())
    assert pool.in_maintenance == {"host-6"}
    assert {patch["metadata"]["name"] for patch in pool.node_patches} >= {"host-1", "host-6"}


def test_each_partition_of_each_drive_is_a_volume() -> None:
    """Two hosts, each with four drives of this model, in three parts."""
    pool = next(pool for pool in cell().pools if pool.provisioner == "explicit")
    model = pool.hosts[0].model
    model = model.model_copy(update={"drives": (model.drives[0].model_copy(update={"count": 4}),)})
    hosts = tuple(replace(host, model=model) for host in pool.hosts[:2])
    partition = pool.partitions[0].model_copy(update={"count": 3})
    volumes = local_volumes(cell(), replace(pool, hosts=hosts, partitions=(partition,)))
    assert [volume["metadata"]["name"] for volume in volumes] == [
        f"{host.name}-written-out-data-{number}" for host in hosts for number in range(12)
    ]
