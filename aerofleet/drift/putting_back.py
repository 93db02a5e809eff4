"""What it does to put a value back: also the right value can restart pods or move data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aerofleet.analysis.change import analyse_change
from aerofleet.drift.compare import Difference
from aerofleet.drift.path import value_at, with_value
from aerofleet.findings.effect import Effect

Object = Mapping[str, Any]


class PuttingBack:
    """The effects of putting back the differences of one live object, judged from it and its status."""

    def __init__(self, live: Object, differences: tuple[Difference, ...], operator: str) -> None:
        self.live, self.operator = _bare(live), operator
        self.differences = differences

    def effect(self, difference: Difference) -> tuple[Effect, str]:
        """Return the effect of putting one value back, and why.

        Where that is refused by itself, it counts together with all the others.
        """
        effect, why = self._judged((difference,))
        return self._judged(self.differences) if effect is Effect.REFUSED else (effect, why)

    def _judged(self, differences: tuple[Difference, ...]) -> tuple[Effect, str]:
        restored: Any = self.live
        for one in differences:
            restored = with_value(restored, one.path, wanted_at(restored, one))
        return effect_of(self.live, restored, self.operator)


def wanted_at(resource: Object, difference: Difference) -> Any:
    """Return the value that puts a difference back; for one of order the list in that order."""
    if not difference.is_order:
        return difference.wanted
    entries = value_at(resource, difference.path)
    order = {name: place for place, name in enumerate(difference.wanted)}
    return sorted(entries, key=lambda entry: order.get(entry["name"], len(order)))


def effect_of(old: Object | None, new: Object | None, operator: str) -> tuple[Effect, str]:
    """Return the effect of a change of one object, and the worst reason; None is an object that is not there."""
    before, after = ([dict(one)] if one else [] for one in (old, new))
    analysis = analyse_change(before, after, operator, by_name=True)
    changes = (*analysis.clusters, *analysis.objects)
    change = max(changes, key=lambda one: one.effect, default=None)
    if change is None:
        return Effect.NONE, ""
    return change.effect, next((one.message for one in change.reasons if one.effect == change.effect), "")


def _bare(live: Object) -> dict[str, Any]:
    """Return the object without the API server's record of writers."""
    metadata = {key: value for key, value in (live.get("metadata") or {}).items() if key != "managedFields"}
    return {**live, "metadata": metadata}
