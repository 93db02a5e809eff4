"""Live settings: the commands that the operator sends, and the answers of the server.

The operator sends one command for each parameter, pod by pod, in a random order. A refused command ends
the pass, which is repeated; once another command of that pod went through before it, the server is restarted with the
new file instead. So a parameter that is refused alone is sent for ever, and nothing restarts.
Source: AKO 4.5.0 with aerospike-management-lib 1.11.1 (asconfig/as_setconfig.go), and its recorded roll-outs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import permutations
from typing import Any

from aerofleet.aerospike.parameters import data_version, nodes_at
from aerofleet.aerospike.server.live import LiveAnswer, as_text, set_live, setting_at
from aerofleet.aerospike.server.live_needs import READ_BY
from aerofleet.aerospike.server.live_settings import NEWEST
from aerofleet.aerospike.server.live_state import Namespace, Server, SettingContext
from aerofleet.ako.config import Config, entries, is_strongly_consistent, namespaces, section, storage_type
from aerofleet.ako.config_change import ConfigChange, Difference
from aerofleet.units.version import numbers

ALL_ORDERS = 5
"""For more settings than this that depend on each other, only some orders are tried."""


@dataclass(frozen=True, slots=True)
class Step:
    """One command. ``key`` is the path of the parameter within aerospikeConfig."""

    key: str
    place: SettingContext
    name: str
    text: str


@dataclass(slots=True)
class LiveOutcome:
    """What the servers answer. ``refused``: in every order, ``by_order``: in some orders, ``mangled``: ok, and another
    value; each with the answer. ``others`` are the commands that go through in every order."""

    refused: list[tuple[Step, LiveAnswer]] = field(default_factory=list)
    by_order: list[tuple[Step, LiveAnswer]] = field(default_factory=list)
    mangled: list[tuple[Step, LiveAnswer]] = field(default_factory=list)
    others: list[Step] = field(default_factory=list)

    @property
    def is_stuck(self) -> bool:
        """Return whether the server takes no setting at all, so that no restart ends the attempts."""
        return bool(self.refused) and not (self.by_order or self.mangled or self.others)


def live_outcome(version: str, change: ConfigChange) -> LiveOutcome:
    """Return the outcome of a change that is set live as a whole at the running ``version``; cached in the change."""
    if not isinstance(change.outcome, LiveOutcome):
        change.outcome = _outcome(version, change)
    return change.outcome


def _outcome(version: str, change: ConfigChange) -> LiveOutcome:
    outcome = LiveOutcome()
    steps = [step for difference in change.differences for step in steps_of(version, difference)]
    if not steps:
        return outcome
    server = server_of(version, change.before, change.nodes)
    for group in _groups(version, steps):
        orders = _orders(group)
        answers: dict[Step, list[LiveAnswer]] = {step: [] for step in group}
        for order in orders:
            running = server.copy()
            for step in order:
                answers[step].append(set_live(running, step.place, step.name, step.text))
        for step in group:
            _sort(outcome, step, answers[step])
    return outcome


def refused_after(version: str, change: ConfigChange, step: Step) -> list[Step]:
    """Return other commands of the change that go through, and after which the server still refuses ``step``."""
    server = server_of(version, change.before, change.nodes)
    passed = []
    for other in live_outcome(version, change).others:
        running = server.copy()
        set_live(running, other.place, other.name, other.text)
        if not set_live(running.copy(), step.place, step.name, step.text).is_ok:
            server = running
            passed.append(other)
    return passed


def _sort(outcome: LiveOutcome, step: Step, answers: list[LiveAnswer]) -> None:
    no = next((answer for answer in answers if not answer.is_ok), None)
    other = next((answer for answer in answers if answer.is_ok and not answer.is_kept), None)
    if no is not None and any(answer.is_ok for answer in answers):
        outcome.by_order.append((step, no))
    elif no is not None:
        outcome.refused.append((step, no))
    elif other is not None:
        outcome.mangled.append((step, other))
    else:
        outcome.others.append(step)


def _groups(version: str, steps: list[Step]) -> Iterator[list[Step]]:
    """Yield groups of settings that depend on each other, then every other setting alone."""
    left = dict.fromkeys(steps)
    for step in steps:
        read = _reads(version, step)
        if step not in left or not read:
            continue
        near = [other for other in left if other is not step and _is_near(other.place, step.place)]
        group = [step, *(other for other in near if other.name in read or read & _reads(version, other))]
        for member in group:
            left.pop(member, None)
        yield group
    yield from ([step] for step in left)


def _reads(version: str, step: Step) -> frozenset[str]:
    """Return the settings that the answer depends on and that can change live."""
    setting = setting_at(version, step.place.context, step.name)
    return frozenset(name for need in (setting.needs if setting else ()) for name in READ_BY.get(need, ()))


def _is_near(one: SettingContext, other: SettingContext) -> bool:
    return not (one.namespace and other.namespace) or one.namespace == other.namespace


def _orders(group: list[Step]) -> list[list[Step]]:
    if len(group) <= ALL_ORDERS:
        return [list(order) for order in permutations(group)]
    turned = [group[place:] + group[:place] for place in range(len(group))]
    return turned + [order[::-1] for order in turned]


# --- the commands -------------------------------------------------------------------------------------------------


def steps_of(version: str, difference: Difference) -> Iterator[Step]:
    """Yield the command for one parameter: none for lists, names, and contexts whose answers are not known."""
    place_name = _place_and_name(difference.names)
    value = difference.after if difference.after is not None else _default(version, difference)
    if place_name is None or value is None or isinstance(value, (dict, list)):
        return
    place, name = place_name
    if setting_at(version, place.context, name) is None and numbers(version) > numbers(NEWEST):
        return
    yield Step(difference.key, place, name, as_text(value) or "null")


def _place_and_name(names: tuple[str, ...]) -> tuple[SettingContext, str] | None:
    if names[0] in ("service", "network"):
        return SettingContext(names[0]), ".".join(names[1:])
    if names[0] != "namespaces" or len(names) < 3 or names[-1] == "name":
        return None
    namespace, rest = names[1].strip("{}"), names[2:]
    if rest[0] == "sets" and len(rest) == 3:
        return SettingContext("set", namespace, rest[1].strip("{}")), rest[2]
    if rest[0] in ("index-type", "sindex-type"):
        return SettingContext("namespace", namespace), ".".join(rest)
    if rest[0] == "geo2dsphere-within":
        return SettingContext("namespace", namespace), "-".join(rest)
    return SettingContext("namespace", namespace), rest[-1]


def _default(version: str, difference: Difference) -> Any:
    """Return the default of the schema, to which the operator sets a parameter that is taken away."""
    nodes = nodes_at(data_version(version), difference.parameter)
    return next((node["default"] for node in nodes if "default" in node), None)


# --- the server ---------------------------------------------------------------------------------------------------


def server_of(version: str, config: Config, nodes: int | None) -> Server:
    """Return a server that runs with ``config``."""
    network = {
        f"{key}.{name}": value
        for key in ("heartbeat", "fabric")
        for name, value in section(config, "network", key).items()
        if not isinstance(value, (dict, list))
    }
    by_name = {name: _namespace(namespace) for _, name, namespace in namespaces(config)}
    return Server(version, nodes, dict(section(config, "service")), network, by_name)


def _namespace(config: Config) -> Namespace:
    engine = section(config, "storage-engine")
    lines = engine.get("devices") or engine.get("files") or ()
    values: dict[str, Any] = {**config, **engine}
    return Namespace(
        storage=storage_type(config) or "memory",
        is_backed=bool(lines),
        devices=len(lines) or 8,
        is_consistent=is_strongly_consistent(config),
        index=_kind(config, "index-type"),
        sindex=_kind(config, "sindex-type"),
        values=values,
        sets={str(entry.get("name")): dict(entry) for entry in entries(config, "sets")},
    )


def _kind(config: Mapping[str, Any], key: str) -> str:
    return str(section(config, key).get("type", "shmem"))
