"""Hazards of a change of aerospikeConfig alone."""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.aerospike.parameters import data_version, nodes_at
from aerofleet.ako.config_change import ConfigChange, Difference
from aerofleet.ako.config_file import is_same
from aerofleet.ako.hazards.hazard import Found, hazard
from aerofleet.ako.live import LiveOutcome, live_outcome
from aerofleet.ako.restart import LIVE


@hazard("half-applied", "severe", "the two parts in two changes, or a WarmRestart operation after it")
def half_applied(version: str, change: ConfigChange, kind: str) -> Iterator[Found]:
    """A part is set live, the rest is written to the file and waits, unseen, for a later restart."""
    if kind == LIVE:
        for key in (*change.hidden, *change.reordered):
            yield key, "is written, and not applied before a later restart"


@hazard("order-restarts", "warning", "the order that is running")
def order_restarts(version: str, change: ConfigChange, kind: str) -> Iterator[Found]:
    """The same in another order restarts servers, although nothing changes."""
    for key in change.reordered:
        yield key, "holds the same in another order"


@hazard("default-restarts", "info", "the line as it was, unless servers restart anyway")
def default_restarts(version: str, change: ConfigChange, kind: str) -> Iterator[Found]:
    """Writing a default out, or taking it away, counts as a change, and restarts servers."""
    if kind == LIVE:
        return
    for difference in _of_what_stays(change):
        sides = [side for side in (difference.before, difference.after) if side is not None]
        defaults = [node.get("default") for node in nodes_at(data_version(version), difference.parameter)]
        # Variants of a section (memory, device) each have a default of their own for what tells them apart.
        if len(sides) == 1 and defaults and all(is_same(each, sides[0]) for each in defaults):
            yield difference.key, f"{sides[0]} is the default: nothing but the file changes"


@hazard("one-static-restarts-all", "info", "static and dynamic parameters in two changes")
def one_static_restarts_all(version: str, change: ConfigChange, kind: str) -> Iterator[Found]:
    """One static parameter makes the whole change a restart; the others could have been set live."""
    live = [difference.key for difference in _of_what_stays(change) if difference.is_dynamic]
    if change.static and live:
        yield change.static[0], f"restarts servers also for {', '.join(live)}"


def _of_what_stays(change: ConfigChange) -> list[Difference]:
    """Without what belongs to an entry that is new: it comes or goes as a whole."""
    new = [each.names[:-1] for each in change.differences if each.names[-1] == "name"]
    return [each for each in change.differences if not any(each.names[: len(entry)] == entry for entry in new)]


@hazard("operator-panics", "severe", "the kind that it has now; the other one in a new cluster only")
def operator_panics(version: str, change: ConfigChange, kind: str) -> Iterator[Found]:
    """From a text to a list of names, or back, the operator's own code panics; it is admitted all the same."""
    for key in change.crashing:
        yield key, "goes from a text to a list of names, or back"


@hazard("unknown-parameter", "severe", "a parameter of this server version")
def unknown_parameter(version: str, change: ConfigChange, kind: str) -> Iterator[Found]:
    """No rule knows what the parameter does."""
    for difference in change.differences:
        if not difference.is_known:
            yield difference.key, f"{difference.parameter} is unknown at {version}"


@hazard("devices-added-restart", "info", "device and dynamic parameters in two changes")
def devices_added_restart(version: str, change: ConfigChange, kind: str) -> Iterator[Found]:
    """An added block device restarts servers, also for parameters that could be set live."""
    if change.adds_devices and change.differences and change.is_dynamic:
        yield change.differences[0].key, "could be set live, but a device is added beside it"


@hazard("live-refused", "severe", "a value that the running server takes, in a change of its own")
def live_refused(version: str, change: ConfigChange, kind: str) -> Iterator[Found]:
    """The operator goes by the schema, and the server has rules of its own. A refused setting ends the pass in phase
    Error, and later pods get nothing. It is sent for ever, without a restart; unless another setting of the pod went
    through before it: then the server restarts with the value in its file.
    """
    for step, answer in _outcome(version, change, kind).refused:
        yield step.key, f"the server refuses {step.text} live: {answer.why}"


@hazard("live-order", "severe", "two changes: the setting that the other one needs first")
def live_order(version: str, change: ConfigChange, kind: str) -> Iterator[Found]:
    """The operator sends the settings in an order that chance decides, pod by pod. Where the order matters, some pods
    are set live and some restart, or the pass ends in phase Error and is repeated.
    """
    for step, answer in _outcome(version, change, kind).by_order:
        yield step.key, f"the server refuses {step.text} in some orders of this change: {answer.why}"


@hazard("live-mangled", "severe", "a value that the server can hold")
def live_mangled(version: str, change: ConfigChange, kind: str) -> Iterator[Found]:
    """Numbers that are too large wrap around, and some texts become 0: the server answers ok, the operator calls the
    change done, and the next restart reads the value from the file.
    """
    for step, answer in _outcome(version, change, kind).mangled:
        yield step.key, f"the server answers ok to {step.text} and has {answer.shows} until it restarts"


def _outcome(version: str, change: ConfigChange, kind: str) -> LiveOutcome:
    return live_outcome(version, change) if kind == LIVE else LiveOutcome()


CONFIG_HAZARDS = (
    half_applied,
    order_restarts,
    default_restarts,
    one_static_restarts_all,
    operator_panics,
    unknown_parameter,
    devices_added_restart,
    live_refused,
    live_order,
    live_mangled,
)
