"""Hazards of a change of aerospikeConfig alone."""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.aerospike.parameters import data_version, nodes_at
from aerofleet.ako.config_change import ConfigChange, Difference
from aerofleet.ako.config_file import is_same
from aerofleet.ako.live import LiveOutcome, live_outcome
from aerofleet.ako.restart import LIVE
from aerofleet.findings import Problem, rule, rules_in


@rule(
    "half-applied",
    scope="config",
    severity="severe",
    remedy="the two parts in two changes, or a WarmRestart operation after it",
)
def half_applied(version: str, change: ConfigChange, kind: str) -> Iterator[Problem]:
    """A part is set live, the rest is written to the file and waits, unseen, for a later restart."""
    if kind == LIVE:
        for key in (*change.hidden, *change.reordered):
            yield key, "is written, and not applied before a later restart"


@rule("order-restarts", scope="config", severity="warning", remedy="the order that is running")
def order_restarts(version: str, change: ConfigChange, kind: str) -> Iterator[Problem]:
    """The same in another order restarts servers, although nothing changes."""
    for key in change.reordered:
        yield key, "holds the same in another order"


@rule("default-restarts", scope="config", severity="info", remedy="the line as it was, unless servers restart anyway")
def default_restarts(version: str, change: ConfigChange, kind: str) -> Iterator[Problem]:
    """Writing a default out, or taking it away, counts as a change, and restarts servers."""
    if kind == LIVE:
        return
    for difference in _of_what_stays(change):
        sides = [side for side in (difference.before, difference.after) if side is not None]
        defaults = [node.get("default") for node in nodes_at(data_version(version), difference.parameter)]
        # Variants of a section (memory, device) each have a default of their own for what tells them apart.
        if len(sides) == 1 and defaults and all(is_same(each, sides[0]) for each in defaults):
            yield difference.key, f"{sides[0]} is the default: nothing but the file changes"


@rule("one-static-restarts-all", scope="config", severity="info", remedy="static and dynamic parameters in two changes")
def one_static_restarts_all(version: str, change: ConfigChange, kind: str) -> Iterator[Problem]:
    """One static parameter makes the whole change a restart; the others could have been set live."""
    live = [difference.key for difference in _of_what_stays(change) if difference.is_dynamic]
    if change.static and live:
        yield change.static[0], f"restarts servers also for {', '.join(live)}"


def _of_what_stays(change: ConfigChange) -> list[Difference]:
    """Without what belongs to an entry that is new: it comes or goes as a whole."""
    new = [each.names[:-1] for each in change.differences if each.names[-1] == "name"]
    return [each for each in change.differences if not any(each.names[: len(entry)] == entry for entry in new)]


@rule(
    "operator-panics",
    scope="config",
    severity="severe",
    remedy="the kind that it has now; the other one in a new cluster only",
)
def operator_panics(version: str, change: ConfigChange, kind: str) -> Iterator[Problem]:
    """From a text to a list of names, or back, the operator's own code panics; it is admitted all the same."""
    for key in change.crashing:
        yield key, "goes from a text to a list of names, or back"


@rule("unknown-parameter", scope="config", severity="severe", remedy="a parameter of this server version")
def unknown_parameter(version: str, change: ConfigChange, kind: str) -> Iterator[Problem]:
    """No rule knows what the parameter does."""
    for difference in change.differences:
        if not difference.is_known:
            yield difference.key, f"{difference.parameter} is unknown at {version}"


@rule("devices-added-restart", scope="config", severity="info", remedy="device and dynamic parameters in two changes")
def devices_added_restart(version: str, change: ConfigChange, kind: str) -> Iterator[Problem]:
    """An added block device restarts servers, also for parameters that could be set live."""
    if change.adds_devices and change.differences and change.is_dynamic:
        yield change.differences[0].key, "could be set live, but a device is added beside it"


@rule(
    "live-refused",
    scope="config",
    severity="severe",
    remedy="a value that the running server takes, in a change of its own",
)
def live_refused(version: str, change: ConfigChange, kind: str) -> Iterator[Problem]:
    """The operator goes by the schema, and the server has rules of its own. A refused setting ends the pass in phase
    Error, and later pods get nothing. It is sent for ever, without a restart; unless another setting of the pod went
    through before it: then the server restarts with the value in its file.
    """
    for step, answer in _outcome(version, change, kind).refused:
        yield step.key, f"the server refuses {step.text} live: {answer.why}"


@rule("live-order", scope="config", severity="severe", remedy="two changes: the setting that the other one needs first")
def live_order(version: str, change: ConfigChange, kind: str) -> Iterator[Problem]:
    """The operator sends the settings in an order that chance decides, pod by pod. Where the order matters, some pods
    are set live and some restart, or the pass ends in phase Error and is repeated.
    """
    for step, answer in _outcome(version, change, kind).by_order:
        yield step.key, f"the server refuses {step.text} in some orders of this change: {answer.why}"


@rule("live-mangled", scope="config", severity="severe", remedy="a value that the server can hold")
def live_mangled(version: str, change: ConfigChange, kind: str) -> Iterator[Problem]:
    """Numbers that are too large wrap around, and some texts become 0: the server answers ok, the operator calls the
    change done, and the next restart reads the value from the file.
    """
    for step, answer in _outcome(version, change, kind).mangled:
        yield step.key, f"the server answers ok to {step.text} and has {answer.shows} until it restarts"


def _outcome(version: str, change: ConfigChange, kind: str) -> LiveOutcome:
    return live_outcome(version, change) if kind == LIVE else LiveOutcome()


RULES = rules_in(globals())
