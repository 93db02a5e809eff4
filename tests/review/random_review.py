"""Random reviews whose every text is from somebody else."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any

from aerofleet.findings import SEVERITIES, Finding, Location, Subject
from aerofleet.findings.effect import Effect, Reason
from aerofleet.forecast.model import Forecast
from aerofleet.review.grouping import groups_of
from aerofleet.review.model import (
    Cause,
    CellFinding,
    ChangedCluster,
    ChangedOther,
    EnginePreview,
    Review,
    Side,
    UnknownCell,
    Upgrade,
)
from tests.forecast.made import forecast

Text = Callable[[], str]


def some_forecast(steps: int, name: str) -> Forecast:
    """A roll-out of ``steps`` steps, whose every name is ``name``."""
    step = {"kind": "restart", "rack": name, "pods": [name] * 9, "out": [name], "copies": [[name, 1, 0, 0]]}
    ends = {"outcome": "stuck", "blocked": name} if steps == 3 else {}
    return forecast({"steps": [step] * steps, "unknown": [name], "chances": [name], **ends})


def random_review(random: Random, text: Text, size: int) -> Review:
    """A review with ``size`` changed clusters, and as many other objects and findings."""

    def some(most: int, make: Callable[[], Any]) -> tuple[Any, ...]:
        return tuple(make() for _ in range(random.randrange(most + 1)))

    def value() -> Any:
        return random.choice([None, True, 0, 1.5, text(), [text()], {text(): {text(): text()}}, {}])

    def location() -> Location | None:
        return random.choice([None, Location(text(), random.randrange(9999), 1)])

    def reason() -> Reason:
        return Reason(text(), "info", text(), text(), text(), location(), effect=random.choice(list(Effect)))

    def finding() -> Finding:
        subject = random.choice([None, Subject("cluster", text())])
        return Finding(text(), random.choice(SEVERITIES), text(), text(), text(), location(), subject)

    def cause() -> Cause:
        return Cause(text(), text(), value(), value(), location(), random.choice(["base", "head"]))

    def cluster() -> ChangedCluster:
        return ChangedCluster(
            *(text() for _ in range(7)),
            effect=random.choice(list(Effect)),
            reasons=some(12, reason),
            hazards=some(12, finding),
            pods={random.choice(["live", "podRestart", text()]): 3},
            causes=some(9, cause),
            by_changed_code=random.random() < 0.1,
            make_forecast=random.choice((None, partial(some_forecast, random.randrange(4), text()))),
        )

    def other() -> ChangedOther:
        return ChangedOther(text(), text(), text(), text(), random.choice(list(Effect)), some(5, reason))

    clusters = tuple(cluster() for _ in range(size))
    unknown = some(min(size, 30), lambda: UnknownCell(text(), "head", text(), text(), some(12, finding), 3))
    counts = Counter(str(one.effect) for one in clusters)
    counts["unknown"] += 3 * len(unknown)
    counts["none"] += 7
    sides = [Side(text(), "0123456789abcdef", notes=some(3, text)) for _ in range(2)]
    return Review(
        *sides,
        as_of=datetime.date(2026, 11, 29),
        counts=counts,
        clusters=clusters,
        groups=groups_of(clusters),
        others=tuple(other() for _ in range(size)),
        findings=tuple(CellFinding(text(), finding(), random.random() < 0.9) for _ in range(size)),
        unknown=unknown,
        upgrades=some(
            min(size, 9), lambda: Upgrade("server", *(text() for _ in range(4)), (text(),), some(9, finding))
        ),
        previews=some(min(size, 9), lambda: EnginePreview((text(),) * 9, (text(),) * 9)),
        changed_code=some(size, text),
        other_lines=some(size, cause),
    )
