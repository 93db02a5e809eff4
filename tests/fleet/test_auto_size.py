"""`size: auto` becomes the number that the sizing gives; the sizes that the project's own cells name are no smaller."""

from __future__ import annotations

from pathlib import Path

import pytest

from aerofleet.files.cluster.nodes import WorkloadSettings
from aerofleet.files.metal import HostModel
from aerofleet.files.settings import Settings
from aerofleet.fleet.auto_size import NoSizeError, auto_size
from aerofleet.fleet.resolve import resolve_cell
from aerofleet.settings.source import cells
from tests.fleet.project import EXAMPLE, SHOP, change, copy_of

SUGGEST = "search/suggest"


def pods_in_a_rack(root: Path, workload: str) -> int | str:
    """What an automatic size becomes with a workload."""
    asked = {"file": "stacks/here/teams/search.yaml", "replace": "tier: plain\n"}
    change(root, {**asked, "by": f"tier: plain\n    size: auto\n    workload: {workload}\n"})
    resolution = resolve_cell(root, "here")
    return resolution.settings[SUGGEST].settings.size


@pytest.mark.parametrize("name", cells(EXAMPLE))
def test_the_sizes_in_the_projects_cells_hold_their_workloads(name: str) -> None:
    resolution = resolve_cell(EXAMPLE, name)
    assert resolution.source is not None
    assert resolution.source.hosts is not None
    assert resolution.cell is not None
    models = list(resolution.source.hosts.file.models.values())
    versions = {f"{cluster.team}/{cluster.name}": cluster.server_version for cluster in resolution.cell.clusters}
    for key, setting in resolution.settings.items():
        settings = setting.settings
        assert isinstance(settings.size, int)
        assert settings.size >= auto_size(settings, versions[key], models).pods_per_rack, key


def test_more_work_never_takes_fewer_pods(tmp_path: Path) -> None:
    sizes = []
    for number, reads in enumerate(["1k/s", "50k/s", "200k/s", "800k/s"]):
        root = copy_of(SHOP, tmp_path / str(number))
        sizes.append(pods_in_a_rack(root, f"{{reads: {reads}}}"))
    assert sizes == sorted(sizes, key=int)
    assert sizes[0] < sizes[-1]  # type: ignore[operator]


def test_the_resource_has_the_pods_of_all_racks(tmp_path: Path) -> None:
    root = copy_of(SHOP, tmp_path)
    size = pods_in_a_rack(root, "{objects: 1M}")
    cell = resolve_cell(root, "here").cell
    assert cell is not None
    (cluster,) = [cluster for cluster in cell.clusters if cluster.name == "suggest"]
    assert cluster.size == int(size) * 2


def test_a_host_that_comes_or_goes_changes_no_size(tmp_path: Path) -> None:
    hosts = "stacks/here/hosts.yaml"
    slow = "  slow: {sockets: 1, cores: 8, memory: 64Gi, network: 0.1Gbit/s}\nhosts:\n"
    root = copy_of(SHOP, tmp_path)
    change(root, {"file": hosts, "replace": "hosts:\n", "by": slow})
    change(root, {"file": "stacks/here/pools.yaml", "replace": "models: [box]", "by": "models: [box, slow]"})
    before = pods_in_a_rack(root, "{reads: 800k/s}")
    text = (root / hosts).read_text()
    (root / hosts).write_text(text + "  host-5: {model: slow, rack: r1, address: 192.0.2.5}\n")
    assert resolve_cell(root, "here").settings[SUGGEST].settings.size == before


MODEL = HostModel.model_validate(
    {
        "sockets": 2,
        "cores": 64,
        "memory": "512Gi",
        "network": "25Gbit/s",
        "drives": [{"count": 4, "size": "3.2TB", "dwpd": 3, "act": 60}],
    }
)


def settings_of(key: str, **changes: object) -> Settings:
    settings = resolve_cell(EXAMPLE, "local").settings[key].settings
    return settings.model_copy(update={"size": "auto", **changes})


def workload_of(objects: int, record: int, writes: int) -> WorkloadSettings:
    return WorkloadSettings.model_construct(
        objects=objects, record=record, reads=1, writes=writes, peak=1, growth_per_month=0
    )


def refused(settings: Settings) -> str:
    with pytest.raises(NoSizeError) as error:
        auto_size(settings, "8.1.1.0", [MODEL])
    return str(error.value)


def with_storage(settings: Settings, **parameters: int) -> Settings:
    storage_config = {name.replace("_", "-"): value for name, value in parameters.items()}
    changed = [
        namespace.model_copy(update={"storage_config": namespace.storage_config | storage_config})
        for namespace in settings.namespaces
    ]
    return settings.model_copy(update={"namespaces": tuple(changed)})


DEVICES = next(
    key
    for key, resolved in resolve_cell(EXAMPLE, "local").settings.items()
    if resolved.settings.namespaces[0].devices is not None
)


def test_connections_take_memory() -> None:
    """A million connections with TLS, 64 KiB each, are 61 GiB and more than the pod has left."""
    settings = settings_of(DEVICES)
    assert auto_size(settings, "8.1.1.0", [MODEL])
    many = settings.model_copy(update={"service": settings.service | {"proto-fd-max": 1_000_000}})
    assert refused(many).startswith("resources.memory is 48.0 GiB and has to be ")


def test_a_cache_behind_writes_takes_memory() -> None:
    """16 GiB for each of four devices."""
    assert refused(with_storage(settings_of(DEVICES), post_write_cache=16 << 30)).startswith(
        "resources.memory is 48.0 GiB and has to be "
    )


def test_a_higher_low_water_mark_wears_devices() -> None:
    """At 95 % every byte is written 20 times, at 50 % twice."""
    workload = WorkloadSettings.model_construct(
        objects=1_000_000, record=1500, reads=0, writes=30_000, peak=1, growth_per_month=0
    )
    settings = settings_of(DEVICES, workload=workload)
    few = auto_size(settings, "8.1.1.0", [MODEL]).pods_per_rack
    assert auto_size(with_storage(settings, defrag_lwm_pct=95), "8.1.1.0", [MODEL]).pods_per_rack > few


def test_a_lower_low_water_mark_leaves_more_of_a_device_free() -> None:
    """Blocks fuller than the mark are never freed, so data may fill a device up to the mark, here to a fifth."""
    settings = settings_of(DEVICES, workload=workload_of(150_000_000, 20_000, 1))
    few = auto_size(settings, "8.1.1.0", [MODEL]).pods_per_rack
    assert auto_size(with_storage(settings, defrag_lwm_pct=20), "8.1.1.0", [MODEL]).pods_per_rack > few


def test_records_above_max_record_size() -> None:
    workload = WorkloadSettings.model_construct(
        objects=1000, record=3_000_000, reads=1, writes=1, peak=1, growth_per_month=0
    )
    settings = settings_of(DEVICES, workload=workload)
    (namespace,) = settings.namespaces
    assert "config.max-record-size is not set and has to be 2.9 MiB: larger records are refused" in refused(settings)
    larger = namespace.model_copy(update={"config": namespace.config | {"max-record-size": 4 << 20}})
    assert auto_size(settings.model_copy(update={"namespaces": (larger,)}), "8.1.1.0", [MODEL])


def test_a_namespace_has_caches_for_its_own_devices_alone() -> None:
    """Twice four devices: 8 × 320 MiB, and not 2 × 8 × 320. With budgets of 6 GiB and connections a pod of 12 GiB holds
    both."""
    settings = settings_of(DEVICES)
    (one,) = settings.namespaces
    both = tuple(one.model_copy(update={"name": name, "indexes_memory_budget": 3 << 30}) for name in ("a", "b"))
    workload = WorkloadSettings.model_construct(
        objects=1_000_000, record=500, reads=1, writes=1, peak=1, growth_per_month=0
    )
    resources = settings.resources.model_copy(update={"memory": 12 << 30})
    small = settings.model_copy(update={"namespaces": both, "workload": workload, "resources": resources})
    assert auto_size(small, "8.1.1.0", [MODEL])


def test_half_a_core_is_not_taken_for_one() -> None:
    settings = settings_of(DEVICES)
    half = settings.resources.model_copy(update={"cpu": 500})
    assert "resources.cpu is 500m" in refused(settings.model_copy(update={"resources": half}))
