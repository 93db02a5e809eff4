"""Laws of `allocate`: an allocation never changes, whatever the requests and their order."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aerofleet.files.allocations import (
    BLOCKS,
    FIRST_PORT,
    LAST_PORT,
    PORTS_PER_CLUSTER,
    AllocationsFile,
    ClusterAllocation,
)
from aerofleet.files.choices import ClusterState
from aerofleet.fleet.allocation import ORDER, CellRacks, PortsExhaustedError, Wanted, allocate, racks_in_use
from aerofleet.fleet.resolve import resolve_cell
from aerofleet.load.whole_file import write_whole
from tests.fleet.project import SHOP, change, copy_of

RACKS = ("a", "b", "c")
NAMES = st.sampled_from([f"cluster-{number}" for number in range(12)])
DEVICES = st.dictionaries(st.sampled_from(["main", "Other_One"]), st.integers(1, 4), max_size=2)
WANTED = st.builds(
    Wanted, st.sampled_from(["shop", "search"]), NAMES, st.just(ClusterState.ACTIVE), st.integers(1, 3), DEVICES
)
REQUESTS = st.lists(WANTED, max_size=10, unique_by=lambda request: request.key)


def allocated(before: AllocationsFile, wanted: list[Wanted], *, host_ports: bool = True) -> AllocationsFile:
    groups = {request.team: "" for request in wanted}
    return allocate(before, CellRacks(RACKS, host_ports), groups, wanted)


def keeps(before: ClusterAllocation, after: ClusterAllocation) -> bool:
    """Return whether ``after`` has every allocation of ``before``, in its place."""
    return (
        (before.resource, before.ports, before.tls_name) == (after.resource, after.ports, after.tls_name)
        and after.racks[: len(before.racks)] == before.racks
        and all(after.devices[name][: len(volumes)] == volumes for name, volumes in before.devices.items())
    )


@settings(max_examples=50, deadline=None)
@given(st.lists(REQUESTS, min_size=1, max_size=4))
def test_what_was_given_stays(rounds: list[list[Wanted]]) -> None:
    allocations = AllocationsFile()
    for wanted in rounds:
        after = allocated(allocations, wanted)
        assert allocations.racks.items() <= after.racks.items()
        assert allocations.teams.items() <= after.teams.items()
        assert all(keeps(cluster, after.clusters[key]) for key, cluster in allocations.clusters.items())
        allocations = after


@settings(max_examples=50, deadline=None)
@given(st.lists(REQUESTS, min_size=1, max_size=4))
def test_nothing_is_given_twice(rounds: list[list[Wanted]]) -> None:
    allocations = AllocationsFile()
    for wanted in rounds:
        allocations = allocated(allocations, wanted)
    ports = [cluster.ports.first for cluster in allocations.clusters.values()]
    names = [(key.partition("/")[0], cluster.resource) for key, cluster in allocations.clusters.items()]
    assert len(set(ports)) == len(ports)
    assert len(set(names)) == len(names)
    assert len({*allocations.racks.values()}) == len(RACKS)
    for cluster in allocations.clusters.values():
        devices = [device for volumes in cluster.devices.values() for device in volumes]
        assert len({device.volume for device in devices}) == len(devices)
        assert len({device.path for device in devices}) == len(devices)


@settings(max_examples=50, deadline=None)
@given(REQUESTS, st.randoms())
def test_the_order_in_which_it_is_asked_for_does_not_matter(wanted: list[Wanted], chance: object) -> None:
    shuffled = list(wanted)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert allocated(AllocationsFile(), wanted).clusters == allocated(AllocationsFile(), shuffled).clusters


@settings(max_examples=50, deadline=None)
@given(REQUESTS)
def test_asking_again_changes_nothing(wanted: list[Wanted]) -> None:
    once = allocated(AllocationsFile(), wanted)
    assert allocated(once, wanted) == once


def test_a_cluster_ends_step_by_step_and_then_its_ports_are_free() -> None:
    allocations = allocated(AllocationsFile(), [Wanted("shop", "cart", ClusterState.ACTIVE, 2, {})])
    for state in ORDER[1:-1]:
        allocations = allocated(allocations, [Wanted("shop", "cart", state, 2, {})])
        assert allocations.clusters["shop/cart"].state is state
    allocations = allocated(allocations, [Wanted("shop", "cart", ClusterState.RELEASED, 2, {})])
    assert allocations.clusters == {}
    after = allocated(allocations, [Wanted("shop", "next", ClusterState.ACTIVE, 2, {})])
    assert after.clusters["shop/next"].ports.first == FIRST_PORT


@pytest.mark.parametrize("state", ORDER[2:])
def test_a_step_that_is_left_out_is_not_taken(state: ClusterState) -> None:
    allocations = allocated(AllocationsFile(), [Wanted("shop", "cart", ClusterState.ACTIVE, 2, {})])
    assert (
        allocated(allocations, [Wanted("shop", "cart", state, 2, {})]).clusters["shop/cart"].state
        is ClusterState.ACTIVE
    )


def full() -> list[Wanted]:
    return [Wanted("shop", f"c-{number:05}", ClusterState.ACTIVE, 1, {}) for number in range(len(BLOCKS))]


def test_every_port_lies_in_the_range() -> None:
    clusters = allocated(AllocationsFile(), full()).clusters.values()
    first_ports = {cluster.ports.first for cluster in clusters}
    assert first_ports < set(range(FIRST_PORT, LAST_PORT, PORTS_PER_CLUSTER))
    assert len(first_ports) == len(BLOCKS)


@pytest.mark.parametrize("port", [6443, 9100, 10250, 10256])
def test_no_port_is_given_that_a_node_uses_itself(port: int) -> None:
    clusters = allocated(AllocationsFile(), full()).clusters.values()
    assert not [
        cluster for cluster in clusters if cluster.ports.first <= port < cluster.ports.first + PORTS_PER_CLUSTER
    ]


def test_ports_of_hosts_end_and_those_of_pods_begin_anew() -> None:
    wanted = [*full(), Wanted("shop", "d-one-more", ClusterState.ACTIVE, 1, {})]
    with pytest.raises(PortsExhaustedError):
        allocated(AllocationsFile(), wanted)
    after = allocated(AllocationsFile(), wanted, host_ports=False)
    assert after.clusters["shop/d-one-more"].ports.first == FIRST_PORT


def test_pods_with_networks_of_their_own_may_have_the_same_ports(tmp_path: Path) -> None:
    """Where ports are the hosts', the same is a clash: tests/cases/errors."""
    root = copy_of(SHOP, tmp_path)
    change(root, {"file": "stacks/here/allocations.yaml", "replace": "first: 3020", "by": "first: 3010"})
    assert resolve_cell(root, "here").findings == ()


def test_blocks_that_were_given_back_are_found_when_no_later_one_is_left() -> None:
    allocations = allocated(AllocationsFile(), full())
    kept = {
        key: cluster
        for key, cluster in allocations.clusters.items()
        if key in ("shop/c-00000", f"shop/c-{len(BLOCKS) - 1:05}")
    }
    wanted = [Wanted("shop", f"d-{number}", ClusterState.ACTIVE, 1, {}) for number in range(2)]
    after = allocated(allocations.model_copy(update={"clusters": kept}), wanted)
    assert [after.clusters[request.key].ports.first for request in wanted] == [3010, 3020]


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "allocations.yaml"
    write_whole(path, "old")
    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "half a pair: \ud800")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_rack_that_the_cell_gave_up_is_given_to_nobody_and_left_by_all() -> None:
    one = Wanted("shop", "one", ClusterState.ACTIVE, 3, {})
    two = Wanted("shop", "two", ClusterState.ACTIVE, 3, {})
    groups = {"shop": ""}
    allocations = allocate(AllocationsFile(), CellRacks(("a", "b", "c"), host_ports=False), groups, [one])
    after = allocate(allocations, CellRacks(("a", "d", "b"), host_ports=False), groups, [one, two])
    assert after.racks == {"a": 1, "b": 2, "c": 3, "d": 4}
    assert after.clusters["shop/one"].racks == ("a", "b", "c", "d")
    assert racks_in_use(after.clusters["shop/one"].racks, ("a", "d", "b"), 3) == ("a", "b", "d")
    assert after.clusters["shop/two"].racks == ("a", "d", "b")
    again = allocate(after, CellRacks(("a", "b", "c", "d"), host_ports=False), groups, [one, two])
    assert racks_in_use(again.clusters["shop/one"].racks, ("a", "b", "c", "d"), 3) == ("a", "b", "c")


def cart(pods_per_rack: int, *, name: str = "cart", racks: int = 2, pool: str = "nvme") -> Wanted:
    return Wanted("shop", name, ClusterState.ACTIVE, racks, {}, pool, pods_per_rack)


FIVE = CellRacks(("a", "b", "c", "d", "e"), False, {"nvme": dict.fromkeys("abcde", 4), "dense": {"d": 2, "e": 2}})


def racks_given(place: CellRacks, *wanted: Wanted, before: AllocationsFile | None = None) -> list[tuple[str, ...]]:
    after = allocate(before or AllocationsFile(), place, {"shop": ""}, wanted)
    return [after.clusters[request.key].racks for request in wanted]


def test_clusters_spread_over_the_racks_of_the_cell() -> None:
    wanted = [cart(2, name=f"c-{number}") for number in range(5)]
    assert racks_given(FIVE, *wanted) == [("a", "b"), ("c", "d"), ("e", "a"), ("b", "c"), ("d", "e")]


def test_a_cluster_is_given_racks_in_which_its_pool_has_hosts() -> None:
    assert racks_given(FIVE, cart(2, pool="dense")) == [("d", "e")]
    assert racks_given(FIVE, cart(2, pool="dense", racks=3)) == [("d", "e")], "and no rack without a host"


def test_a_rack_with_a_host_for_each_pod_comes_first() -> None:
    uneven = CellRacks(("a", "b", "c"), False, {"nvme": {"a": 1, "b": 3, "c": 3}})
    assert racks_given(uneven, cart(3)) == [("b", "c")]


def test_larger_racks_are_given_more_clusters() -> None:
    uneven = CellRacks(("a", "b"), False, {"nvme": {"a": 2, "b": 6}})
    wanted = [cart(1, name=f"c-{number}", racks=1) for number in range(8)]
    assert sorted(racks_given(uneven, *wanted)) == [("a",)] * 2 + [("b",)] * 6


def test_a_rack_that_a_pool_left_is_replaced_by_one_with_hosts() -> None:
    before = allocate(AllocationsFile(), FIVE, {"shop": ""}, [cart(1)])
    moved = CellRacks(FIVE.racks, False, {"nvme": {"b": 4, "e": 4}})
    (racks,) = racks_given(moved, cart(1), before=before)
    assert racks == ("a", "b", "e")
    assert racks_in_use(racks, moved.racks_of("nvme"), 2) == ("b", "e")
