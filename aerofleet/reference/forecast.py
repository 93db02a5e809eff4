"""The reference page of the figures with which forecasts count, from the table that has them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from aerofleet.forecast.rates import FIGURES, Rates, camel_case
from aerofleet.forecast.span import Span

HEAD = """# Figures of a forecast

This page is generated. How long a roll-out takes, and how much data it moves, follows from the declared workload and
from these figures. Each one is a range, from the fastest that is plausible to the slowest. A forecast names those on
which it rests (`assumptions` in its JSON form).

A platform that measured one writes it in [cell.yaml](definitions.md), and the forecasts of that cell use it instead:

```yaml
measured:
  indexRecordsPerSecond: 900000
  stopSeconds: 12
```

`networkBytesPerSecond` is half the line of the pool's hosts, from `hosts.yaml`, where nothing was measured.
"""


def page() -> str:
    """Return the page."""
    return "\n".join((HEAD, *_rows(), ""))


def _rows() -> Iterator[str]:
    yield "| `measured:` in cell.yaml | default | what it is | source of the default |"
    yield "|---|---|---|---|"
    defaults = Rates()
    for field in fields(Rates):
        figure, value = FIGURES[field.name], getattr(defaults, field.name)
        yield f"| `{camel_case(field.name)}` | {_range(value)} {figure.unit} | {figure.about} | {figure.source} |"


def _range(value: Span) -> str:
    return f"{value.low:,}" if value.low == value.high else f"{value.low:,} to {value.high:,}"
