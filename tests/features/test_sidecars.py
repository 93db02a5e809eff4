"""Sidecars and extra volumes: what the operator gets, where it stands among the platform's own, and what it costs."""

from __future__ import annotations

from typing import Any

import pytest

from aerofleet.ako.admission import admit_create
from aerofleet.ako.change import change_of
from aerofleet.files.choices import NetworkProfile
from aerofleet.files.cluster.sidecars import ExtraVolumeSettings, SidecarSettings
from aerofleet.findings import Effect
from aerofleet.fleet.cluster import Cluster
from aerofleet.manifests.aerospike_cluster import aerospike_cluster
from aerofleet.settings.spec_place import setting_of
from tests.fleet.project import ROOT, with_settings
from tests.manifests.golden import resolved

SHIPPER = {"name": "log-shipper", "image": "registry.example.net/vector:0.45.0", "cpu": "100m", "memory": "128Mi"}
MOUNTS = {"mounts": {"log-shipper": "/data"}}
VOLUMES = [
    ({"emptyDir": {"sizeLimit": "1Gi"}}, {"emptyDir": {"sizeLimit": "1Gi"}}),
    ({"secret": "a"}, {"secret": {"secretName": "a"}}),
    ({"configMap": "a"}, {"configMap": {"name": "a"}}),
    ({"hostPath": "/srv", "readOnly": True}, {"hostPath": {"path": "/srv"}}),
    (
        {"persistentVolume": {"size": "8Gi", "storageClass": "network"}},
        {"persistentVolume": {"storageClass": "network", "volumeMode": "Filesystem", "size": "8Gi"}},
    ),
]


def gold() -> Cluster:
    return next(cluster for cluster in resolved(NetworkProfile.POD).clusters if cluster.tier.name == "gold")


def built(sidecars: list[dict[str, Any]], volumes: list[dict[str, Any]]) -> dict[str, Any]:
    """The AerospikeCluster of a gold cluster with these settings; the operator has to admit it."""
    settings = {
        "sidecars": tuple(SidecarSettings.model_validate(sidecar) for sidecar in sidecars),
        "extra_volumes": tuple(ExtraVolumeSettings.model_validate(volume) for volume in volumes),
    }
    resource = aerospike_cluster(resolved(NetworkProfile.POD), with_settings(gold(), **settings))
    assert admit_create(resource).allowed
    return resource


def test_a_cluster_without_sidecars_is_as_before() -> None:
    assert built([], []) == aerospike_cluster(resolved(NetworkProfile.POD), gold())


def test_a_sidecar_comes_after_the_exporter() -> None:
    further = {"args": ["--config", "/etc/a"], "command": ["run"], "env": {"MODE": "fast"}}
    exporter, shipper = built([{**SHIPPER, **further}], [])["spec"]["podSpec"]["sidecars"]
    amounts = {"cpu": "100m", "memory": "128Mi"}
    assert exporter["name"] == "exporter"
    assert shipper == {
        "name": "log-shipper",
        "image": "registry.example.net/vector:0.45.0",
        "resources": {"requests": amounts, "limits": amounts},
        "command": ["run"],
        "args": ["--config", "/etc/a"],
        "env": [{"name": "MODE", "value": "fast"}],
    }


@pytest.mark.parametrize(("written", "source"), VOLUMES, ids=[next(iter(written)) for written, _ in VOLUMES])
def test_a_volume_comes_after_those_of_the_platform(written: dict[str, Any], source: dict[str, Any]) -> None:
    before = built([SHIPPER], [])["spec"]["storage"]
    after = built([SHIPPER], [{"name": "more", **written, **MOUNTS}])["spec"]["storage"]
    assert after["volumes"][:-1] == before["volumes"]
    read_only = {"mountOptions": {"readOnly": True}} if "readOnly" in written else {}
    attachment = {"containerName": "log-shipper", "path": "/data", **read_only}
    assert after["volumes"][-1] == {"name": "more", "source": source, "sidecars": [attachment]}
    assert after["localStorageClasses"] == before["localStorageClasses"]


def test_a_volume_of_the_server_and_a_sidecar() -> None:
    """The operator ignores mount options in the server, except those of a folder of the host."""
    mounts = {"mounts": {"aerospike-server": "/opt/a", "log-shipper": "/a"}, "readOnly": True}
    config, host = built(
        [SHIPPER],
        [
            {"name": "config", "configMap": "a", **mounts},
            {"name": "host", "hostPath": "/srv", **mounts, "mounts": {"aerospike-server": "/opt/b"}},
        ],
    )["spec"]["storage"]["volumes"][-2:]
    options = {"mountOptions": {"readOnly": True}}
    assert config["aerospike"] == {"path": "/opt/a"}
    assert config["sidecars"] == [{"containerName": "log-shipper", "path": "/a", **options}]
    assert host["aerospike"] == {"path": "/opt/b", **options}


def test_a_claim_of_a_local_class_is_named_as_local() -> None:
    """Else a pod that has to leave a blocked host would stay pending: its claim is bound to the host."""
    pool = resolved(NetworkProfile.POD).pools[-1]
    storage_class = pool.partitions[0].storage_class
    claim = {"persistentVolume": {"size": "1Gi", "storageClass": storage_class}}
    storage = built([SHIPPER], [{"name": "more", **claim, **MOUNTS}])["spec"]["storage"]
    assert storage["localStorageClasses"].count(storage_class) == 1


@pytest.mark.parametrize(
    ("sidecars", "volumes", "effect"),
    [
        ([SHIPPER], [], Effect.ROLLING_RESTART),
        ([SHIPPER], [{"name": "more", "emptyDir": {"sizeLimit": "1Gi"}, **MOUNTS}], Effect.ROLLING_RESTART),
        (
            [SHIPPER],
            [{"name": "more", "persistentVolume": {"size": "1Gi", "storageClass": "network"}, **MOUNTS}],
            Effect.REFUSED,
        ),
    ],
    ids=["a sidecar", "a volume of the pod's life", "a persistent volume"],
)
def test_what_it_costs_a_cluster_that_runs(
    sidecars: list[dict[str, Any]], volumes: list[dict[str, Any]], effect: Effect
) -> None:
    assert change_of(built([], []), built(sidecars, volumes)).effect == effect


def test_a_finding_about_an_entry_is_at_its_setting() -> None:
    settings = {"sidecars": [{"name": "log-shipper"}], "extraVolumes": [{"name": "more"}]}
    spec = built([SHIPPER], [{"name": "more", "secret": "a", **MOUNTS}])["spec"]
    last = len(spec["storage"]["volumes"]) - 1
    assert setting_of("spec.podSpec.sidecars[1].image", spec, settings) == ("sidecars", 0, "image")
    assert setting_of("spec.podSpec.sidecars[0].image", spec, settings) == ("exporter",)
    assert setting_of("spec.podSpec.sidecars[0].image", spec, {"size": 1}) == ("exporter",)
    assert setting_of(f"spec.storage.volumes[{last}].source", spec, settings) == ("extraVolumes", 0, "source")
    assert setting_of("spec.storage.volumes[0].source", spec, settings) == ("namespaces",)


def test_both_settings_are_in_the_reference() -> None:
    page = (ROOT / "docs/reference/definitions.md").read_text()
    assert "| `sidecars` |" in page
    assert "### ExtraVolume" in page
