"""Hosts, racks and pools, and whether they are enough for the clusters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from aerofleet.files.addresses import SERVER_VERSION
from aerofleet.files.choices import HostState
from aerofleet.files.settings import Settings
from aerofleet.files.validation import nearest
from aerofleet.findings import Finding
from aerofleet.fleet.allocation import racks_in_use
from aerofleet.fleet.checks.finding import SettingsOf, finding, finding_of_setting
from aerofleet.fleet.pool_members import hosts_in_racks, pool_members
from aerofleet.settings.source import CellSource, WrittenCluster


def hosts(source: CellSource, settings: SettingsOf) -> Iterator[Finding]:
    """Find hosts of an unknown model, in an unknown rack, or with the address of another host."""
    if not (source.cell and source.hosts):
        return
    file, document, racks = source.hosts.file, source.hosts.document, source.cell.file.racks
    first: dict[str, str] = {}
    for name, host in file.hosts.items():
        place = ("hosts", name)
        if host.model not in file.models:
            message, hint = f"there is no host model '{host.model}'", nearest(host.model, file.models)
            yield finding("host-model", document, (*place, "model"), message, hint)
        if host.rack not in racks:
            message, hint = f"the cell has no rack '{host.rack}'", nearest(host.rack, racks)
            yield finding("host-rack", document, (*place, "rack"), message, hint)
        for key, address in (("address", host.address), ("alternateAddress", host.alternate_address)):
            if address and first.setdefault(address, name) != name:
                message = f"host {first[address]} has the address {address}, too"
                hint = "clients would reach one of them under the name of the other"
                yield finding("host-address", document, (*place, key), message, hint)


def pools(source: CellSource, settings: SettingsOf) -> Iterator[Finding]:
    """Find pools of unknown models or hosts, and hosts that two pools share."""
    if not (source.hosts and source.pools):
        return
    file, document = source.hosts.file, source.pools.document
    for name, pool in source.pools.file.pools.items():
        for index, model in enumerate(pool.models):
            if model not in file.models:
                message, hint = f"there is no host model '{model}'", nearest(model, file.models)
                yield finding("pool-model", document, ("pools", name, "models", index), message, hint)
        for index, host in enumerate(pool.hosts):
            if host not in file.hosts:
                message, hint = f"there is no host '{host}'", nearest(host, file.hosts)
                yield finding("pool-host", document, ("pools", name, "hosts", index), message, hint)
        for index, rack in enumerate(pool.racks):
            if source.cell and rack not in source.cell.file.racks:
                message, hint = f"the cell has no rack '{rack}'", nearest(rack, source.cell.file.racks)
                yield finding("pool-rack", document, ("pools", name, "racks", index), message, hint)
    by_pool = pool_members(source.pools.file.pools, source.hosts.file.hosts)
    for name, pool in source.pools.file.pools.items():
        if (pool.racks or pool.host_labels) and not by_pool[name]:
            message, hint = f"pool {name} selects no host", "racks, hostLabels and models have to match the same host"
            yield finding("pool-empty", document, ("pools", name), message, hint)
    members = Counter(host for hosts in by_pool.values() for host in hosts)
    for member, count in members.items():
        if count > 1:
            owners = ", ".join(name for name, hosts in by_pool.items() if member in hosts)
            message = f"host {member} is in {count} pools: {owners}"
            hint = "one pool owns a host's labels and disks: a narrower selector (hosts, hostLabels, racks) decides"
            yield finding("host-pools", source.hosts.document, ("hosts", member), message, hint)


def images(source: CellSource, settings: SettingsOf) -> Iterator[Finding]:
    """Find pools whose DaemonSets need an image that the cell does not name."""
    if not (source.cell and source.pools):
        return
    given = source.cell.file.images
    for name, pool in source.pools.file.pools.items():
        needed = {"tuning": given.tuning, "pause": given.pause} if pool.tuning else {}
        if pool.provisioner == "local-static" and pool.partitions:
            needed["provisioner"] = given.provisioner
        for what in (what for what, image in needed.items() if not image):
            message = f"pool {name} needs an image for '{what}', and cell.yaml names none"
            yield finding("image-missing", source.pools.document, ("pools", name), message, f"write images.{what}")


def channels(source: CellSource, settings: SettingsOf) -> Iterator[Finding]:
    """Find clusters that follow no channel of their cell and name no version."""
    if source.cell is None:
        return
    known_channels = source.cell.file.server.channels
    for cluster in source.clusters:
        resolved = settings.get(cluster.key)
        if resolved and resolved.channel not in known_channels and not SERVER_VERSION.fullmatch(resolved.channel):
            message = f"the cell has no server channel '{resolved.channel}'"
            hint = f"{ended(nearest(resolved.channel, known_channels))} A version such as 8.1.1.1 is possible, too"
            yield finding_of_setting("channel-unknown", source, cluster, "channel", (message, hint))


def ended(sentence: str) -> str:
    return sentence if sentence.endswith(("?", ".")) else f"{sentence}."


def racks(source: CellSource, settings: SettingsOf) -> Iterator[Finding]:
    """Find clusters with too few racks or hosts, an unknown pool, or two copies of a record in one rack."""
    if not (source.cell and source.hosts and source.pools):
        return
    in_racks = hosts_in_racks(source)
    for cluster in source.clusters:
        resolved = settings.get(cluster.key)
        if resolved is None:
            continue
        if resolved.racks > len(source.cell.file.racks):
            message = f"wants {resolved.racks} racks, the cell has {len(source.cell.file.racks)}"
            hint = f"the cell has {', '.join(source.cell.file.racks)}"
            yield finding_of_setting("rack-count", source, cluster, "racks", (message, hint))
        if resolved.pool not in source.pools.file.pools:
            message = f"there is no pool '{resolved.pool}'"
            hint = nearest(resolved.pool, source.pools.file.pools)
            yield finding_of_setting("pool-unknown", source, cluster, "pool", (message, hint))
            continue
        for namespace in resolved.namespaces:
            if 1 < resolved.racks < namespace.replication_factor:
                message = (
                    f"namespace {namespace.name} keeps {namespace.replication_factor} copies in {resolved.racks} racks"
                )
                hint = "two copies in one rack are lost together: more racks, or fewer copies"
                yield finding("rack-copies", cluster.document, (*cluster.place, "namespaces"), message, hint)
        yield from rack_hosts(source, cluster, resolved, in_racks[resolved.pool])


def rack_hosts(
    source: CellSource, cluster: WrittenCluster, settings: Settings, hosts: Mapping[str, int]
) -> Iterator[Finding]:
    """Find too few racks with hosts of the pool, and racks with fewer hosts than pods that need a host of their own.
    ``hosts``: rack → number of the pool's hosts, those in maintenance included: they come back.
    """
    assert source.cell and source.pools  # noqa: S101
    pool = source.pools.file.pools[settings.pool]
    usable = [rack for rack in source.cell.file.racks if rack in hosts]
    selects_unknown_racks = not {*pool.racks} <= {*source.cell.file.racks}
    if len(usable) < settings.racks <= len(source.cell.file.racks) and not selects_unknown_racks:
        message = f"wants {settings.racks} racks, pool {settings.pool} has hosts in {', '.join(usable) or 'none'}"
        hint = f"hosts of the pool in more racks, or racks: {len(usable)}" if usable else "a pool with hosts"
        yield finding("rack-pool", cluster.document, (*cluster.place, "racks"), message, hint)
    if source.allocations is None or settings.size == "auto":
        return
    given = source.allocations.file.clusters.get(cluster.key)
    for rack in racks_in_use(given.racks if given else (), usable, settings.racks):
        blocked = blocked_hosts(source, settings, rack)
        present = hosts[rack] - len(blocked)
        if settings.multi_pod_per_host and (present or not blocked):
            continue
        if present < int(settings.size):
            number = "1 host" if present == 1 else f"{present} hosts"
            message = f"wants {settings.size} pods in rack {rack}, which has {number} of pool {settings.pool}"
            if blocked:
                message += f" besides those in hostBlocks ({', '.join(blocked)})"
            on = "" if settings.multi_pod_per_host else "each pod of a cluster stands on a host of its own: "
            hint = f"{on}size {present} at most, or more hosts" if present else f"{on}the rack needs hosts of this pool"
            if blocked:
                hint += "; or fewer hostBlocks: a pod that has to leave a host and finds no other waits for ever"
            place = (*cluster.place, "hostBlocks" if blocked else "size")
            yield finding("rack-hosts", cluster.document, place, message, hint)


def blocked_hosts(source: CellSource, settings: Settings, rack: str) -> list[str]:
    """Return the hosts of the cluster's pool in the rack that its pods have to leave, without absent hosts."""
    assert source.hosts and source.pools  # noqa: S101
    known = source.hosts.file.hosts
    blocked = {
        name: known[name]
        for name in settings.host_blocks
        if name in known and known[name].rack == rack and known[name].state is not HostState.ABSENT
    }
    return list(pool_members(source.pools.file.pools, blocked)[settings.pool])
