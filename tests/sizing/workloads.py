"""Random workloads and the four shapes of tier, for laws and for bulk tests."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from hypothesis import strategies as st

from aerofleet.sizing import (
    Assumptions,
    Bin,
    Capacity,
    Device,
    NamespaceLoad,
    Particle,
    Record,
    Storage,
    Survive,
    Workload,
)

GIB = 1 << 30


@dataclass(frozen=True)
class TierShape:
    name: str
    storage: Storage
    replication_factor: int
    strong_consistency: bool
    tls: bool
    peak_factor: float
    survive: Survive


TIERS = (
    TierShape("in-memory cache", Storage.MEMORY, 2, False, False, 2, Survive.NODE),
    TierShape("devices, available", Storage.DEVICE, 2, False, False, 3, Survive.NODE),
    TierShape("devices, TLS, sale headroom", Storage.DEVICE, 2, False, True, 6, Survive.RACK),
    TierShape("strong consistency, three copies", Storage.DEVICE, 3, True, True, 3, Survive.RACK),
)
METAL = Capacity(
    memory_bytes=256 * GIB,
    cores=32,
    network_bits_per_second=25_000_000_000,
    devices=(Device(1_600_000_000_000, 60, 3),) * 4,
)
VERSIONS = ((6, 0), (6, 4), (7, 0), (7, 1), (8, 0), (8, 1, 1), (8, 1, 2))


def random_workload(tier: TierShape, random: Random) -> Workload:
    """One to three namespaces, sizes and rates drawn evenly by magnitude."""
    namespaces = tuple(random_namespace(f"ns{i}", tier, random) for i in range(random.choice((1, 1, 1, 2, 3))))
    return Workload(
        namespaces,
        random.choice(VERSIONS),
        peak_factor=tier.peak_factor,
        growth_per_month_percent=random.randrange(6),
        tls=tier.tls,
        xdr_destinations=random.choice((0, 0, 1)),
    )


def random_namespace(name: str, tier: TierShape, random: Random) -> NamespaceLoad:
    objects = int(10 ** random.uniform(3, 9))
    lists = Record(
        (Bin("id", Particle.INTEGER, 8), Bin("text", Particle.STRING, random.randrange(1, 4000))), "orders", True
    )
    return NamespaceLoad(
        name,
        tier.storage,
        objects,
        random.choice((int(10 ** random.uniform(1.5, 5)), lists)),
        reads_per_second=int(10 ** random.uniform(1, 5.5)),
        writes_per_second=int(10 ** random.uniform(1, 5)),
        replication_factor=tier.replication_factor,
        strong_consistency=tier.strong_consistency,
        tombstones=random.choice((0, objects // 10)),
        secondary_indexes=tuple(objects for _ in range(random.choice((0, 0, 1, 3)))),
        set_indexes=tuple(objects // 100 for _ in range(random.choice((0, 0, 1)))),
    )


def records() -> st.SearchStrategy[Record]:
    bins = st.builds(
        Bin, name=st.just("a_bin"), particle=st.sampled_from(Particle), length=st.sampled_from((1, 2, 4, 8))
    )
    return st.builds(
        Record,
        bins=st.lists(bins, min_size=1, max_size=4).map(tuple),
        set_name=st.sampled_from(("", "orders")),
        has_ttl=st.booleans(),
        key_length=st.sampled_from((0, 12, 200)),
        bin_metadata_bytes=st.integers(0, 7),
    )


def namespaces(storage: st.SearchStrategy[Storage] | None = None) -> st.SearchStrategy[NamespaceLoad]:
    count = st.integers(0, 10**10)
    return st.builds(
        NamespaceLoad,
        name=st.just("ns"),
        storage=storage or st.sampled_from(Storage),
        objects=count,
        record=st.integers(1, 1 << 20) | records(),
        reads_per_second=st.integers(0, 10**7),
        writes_per_second=st.integers(0, 10**6),
        replication_factor=st.integers(1, 4),
        strong_consistency=st.booleans(),
        tombstones=count,
        secondary_indexes=st.lists(count, max_size=3).map(tuple),
        set_indexes=st.lists(count, max_size=2).map(tuple),
        commit_to_device=st.booleans(),
    )


def workloads() -> st.SearchStrategy[Workload]:
    return st.builds(
        Workload,
        namespaces=namespaces().map(lambda load: (load,)),
        server_version=st.sampled_from(VERSIONS),
        peak_factor=st.floats(1, 10),
        growth_per_month_percent=st.integers(0, 10),
        tls=st.booleans(),
        xdr_destinations=st.integers(0, 2),
    )


def assumptions() -> st.SearchStrategy[Assumptions]:
    return st.builds(Assumptions, survive=st.sampled_from(Survive), months=st.integers(0, 24))


def with_namespaces(workload: Workload, **changes: object) -> Workload:
    return replace(workload, namespaces=tuple(replace(namespace, **changes) for namespace in workload.namespaces))  # type: ignore[arg-type]
