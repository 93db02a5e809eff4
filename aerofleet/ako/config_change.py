"""A change of aerospikeConfig: which parameters differ, which of them can be set live, and what the pods do.

This follows the operator's own comparison (AKO 4.5.0 with its management library): the difference of the flattened
configurations, where

* a parameter that is taken away counts, also where it had its default; a named entry that is taken away counts
  with its name alone;
* parameters of a single node (devices, files, ports, addresses) are left out of the difference;
* a value that is only spelt in another way gives the same file, and is no change (``unseen``);
* one static parameter makes the whole change a restart.

The file has these parameters all the same, so their change restarts pods by rules of its own, or is written and not
applied (``hidden``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Literal

from aerofleet.aerospike.parameters import data_version, nodes_at
from aerofleet.ako.config import Config, namespaces, section
from aerofleet.ako.config_file import (
    ABSENT,
    CLIENT_NAMES,
    by_name,
    is_same,
    mixes_blank_names,
    names_of,
    read_back,
    unnamed,
    with_one_feature_key,
    written,
)

Restart = Literal["noRestart", "noRestartUpdateConf", "quickRestart", "podRestart", "crash"]

_WAYS = ("", "access-", "alternate-access-")
NODE_SPECIFIC = frozenset(
    {"file", "files", "device", "devices", "node-id", "pidfile"}
    | {f"{tls}{way}{key}" for tls in ("", "tls-") for way in _WAYS for key in ("address", "addresses", "port")}
    | {f"{tls}mesh-seed-address-port{plural}" for tls in ("", "tls-") for plural in ("", "s")}
)
"""Keys the management library leaves out of a difference, because every node has its own."""

ALWAYS_LIVE = frozenset({"replication-factor", "node-address-ports"})
ALWAYS_STATIC = frozenset({"rack-id"})
ONLY_GROW_LIVE = frozenset({"ignore-bins", "ignore-sets", "ship-bins", "ship-sets"})
NETWORK_SECTIONS = ("service", "admin", "heartbeat", "fabric", "info")
WORK_DIRECTORY = "/opt/aerospike"
"""The server's default."""

Names = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """One parameter that differs.

    ``names`` is the path with ``{name}`` for entries of lists, ``parameter`` the path without them. ``before`` and
    ``after`` are None where absent. ``is_known``: the new version has such a parameter. ``is_gone``: the running
    version has it, and the new one has not.
    """

    names: Names
    parameter: str
    before: Any
    after: Any
    is_dynamic: bool
    is_known: bool
    is_gone: bool = False

    @property
    def key(self) -> str:
        return ".".join(self.names)

    @property
    def clause(self) -> str:
        """Return the old and the new value as a clause. Texts are not shown: some of them are secrets."""
        if self.names[-1] == "name" and self.names[:-1] and self.names[-2][:1] == "{":
            return "comes" if self.before is None else "goes"
        shown = [
            str(value).lower() if isinstance(value, (bool, int, float)) else "" for value in (self.before, self.after)
        ]
        if self.before is None:
            return f"is new with {shown[1]}" if shown[1] else "is new"
        if self.is_gone:
            return f"{shown[0]} goes: the new server has no such parameter".lstrip()
        if self.after is None:
            return f"{shown[0]} goes back to the default" if shown[0] else "goes"
        return f"{shown[0]} becomes {shown[1]}" if all(shown) else "changes"


@dataclass(slots=True)
class ConfigChange:
    """The comparison of two configurations; paths are those of people, with ``{name}`` for entries of lists.

    ``differences``: ordered by key. ``hidden``: paths that differ in the file but not in the difference. ``reordered``:
    lists with the same entries in another order. ``unseen``: paths that give the same file. ``with_pod``: paths whose
    change needs another pod. ``crashing``: paths on which the operator's code panics. ``before``: the configuration
    that runs. ``nodes``: the size of the cluster, None where it is not known. ``outcome``: what the servers answer when
    it is set live, once that is computed.
    """

    differences: list[Difference] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    reordered: list[str] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    with_pod: list[str] = field(default_factory=list)
    crashing: list[str] = field(default_factory=list)
    is_same_file: bool = True
    adds_devices: bool = False
    before: Config = field(default_factory=dict, repr=False)
    nodes: int | None = None
    outcome: object = field(default=None, repr=False)

    @property
    def changed(self) -> list[str]:
        return [difference.key for difference in self.differences]

    @property
    def static(self) -> list[str]:
        return [difference.key for difference in self.differences if not difference.is_dynamic]

    @property
    def is_dynamic(self) -> bool:
        """Return whether every parameter of the difference can be set live; True for an empty difference."""
        return all(difference.is_dynamic for difference in self.differences)

    def restart(self, *, live: bool = True) -> Restart:
        """Return what a pod does. ``live``: dynamic updates are on."""
        if self.crashing:
            return "crash"
        if self.is_same_file:
            return "noRestart"
        if self.with_pod:
            return "podRestart"
        if live and self.differences and self.is_dynamic and not self.adds_devices:
            return "noRestartUpdateConf"
        return "quickRestart"


def judge(  # noqa: PLR0913
    version: str,
    old: Config,
    new: Config,
    *,
    target: str = "",
    mounted: Collection[str] | None = None,
    nodes: int | None = None,
) -> ConfigChange:
    """Compare two effective configurations. Raises KeyError for a version below the oldest with data.

    ``version`` is that of the running server, ``target`` the new one where it differs: its server reads the file, so it
    judges the parameters. Only the running one may know a parameter that the change takes away. A version without data
    is judged as the nearest older one. ``mounted``: the paths of volumes, and ``nodes``: the size of the cluster, where
    they are known.
    """
    change = ConfigChange(before=old, nodes=nodes)
    before, after = with_one_feature_key(old), with_one_feature_key(new)
    if is_same(before, after):
        return change
    _Comparison(data_version(target or version), change).walk((), (), before, after)
    if target and target != version:
        change.differences = [_known_until(difference, version) for difference in change.differences]
    change.differences.sort(key=lambda difference: difference.names)
    # What left no trace at all is not told to be the same: better one restart too many.
    change.is_same_file = bool(change.unseen) and not (change.differences or change.hidden or change.reordered)
    if not change.is_same_file:
        change.with_pod = list(_with_pod(change, old, new, mounted))
        change.adds_devices = bool(added_devices(old, new))
        if not any(key.endswith(".storage-engine.data-size") for key in change.with_pod):
            change.crashing += _without_storage(old, new)
    return change


def _known_until(difference: Difference, running: str) -> Difference:
    """Return ``difference`` as known, and as gone, where it only takes away what the ``running`` version has."""
    if difference.is_known or difference.after is not None:
        return difference
    had = bool(nodes_at(data_version(running), difference.parameter))
    return replace(difference, is_known=had, is_gone=had)


class _Comparison:
    """Walks two configurations side by side and notes in ``change`` what differs.

    ``names`` is the path as people read it, ``keys`` the same without the names of entries: a key can look like such
    a name, so the one can't be had from the other.
    """

    def __init__(self, version: str, change: ConfigChange) -> None:
        self.version, self.change = version, change

    def walk(self, names: Names, keys: Names, old: Config, new: Config) -> None:
        for key in {**old, **new}:
            before, after = old.get(key, ABSENT), new.get(key, ABSENT)
            if not is_same(before, after):
                self.compare((*names, key), (*keys, key), before, after)

    def compare(self, names: Names, keys: Names, before: Any, after: Any) -> None:
        before, after = written(keys[-1], before, after)
        if is_same(before, after):
            self.change.unseen.append(".".join(names))
            return
        before, after = (read_back(keys[-1], value) for value in (before, after))
        if is_same(before, after) or keys[-1] in NODE_SPECIFIC:
            self.change.hidden.append(".".join(names))
        elif {} in (before, after) and ABSENT in (before, after):
            # Of all empty sections only this one has a meaning: security is on.
            if keys == ("security",):
                self.leaf(names, keys, before, after)
            else:
                self.change.unseen.append(".".join(names))
        elif isinstance(before, dict) or isinstance(after, dict):
            count = len(self.change.differences)
            self.walk(names, keys, _map(before), _map(after))
            if ABSENT in (before, after) and count == len(self.change.differences):
                self.change.hidden.append(".".join(names))  # The line of the section itself comes or goes.
            # A value that becomes a section, or the other way round: no schema has it, yet it must not get lost.
            for value, sides in ((before, (before, ABSENT)), (after, (ABSENT, after))):
                if value is not ABSENT and not isinstance(value, dict):
                    self.leaf(names, keys, *sides)
        elif _are_named(before, after):
            self.named_lists(names, keys, _list(before), _list(after))
        else:
            self.leaf(names, keys, before, after)

    def leaf(self, names: Names, keys: Names, before: Any, after: Any) -> None:
        if isinstance(before, list) and isinstance(after, list) and set(map(str, before)) == set(map(str, after)):
            self.change.reordered.append(".".join(names))
            return
        switches = isinstance(before, list) != isinstance(after, list) and ABSENT not in (before, after)
        if switches and keys[-1] == CLIENT_NAMES:
            self.change.crashing.append(".".join(names))
        parameter = ".".join(keys)
        self.change.differences.append(
            Difference(
                names=names,
                parameter=parameter,
                before=None if before is ABSENT else before,
                after=None if after is ABSENT else after,
                is_dynamic=_is_dynamic(self.version, keys, before, after),
                is_known=bool(nodes_at(self.version, parameter)),
            )
        )

    def named_lists(self, names: Names, keys: Names, before: list[Any], after: list[Any]) -> None:
        if mixes_blank_names(keys[-1], before) or mixes_blank_names(keys[-1], after):
            self.change.crashing.append(".".join(names))
        was, now = (by_name(side) for side in (before, after))
        if names_of(before) ^ names_of(after) != was.keys() ^ now.keys():
            self.change.hidden.append(".".join(names))
        # A blank name leaves none in the file: the parameters below it are read back as no entry at all.
        blank = [[side.pop(name) for name in list(side) if not name.strip()] for side in (was, now)]
        self.walk(names, (*keys, ""), *(unnamed(sections) for sections in blank))
        for name, item in now.items():
            known = was.get(name)
            if known is None or not is_same(known, item):
                self.walk((*names, "{" + name + "}"), keys, known or {}, item)
        for name in was:
            if name not in now:
                self.leaf((*names, "{" + name + "}", "name"), (*keys, "name"), name, ABSENT)
        if [name for name in was if name in now] != [name for name in now if name in was]:
            self.change.reordered.append(".".join(names))


def _is_dynamic(version: str, keys: Names, before: Any, after: Any) -> bool:
    key = keys[-1]
    if key in ALWAYS_LIVE:
        return True
    if key in ALWAYS_STATIC:
        return False
    if key == "name":
        return keys[0] == "xdr"
    if key in ONLY_GROW_LIVE and not set(map(str, _list(before))) <= set(map(str, _list(after))):
        return False
    return has_live_parameter(version, ".".join(keys))


@lru_cache(maxsize=16384)
def has_live_parameter(version: str, parameter: str) -> bool:
    """Return whether the parameter can be set live in any variant of its context."""
    return any(node.get("dynamic", False) for node in nodes_at(version, parameter))


def _are_named(before: Any, after: Any) -> bool:
    """Return whether both are lists of named sections; one may be empty or absent."""
    sides = [side for side in (before, after) if side is not ABSENT]
    return bool(sides) and all(map(_is_named, sides))


def _is_named(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(item, dict) and isinstance(item.get("name"), str) for item in value
    )


def _map(value: Any) -> Config:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


# --- what the operator looks at besides the difference ------------------------------------------------------------


def _with_pod(change: ConfigChange, old: Config, new: Config, mounted: Collection[str] | None) -> Iterator[str]:
    """Yield the paths whose change needs another pod."""
    if _leaves_work_directory(old, new, mounted):
        yield "service.work-directory"
    for difference in change.differences:
        if difference.names[-2:] == ("storage-engine", "data-size"):
            yield difference.key
    yield from _ports(old, new)


def _without_storage(old: Config, new: Config) -> Iterator[str]:
    """Yield the namespaces without a storage-engine or a list of devices, before or after: the operator's code panics.

    It reads them wherever the file differs, to know added devices, unless a data-size rebuilds the pods anyway.
    """
    yield from ("namespaces" for item in _list(new.get("namespaces")) if not isinstance(item, dict))
    was = {name: namespace for _, name, namespace in namespaces(old)}
    for _, name, namespace in namespaces(new):
        for side in (namespace, was.get(name, namespace)):
            engine = side.get("storage-engine")
            if not isinstance(engine, dict) or not isinstance(engine.get("devices") or [], list):
                yield f"namespaces.{{{name}}}.storage-engine"
                break


def _ports(old: Config, new: Config) -> Iterator[str]:
    """Yield the ports whose change needs another pod: new and changed ones, and a removed TLS port of the service."""
    for key in NETWORK_SECTIONS:
        before, after = section(old, "network", key), section(new, "network", key)
        for port in ("port", "tls-port"):
            was, now = before.get(port), after.get(port)
            goes = (key, port) == ("service", "tls-port") and now is None
            if was != now and (now is not None or goes):
                yield f"network.{key}.{port}"


def work_directory(config: Config) -> str:
    """Return the path of the server's work directory."""
    path = section(config, "service").get("work-directory")
    return path if isinstance(path, str) and path else WORK_DIRECTORY


def _leaves_work_directory(old: Config, new: Config, mounted: Collection[str] | None) -> bool:
    """Return whether the work directory leaves its volume.

    The operator mounts that volume part by part, and any other one as a whole. It accepts a whole mount in place of the
    parts, not the parts in place of a whole mount.
    """
    before = work_directory(old)
    return before != work_directory(new) and (before.startswith("/") if mounted is None else before in mounted)


def added_devices(old: Config, new: Config) -> list[str]:
    """Return the devices and shadows that are new in a namespace that stays."""
    was = {name: devices(namespace) for _, name, namespace in namespaces(old)}
    return [
        device
        for _, name, namespace in namespaces(new)
        for device in sorted(devices(namespace))
        if name in was and device not in was[name]
    ]


def newly_used_devices(old: Config, new: Config) -> list[str]:
    """Return the devices and shadows that a namespace did not use before; all of those of a new namespace."""
    was = {name: devices(namespace) for _, name, namespace in namespaces(old)}
    return [
        device
        for _, name, namespace in namespaces(new)
        for device in sorted(devices(namespace))
        if device not in was.get(name, set())
    ]


def devices(namespace: Config) -> set[str]:
    """Return the devices and shadows of a namespace."""
    lines = _list(section(namespace, "storage-engine").get("devices"))
    return {device for line in lines for device in str(line).split()}


def removed_namespaces(old: Config, new: Config) -> list[str]:
    """Return the names of the namespaces that only ``old`` has: their data goes."""
    now = {name for _, name, _ in namespaces(new)}
    return [name for _, name, _ in namespaces(old) if name not in now]
