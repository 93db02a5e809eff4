"""The reasons of an entry: every changed value is in a line, and only repeats share one."""

from __future__ import annotations

from aerofleet.findings.effect import Effect, Reason
from aerofleet.review.formats.reason_lines import KEPT, SENT, beside_refusal, consequences


def reason(effect: Effect, path: str, message: str, rule: str = "set-live") -> Reason:
    return Reason(rule, "info", path, message, effect=effect)


def test_every_milder_setting_has_its_line() -> None:
    milder = [reason(Effect.LIVE, f"spec.a.key-{number}", f"is new with {number}") for number in range(5)]
    lines, most = consequences([*milder, reason(Effect.MOVES_DATA, "spec.size", "2 pods become 3", "size")], Effect(4))
    assert [(line.path, line.message) for line in lines[:most]] == [
        ("size", "2 pods become 3"),
        *((one.path, one.message) for one in milder),
    ]


def test_values_of_entries_without_names_share_a_line() -> None:
    ports = [reason(Effect.LIVE, f"Service spec.ports[{n}].port", f"300{n} becomes 310{n}; at once") for n in (0, 1)]
    ((line,), _) = consequences(ports, Effect.LIVE)
    assert line.message == "3000 → 3100, 3001 → 3101; at once"
    assert line.places == ("Service spec.ports[1].port",)


def test_values_of_named_entries_do_not() -> None:
    users = [reason(Effect.LIVE, f"spec.users.{{{name}}}.quota", f"{name} becomes 1") for name in ("a", "b", "c")]
    lines, _ = consequences(users, Effect.LIVE)
    assert len(lines) == 3


def test_objects_of_a_refused_cluster() -> None:
    refused = reason(Effect.REFUSED, "spec.size", "is wrong", "size")
    comes = reason(Effect.LIVE, "ExternalSecret a", "is new", "object-comes")
    goes = reason(Effect.LIVE, "ExternalSecret b", "goes", "object-goes")
    assert [(line.label, line.path) for line in beside_refusal([refused, comes, goes])] == [
        (SENT, "ExternalSecret a"),
        (KEPT, "ExternalSecret b"),
    ]
