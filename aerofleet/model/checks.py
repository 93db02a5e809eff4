"""What the files of a cell say to one another: a list of small checks, each of which tells everything it finds."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches

from aerofleet.finding import Finding
from aerofleet.model.allocations import ORDER, next_state
from aerofleet.model.merge import is_named_list
from aerofleet.model.names import MAX_RESOURCE_NAME
from aerofleet.model.resolved import ClusterState, HostState, StorageKind
from aerofleet.model.settings import Settings
from aerofleet.model.source import CellSource, WrittenCluster
from aerofleet.model.validation import written

SettingsOf = Mapping[str, Settings]
Check = Callable[[CellSource, SettingsOf], Iterator[Finding]]

NAME = re.compile(r"[a-z]([a-z0-9-]*[a-z0-9])?")
ALWAYS_THEIRS = ("workload", "size", "nudge")
"""Settings every team may write. Anything else its tenant entry has to name."""
GENERATE = "run `aerofleet generate` and commit what it writes"


def check_cell(source: CellSource, settings: SettingsOf) -> list[Finding]:
    """Every check over one cell; a check that needs a file that could not be read is left out."""
    return [finding for check in CHECKS for finding in check(source, settings)]


def finding(rule: str, document: object, path: tuple[str | int, ...], message: str, hint: str = "") -> Finding:
    location = document.locate(path)  # type: ignore[attr-defined]
    return Finding(rule, "error", written(path), message, hint, location)


def names(source: CellSource, settings: SettingsOf) -> Iterator[Finding]:
    """Names become Kubernetes names, and letters that only look Latin would make two names out of one."""
    for team, read in source.teams.items():
        if read.file.team != team:
            yield finding(
                "team-name", read.document, ("team",), f"'{read.file.team}' stands in {team}.yaml", f"write {team}"
            )
        for kind, name, path in [
            ("team", team, ("team",)),
            *(("cluster", name, ("clusters", name)) for name in read.file.clusters),
        ]:
            if not name.isascii():
                odd = next(letter for letter in name if not letter.isascii())
                message = f"the {kind} name '{name}' has the letter '{odd}' (U+{ord(odd):04X}), which is not ASCII"
                yield finding("name-letters", read.document, path, message, "a letter that looks alike is another name")
            elif not NAME.fullmatch(name) or len(name) > MAX_RESOURCE_NAME:
                message = f"'{name}' is no {kind} name"
                hint = f"a small letter, then small letters, digits and dashes, at most {MAX_RESOURCE_NAME} characters"
                yield finding("name-form", read.document, path, message, hint)
    if source.cell and source.cell.file.cell != source.name:
        message = f"'{source.cell.file.cell}' stands in the folder {source.name}"
        yield finding("cell-name", source.cell.document, ("cell",), message, f"write {source.name}")


def tenants(source: CellSource, settings: SettingsOf) -> Iterator[Finding]:
    """A team may use what its tenant entry grants, and cannot grant itself anything."""
    if source.tenants is None:
        return
    granted = source.tenants.file.teams
    for team, read in source.teams.items():
        if team not in granted:
            near = get_close_matches(team, granted, n=1)
            hint = f"did you mean '{near[0]}'?" if near else "the platform team adds it to tenants.yaml"
            yield finding("tenant-unknown", read.document, ("team",), f"team '{team}' has no tenant entry", hint)
    for cluster in source.clusters:
        tenant = granted.get(cluster.team)
        if tenant is None:
            continue
        tier = cluster.file.tier.partition("@")[0]
        if tier not in tenant.tiers and tier in source.tiers.names:
            hint = f"granted: {', '.join(tenant.tiers)}; the platform team grants more in tenants.yaml"
            message = f"team {cluster.team} may not use the tier '{tier}'"
            yield finding("tenant-tier", cluster.document, (*cluster.place, "tier"), message, hint)
        resolved = settings.get(cluster.key)
        if resolved and resolved.pool not in tenant.pools:
            message = f"team {cluster.team} may not use the pool '{resolved.pool}'"
            yield finding(
                "tenant-pool", cluster.document, cluster.place, message, f"granted: {', '.join(tenant.pools)}"
            )
        allowed = (*ALWAYS_THEIRS, *tenant.overridable)
        for path in setting_paths(cluster.file.settings):
            if not any(path == each or path.startswith(f"{each}.") for each in allowed):
                place = (*cluster.place, *path.split(".")[:1])
                hint = f"allowed: {', '.join(allowed)}; the platform team grants more in tenants.yaml"
                yield finding("tenant-override", cluster.document, place, f"the team may not set {path}", hint)


def setting_paths(settings: object, prefix: str = "") -> Iterator[str]:
    """Dotted paths of the leaves; the names of list entries are left out: ``namespaces.defaultTtl``."""
    if isinstance(settings, Mapping) and settings:
        for key, value in settings.items():
            if not (prefix and key == "name"):
                yield from setting_paths(value, f"{prefix}.{key}" if prefix else str(key))
    elif is_named_list(settings):
        for item in settings:  # type: ignore[attr-defined]
            yield from setting_paths(item, prefix)
    else:
        yield prefix


def quotas(source: CellSource, settings: SettingsOf) -> Iterator[Finding]:
    """What a team's clusters add up to, against its quota."""
    if source.tenants is None:
        return
    for team, tenant in source.tenants.file.teams.items():
        clusters = [
            each for each in source.clusters if each.team == team and each.file.state is not ClusterState.RELEASED
        ]
        known = [settings[each.key] for each in clusters if each.key in settings]
        if not known:
            continue
        pods = [int(each.size) * each.racks if each.size != "auto" else 0 for each in known]
        used = {
            "clusters": len(clusters),
            "pods": sum(pods),
            "memory": sum(count * each.resources.memory for count, each in zip(pods, known, strict=True)),
            "cpu": sum(count * each.resources.cpu for count, each in zip(pods, known, strict=True)),
            "storage": sum(count * storage_of(each) for count, each in zip(pods, known, strict=True)),
        }
        for what, amount in used.items():
            granted = getattr(tenant.quota, what)
            if amount > granted:
                shown = (quantity(what, amount), quantity(what, granted))
                message = f"the team's clusters need {shown[0]} {what}, its quota is {shown[1]}"
                hint = "make a cluster smaller, or ask the platform team for more in tenants.yaml"
                yield finding("tenant-quota", source.teams[team].document, ("clusters",), message, hint)


def storage_of(settings: Settings) -> int:
    devices = [each.devices for each in settings.namespaces if each.devices and each.storage is StorageKind.DEVICE]
    return settings.work_directory.size + sum(each.count * each.size for each in devices)


def quantity(what: str, amount: int) -> str:
    if what in ("memory", "storage"):
        return f"{amount / (1 << 30):.1f} GiB of"
    return f"{amount / 1000:g} cores of" if what == "cpu" else str(amount)


def metal(source: CellSource, settings: SettingsOf) -> Iterator[Finding]:
    """Hosts, racks and pools name one another."""
    if not (source.cell and source.hosts and source.pools):
        return
    hosts, cell, pools = source.hosts, source.cell.file, source.pools
    for name, host in hosts.file.hosts.items():
        if host.model not in hosts.file.models:
            message = f"there is no host model '{host.model}'"
            yield finding("host-model", hosts.document, ("hosts", name, "model"), message, known(hosts.file.models))
        if host.rack not in cell.racks:
            message = f"the cell has no rack '{host.rack}'"
            yield finding("host-rack", hosts.document, ("hosts", name, "rack"), message, known(cell.racks))
    for name, pool in pools.file.pools.items():
        for model in (each for each in pool.models if each not in hosts.file.models):
            message = f"there is no host model '{model}'"
            yield finding("pool-model", pools.document, ("pools", name, "models"), message, known(hosts.file.models))
        for missing in (each for each in pool.hosts if each not in hosts.file.hosts):
            message = f"there is no host '{missing}'"
            yield finding("pool-host", pools.document, ("pools", name, "hosts"), message, known(hosts.file.hosts))
    members = Counter(host for pool in pools.file.pools for host in pool_hosts(source, pool))
    for member, count in members.items():
        if count > 1:
            message = f"host {member} is in {count} pools"
            yield finding(
                "host-pools", hosts.document, ("hosts", member), message, "one pool owns a host's labels and disks"
            )


def pool_hosts(source: CellSource, pool: str) -> set[str]:
    assert source.hosts and source.pools  # noqa: S101
    file = source.pools.file.pools[pool]
    return {name for name, host in source.hosts.file.hosts.items() if host.model in file.models or name in file.hosts}


def racks(source: CellSource, settings: SettingsOf) -> Iterator[Finding]:
    """A cluster's racks exist, hold enough hosts for one pod each, and its copies lie in different racks."""
    if not (source.cell and source.hosts and source.pools):
        return
    for cluster in source.clusters:
        each = settings.get(cluster.key)
        if each is None:
            continue
        if each.racks > len(source.cell.file.racks):
            message = f"wants {each.racks} racks, the cell has {len(source.cell.file.racks)}"
            yield finding("rack-count", cluster.document, cluster.place, message)
        if each.pool not in source.pools.file.pools:
            message = f"there is no pool '{each.pool}'"
            yield finding("pool-unknown", cluster.document, cluster.place, message, known(source.pools.file.pools))
            continue
        for namespace in each.namespaces:
            if 1 < each.racks < namespace.replication_factor:
                message = (
                    f"namespace {namespace.name} keeps {namespace.replication_factor} copies in {each.racks} racks"
                )
                hint = "two copies in one rack are lost together: more racks, or fewer copies"
                yield finding("rack-copies", cluster.document, cluster.place, message, hint)
        yield from rack_hosts(source, cluster, each)


def rack_hosts(source: CellSource, cluster: WrittenCluster, settings: Settings) -> Iterator[Finding]:
    if source.allocations is None or source.hosts is None or settings.size == "auto" or settings.multi_pod_per_host:
        return
    given = source.allocations.file.clusters.get(cluster.key)
    members = pool_hosts(source, settings.pool)
    for rack in given.racks if given else ():
        present = [
            name
            for name in members
            if source.hosts.file.hosts[name].rack == rack
            and source.hosts.file.hosts[name].state is not HostState.ABSENT
        ]
        if len(present) < int(settings.size):
            message = (
                f"wants {settings.size} pods in rack {rack}, which has {len(present)} hosts of pool {settings.pool}"
            )
            hint = "each pod of a cluster stands on a host of its own"
            yield finding("rack-hosts", cluster.document, cluster.place, message, hint)


def groups(source: CellSource, settings: SettingsOf) -> Iterator[Finding]:
    """Every team is in one stack group, where a cell has groups; and the state agrees with the data."""
    if source.cell is None or source.allocations is None:
        return
    file, document = source.cell.file, source.cell.document
    members = Counter(team for teams in file.groups.values() for team in teams)
    for team in source.teams:
        if file.groups and not members[team]:
            message = f"team {team} is in no stack group"
            yield finding("group-missing", document, ("groups",), message, f"add it to one of {', '.join(file.groups)}")
    for group, teams in file.groups.items():
        if group == "platform":
            yield finding(
                "group-name", document, ("groups", group), "'platform' is the platform's own stack", "another name"
            )
        for index, team in enumerate(teams):
            place = ("groups", group, index)
            if members[team] > 1:
                yield finding("group-twice", document, place, f"team {team} is in {members[team]} groups", "keep one")
            given = source.allocations.file.teams.get(team)
            if given and given.group != group:
                command = f"aerofleet stacks move {team} --cell {source.name} --to {group}"
                message = (
                    f"team {team} shall be in group '{group}', its resources are in '{given.group or source.name}'"
                )
                yield finding("group-moved", document, place, message, f"run `{command}` before anything else")


def allocated(source: CellSource, settings: SettingsOf) -> Iterator[Finding]:
    """Everything that is given once has been given, and no step of a cluster's end is left out."""
    if source.cell is None or source.allocations is None:
        return
    given = source.allocations.file
    for index, rack in enumerate(source.cell.file.racks):
        if rack not in given.racks:
            yield finding(
                "allocation-missing", source.cell.document, ("racks", index), f"rack {rack} has no id yet", GENERATE
            )
    for team, read in source.teams.items():
        if team not in given.teams:
            yield finding("allocation-missing", read.document, ("team",), f"team {team} has no namespace yet", GENERATE)
    for cluster in source.clusters:
        held = given.clusters.get(cluster.key)
        each = settings.get(cluster.key)
        if cluster.file.state is ClusterState.RELEASED:
            continue
        if held is None:
            message = f"cluster {cluster.key} has no names and ports yet"
            yield finding("allocation-missing", cluster.document, cluster.place, message, GENERATE)
            continue
        if next_state(held.state, cluster.file.state) is not cluster.file.state:
            following = ORDER[ORDER.index(held.state) + 1].value
            message = f"goes from {held.state.value} to {cluster.file.state.value} in one change"
            yield finding(
                "state-skipped", cluster.document, (*cluster.place, "state"), message, f"the next step is {following}"
            )
        if each and (
            len(held.racks) < each.racks or any(lacks_devices(held.devices, space) for space in each.namespaces)
        ):
            message = f"cluster {cluster.key} wants racks or devices that it was not given yet"
            yield finding("allocation-missing", cluster.document, cluster.place, message, GENERATE)
    yield from abandoned(source)


def lacks_devices(given: Mapping[str, tuple[object, ...]], namespace: object) -> bool:
    devices = namespace.devices  # type: ignore[attr-defined]
    on_device = namespace.storage is StorageKind.DEVICE  # type: ignore[attr-defined]
    return bool(on_device and devices and len(given.get(namespace.name, ())) < devices.count)  # type: ignore[attr-defined]


def abandoned(source: CellSource) -> Iterator[Finding]:
    """A cluster that is only deleted from its file never went through the steps of its end."""
    assert source.allocations is not None  # noqa: S101
    wanted = {cluster.key for cluster in source.clusters}
    broken = {
        team
        for team in source.teams
        if any(each.location and f"/{team}.yaml" in each.location.file for each in source.findings)
    }
    for key, given in source.allocations.file.clusters.items():
        if key not in wanted and given.state is not ClusterState.RELEASED and key.partition("/")[0] not in broken:
            message = f"cluster {key} is in no team file, and it was never ended (it is {given.state.value})"
            hint = "put it back, and end it step by step: frozen, unprotected, deleted, released"
            yield finding("cluster-abandoned", source.allocations.document, ("clusters", key), message, hint)


def collisions(source: CellSource, settings: SettingsOf) -> Iterator[Finding]:
    """Names and ports that were given by hand, or merged from two branches, may meet."""
    if source.allocations is None:
        return
    given, document = source.allocations.file, source.allocations.document
    first: dict[object, str] = {}
    for key, each in given.clusters.items():
        team = key.partition("/")[0]
        for what, value in (("ports", each.ports.first), ("resource", (team, each.resource))):
            other = first.setdefault((what, value), key)
            if other != key:
                message = f"{key} and {other} have the same {what}"
                yield finding(
                    "allocation-clash",
                    document,
                    ("clusters", key, what),
                    message,
                    f"delete the newer entry; {GENERATE}",
                )
    spaces: dict[str, str] = {}
    for team, allocation in given.teams.items():
        other = spaces.setdefault(allocation.namespace, team)
        if other != team:
            message = f"teams {team} and {other} have the same namespace"
            yield finding("allocation-clash", document, ("teams", team, "namespace"), message)
    for rack, number in given.racks.items():
        if not 1 <= number <= 1_000_000 or list(given.racks.values()).count(number) > 1:
            message = f"rack id {number} is given twice or is not from 1 to 1000000"
            yield finding("allocation-clash", document, ("racks", rack), message)


def known(names_of: object) -> str:
    return f"known: {', '.join(names_of)}"  # type: ignore[arg-type]


CHECKS: tuple[Check, ...] = (names, tenants, quotas, metal, racks, groups, allocated, collisions)
