"""Check hosts and pools: their models, racks and addresses, and which hosts a pool selects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from aerofleet.files.validation import nearest
from aerofleet.findings import LocatedProblem, rule, rules_in
from aerofleet.fleet.checks.definitions import Definitions, in_file
from aerofleet.fleet.pool_members import pool_members


@rule("host-model", scope="cell", severity="error", source="Platform rule: docs/how-to/add-hosts-or-a-pool.md")
def host_model(definitions: Definitions) -> Iterator[LocatedProblem]:
    """A host has a model that `hosts.yaml` does not have."""
    hosts = definitions.source.hosts
    if not (definitions.source.cell and hosts):
        return
    models = hosts.file.models
    for name, host in hosts.file.hosts.items():
        if host.model not in models:
            message, remedy = f"there is no host model '{host.model}'", nearest(host.model, models)
            yield in_file(hosts.document, ("hosts", name, "model"), message, remedy)


@rule("host-rack", scope="cell", severity="error", source="Platform rule: docs/how-to/add-hosts-or-a-pool.md")
def host_rack(definitions: Definitions) -> Iterator[LocatedProblem]:
    """A host is in a rack that the cell does not have."""
    cell, hosts = definitions.source.cell, definitions.source.hosts
    if not (cell and hosts):
        return
    for name, host in hosts.file.hosts.items():
        if host.rack not in cell.file.racks:
            message, remedy = f"the cell has no rack '{host.rack}'", nearest(host.rack, cell.file.racks)
            yield in_file(hosts.document, ("hosts", name, "rack"), message, remedy)


@rule(
    "host-address",
    scope="cell",
    severity="error",
    remedy="clients would reach one of them under the name of the other",
    source="Platform rule: docs/how-to/add-hosts-or-a-pool.md",
)
def host_address(definitions: Definitions) -> Iterator[LocatedProblem]:
    """Two hosts have the same address."""
    hosts = definitions.source.hosts
    if not (definitions.source.cell and hosts):
        return
    first: dict[str, str] = {}
    for name, host in hosts.file.hosts.items():
        for key, address in (("address", host.address), ("alternateAddress", host.alternate_address)):
            if address and first.setdefault(address, name) != name:
                message = f"host {first[address]} has the address {address}, too"
                yield in_file(hosts.document, ("hosts", name, key), message)


@rule("pool-model", scope="cell", severity="error", source="Platform rule: docs/how-to/add-hosts-or-a-pool.md")
def pool_model(definitions: Definitions) -> Iterator[LocatedProblem]:
    """A pool selects a host model that `hosts.yaml` does not have."""
    hosts, pools = definitions.source.hosts, definitions.source.pools
    if not (hosts and pools):
        return
    models = hosts.file.models
    for name, pool in pools.file.pools.items():
        for index, model in enumerate(pool.models):
            if model not in models:
                message, remedy = f"there is no host model '{model}'", nearest(model, models)
                yield in_file(pools.document, ("pools", name, "models", index), message, remedy)


@rule("pool-host", scope="cell", severity="error", source="Platform rule: docs/how-to/add-hosts-or-a-pool.md")
def pool_host(definitions: Definitions) -> Iterator[LocatedProblem]:
    """A pool selects a host that `hosts.yaml` does not have."""
    hosts, pools = definitions.source.hosts, definitions.source.pools
    if not (hosts and pools):
        return
    known = hosts.file.hosts
    for name, pool in pools.file.pools.items():
        for index, host in enumerate(pool.hosts):
            if host not in known:
                message, remedy = f"there is no host '{host}'", nearest(host, known)
                yield in_file(pools.document, ("pools", name, "hosts", index), message, remedy)


@rule("pool-rack", scope="cell", severity="error", source="Platform rule: docs/how-to/add-hosts-or-a-pool.md")
def pool_rack(definitions: Definitions) -> Iterator[LocatedProblem]:
    """A pool selects a rack that the cell does not have."""
    cell, pools = definitions.source.cell, definitions.source.pools
    if not (cell and definitions.source.hosts and pools):
        return
    racks = cell.file.racks
    for name, pool in pools.file.pools.items():
        for index, rack in enumerate(pool.racks):
            if rack not in racks:
                message, remedy = f"the cell has no rack '{rack}'", nearest(rack, racks)
                yield in_file(pools.document, ("pools", name, "racks", index), message, remedy)


@rule(
    "pool-empty",
    scope="cell",
    severity="error",
    remedy="racks, hostLabels and models have to match the same host",
    source="Platform rule: docs/how-to/add-hosts-or-a-pool.md",
)
def pool_empty(definitions: Definitions) -> Iterator[LocatedProblem]:
    """A pool selects hosts by racks or labels, and no host matches them."""
    hosts, pools = definitions.source.hosts, definitions.source.pools
    if not (hosts and pools):
        return
    members = pool_members(pools.file.pools, hosts.file.hosts)
    for name, pool in pools.file.pools.items():
        if (pool.racks or pool.host_labels) and not members[name]:
            yield in_file(pools.document, ("pools", name), f"pool {name} selects no host")


@rule(
    "host-pools",
    scope="cell",
    severity="error",
    remedy="one pool owns a host's labels and disks: a narrower selector (hosts, hostLabels, racks) decides",
    source="ADR 0090",
)
def host_pools(definitions: Definitions) -> Iterator[LocatedProblem]:
    """Two pools select a host equally narrowly."""
    hosts, pools = definitions.source.hosts, definitions.source.pools
    if not (hosts and pools):
        return
    members = pool_members(pools.file.pools, hosts.file.hosts)
    counts = Counter(host for names in members.values() for host in names)
    for host, count in counts.items():
        if count > 1:
            owners = ", ".join(name for name, names in members.items() if host in names)
            yield in_file(hosts.document, ("hosts", host), f"host {host} is in {count} pools: {owners}")


@rule("image-missing", scope="cell", severity="error", source="Platform rule: docs/how-to/add-hosts-or-a-pool.md")
def image_missing(definitions: Definitions) -> Iterator[LocatedProblem]:
    """The DaemonSets of a pool need an image that the cell does not name."""
    cell, pools = definitions.source.cell, definitions.source.pools
    if not (cell and pools):
        return
    images = cell.file.images
    for name, pool in pools.file.pools.items():
        needed = {"tuning": images.tuning, "pause": images.pause} if pool.tuning else {}
        if pool.provisioner == "local-static" and pool.partitions:
            needed["provisioner"] = images.provisioner
        for purpose in (purpose for purpose, image in needed.items() if not image):
            message = f"pool {name} needs an image for '{purpose}', and cell.yaml names none"
            yield in_file(pools.document, ("pools", name), message, f"write images.{purpose}")


RULES = rules_in(globals())
