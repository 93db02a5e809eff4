"""The features of a cluster: their order, their folders, and that their parts fit together."""

from __future__ import annotations

import pytest

from aerofleet.features import FEATURES
from aerofleet.features.feature import Feature
from aerofleet.files.choices import NetworkProfile
from aerofleet.fleet.cluster import Cluster
from aerofleet.manifests.aerospike_cluster import aerospike_cluster
from aerofleet.manifests.join import PartsClashError, joined
from aerofleet.settings.free_maps import reserved
from tests.fleet.project import ROOT, with_settings
from tests.manifests.golden import resolved

ORDER = [
    "nodes", "resources", "rollout", "namespaces", "storage", "sets", "server", "tls", "network", "access", "logging",
    "secrets", "exporter", "alerts", "sidecars",
]  # fmt: skip
WITHOUT_SETTINGS = {"secrets"}
"""Features that have no settings of their own."""
NO_FEATURES = {"__init__", "marks", "overlay"}
CLUSTERS = [cluster for profile in NetworkProfile for cluster in resolved(profile).clusters]


def test_the_order_only_grows_at_its_end() -> None:
    """Another order is another order of volumes and sidecars: it restarts every pod of every fleet."""
    assert [feature.name for feature in FEATURES][: len(ORDER)] == ORDER


def test_every_folder_is_a_feature_and_has_its_fragment() -> None:
    names = {feature.name for feature in FEATURES}
    assert {path.parent.name for path in ROOT.glob("aerofleet/features/*/__init__.py")} == names
    fragments = {path.stem for path in ROOT.glob("aerofleet/files/cluster/*.py")} - NO_FEATURES
    assert fragments == names - WITHOUT_SETTINGS


def test_a_feature_adds_nothing_to_what_another_made() -> None:
    """Its parts come out the same however often they are joined with others."""
    cell = resolved(NetworkProfile.MULTUS)
    before = [feature.spec(cell, cell.clusters[0]) for feature in FEATURES]
    joined(before)
    assert before == [feature.spec(cell, cell.clusters[0]) for feature in FEATURES]


@pytest.mark.parametrize("cluster", CLUSTERS, ids=lambda cluster: f"{cluster.network_profile.value} {cluster.name}")
def test_what_a_feature_writes_is_reserved(cluster: Cluster) -> None:
    """A free mapping could else have it, too: it would be lost, or two features would write it."""
    network = {"service": {}, "heartbeat": {}, "fabric": {}, "admin": {}}
    namespaces = tuple(
        namespace.model_copy(update={"config": {}, "storage_config": {}}) for namespace in cluster.settings.namespaces
    )
    bare = {"service": {}, "network": network, "namespaces": namespaces}
    config = aerospike_cluster(resolved(cluster.network_profile), with_settings(cluster, **bare))["spec"][
        "aerospikeConfig"
    ]
    version = cluster.server_version
    for context in config["network"].keys() & network.keys():
        default = {"tls-authenticate-client"}
        assert config["network"][context].keys() - default <= reserved(version, f"network.{context}").keys()
    assert config["service"].keys() <= reserved(version, "service").keys()
    for namespace in config["namespaces"]:
        assert namespace.keys() <= reserved(version, "namespaces").keys()
        assert namespace["storage-engine"].keys() <= reserved(version, "namespaces.storage-engine").keys()
        for entry in namespace.get("sets", ()):
            assert "name" in reserved(version, "namespaces.sets"), entry


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ({"size": 1}, {"size": 2}, "two features write size: 1 and 2"),
        (
            {"aerospikeConfig": {"namespaces": [{"name": "a", "x": 1}]}},
            {"aerospikeConfig": {"namespaces": [{"name": "a", "x": 2}]}},
            "two features write aerospikeConfig.namespaces.a.x: 1 and 2",
        ),
    ],
)
def test_two_features_never_write_the_same(first: dict[str, object], second: dict[str, object], message: str) -> None:
    with pytest.raises(PartsClashError, match=message):
        joined([first, second])


def test_a_feature_without_parts_makes_nothing() -> None:
    cell = resolved(NetworkProfile.POD)
    empty = Feature(name="empty")
    assert (empty.spec(cell, cell.clusters[0]), list(empty.cell_objects(cell))) == ({}, [])
