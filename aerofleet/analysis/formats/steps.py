"""The roll-outs of a change as text, step by step: a paragraph for each cluster that has one."""

from __future__ import annotations

from collections.abc import Iterable

from aerofleet.analysis.change import ChangeAnalysis
from aerofleet.findings.terminal import NO_TERMINAL, Terminal, visible
from aerofleet.forecast.model import Forecast
from aerofleet.forecast.text import rollout_line, step_lines


def as_steps(change: ChangeAnalysis, terminal: Terminal = NO_TERMINAL, show_all: bool = True) -> str:
    """Return the steps; all clusters are in it, whatever ``show_all`` is."""
    return steps_of(((one.subject.name, one.forecast) for one in change.clusters), terminal)


def steps_of(clusters: Iterable[tuple[str, Forecast | None]], terminal: Terminal) -> str:
    """Return a paragraph for each (name, forecast): its line for the whole, then a line for each step."""
    paragraphs = []
    for name, forecast in clusters:
        if forecast is None:
            continue
        lines = [f"{name}: {rollout_line([forecast]) or 'no step'}", *(f"  {line}" for line in step_lines(forecast))]
        paragraphs.append("".join(f"{terminal.wrapped(visible(line))}\n" for line in lines))
    return "\n".join(paragraphs) or "no cluster has a step\n"
