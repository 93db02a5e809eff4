"""The reasons of an entry: every changed value is in a line, and only repeats share one."""

from __future__ import annotations

from typing import Any

import pytest

from aerofleet.ako.reasons.objects import object_reasons
from aerofleet.findings.effect import Effect, Reason
from aerofleet.findings.finding import Applies, Finding
from aerofleet.review.formats.reason_lines import KEPT, SENT, beside_refusal, consequences, hazard_lines


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


def resource(name: str, kind: str = "ConfigMap") -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": "shop"}}


def test_objects_of_a_refused_cluster() -> None:
    refused = reason(Effect.REFUSED, "spec.size", "is wrong", "size")
    comes, goes = object_reasons(None, resource("a")), object_reasons(resource("b"), None)
    unknown = object_reasons(resource("c", "Teapot"), None)
    lines = beside_refusal([refused, *comes, *goes, *unknown])
    assert [(line.label, line.rule) for line in lines] == [
        (SENT, "object-comes"),
        (KEPT, "object-goes"),
        (KEPT, "unknown-kind"),
    ]


def test_objects_are_not_sent_where_one_of_them_is_refused() -> None:
    comes = object_reasons(None, resource("a"))
    claim = resource("b", "PersistentVolumeClaim")
    large, small = (claim | {"spec": {"resources": {"requests": {"storage": size}}}} for size in ("2Gi", "1Gi"))
    (shrinks,) = object_reasons(large, small)
    assert shrinks.effect == Effect.REFUSED
    assert beside_refusal([*comes, shrinks]) == []


@pytest.mark.parametrize(
    ("applies", "label"),
    [("before", "severe hazard although the cluster is refused"), ("with", "severe hazard once it is admitted")],
)
def test_hazards_of_a_refused_cluster_say_when(applies: Applies, label: str) -> None:
    hazard = Finding("a-rule", "severe", "spec.size", "is dangerous", applies=applies)
    assert [line.label for line in hazard_lines([hazard], is_refused=True)] == [label]
    assert [line.label for line in hazard_lines([hazard], is_refused=False)] == ["severe hazard"]
