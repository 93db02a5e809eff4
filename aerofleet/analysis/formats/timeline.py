"""Roll-outs as a picture (SVG): what becomes of each pod over time, and how many copies are left.

The drawing libraries are heavy, and only a picture needs them: they come with the extra ``timeline`` of the package.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from types import ModuleType
from typing import Any

from aerofleet.analysis.change import ChangeAnalysis
from aerofleet.findings.stop import MistakeError
from aerofleet.findings.terminal import NO_TERMINAL, Terminal, visible
from aerofleet.forecast.bars import (
    LEAVES,
    LEFT,
    OUT,
    REBUILT,
    RESTARTS,
    SERVES,
    SET_LIVE,
    STARTS,
    Column,
    bars_of,
    columns_of,
    has_times,
    levels_of,
)
from aerofleet.forecast.model import Forecast
from aerofleet.forecast.text import rollout_line, worst_moment

COLOURS = {
    SERVES: "#dcdcdc",
    STARTS: "#009e73",
    SET_LIVE: "#56b4e9",
    RESTARTS: "#e69f00",
    REBUILT: "#d55e00",
    OUT: "#0072b2",
    LEAVES: "#000000",
}
"""What a pod does → its colour: of the palette by Okabe and Ito (jfly.uni-koeln.de/color), whose colours colour-blind
people can tell apart."""
LINES = dict(zip(LEFT, (("#000000", [1, 0]), ("#0072b2", [7, 3]), ("#d55e00", [2, 2])), strict=True))
"""What is left → colour and dashes of its line."""
WIDTH, POD_HEIGHT, COPIES_HEIGHT, STRIP_HEIGHT = 760, 16, 72, 16
LETTER = 6.2
"""Pixels."""
APART = 0.05
"""Part of the height by which lines with the same number are moved apart, so that each can be seen."""
MOST_CLUSTERS = 8
MOST_NUMBERS = 30
"""Numbers of steps that have room side by side."""
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
"""The first one comes with vl-convert, so that widths are equal on every machine."""
TEXT, GREY = "#222222", "#767676"


def as_timeline(change: ChangeAnalysis, terminal: Terminal = NO_TERMINAL, show_all: bool = True) -> str:
    """Return the picture of a change, whatever ``show_all`` is. Raises MistakeError where the extra is missing."""
    return timeline_of((one.subject.name, one.forecast) for one in change.clusters)


def timeline_of(clusters: Iterable[tuple[str, Forecast | None]]) -> str:
    """Return the picture of the first clusters that have steps. Raises MistakeError where the extra is missing.

    The library ends the process at a control character in a text, so all texts are made visible.
    """
    drawn = [(name, forecast) for name, forecast in clusters if forecast and forecast.steps]
    try:
        import altair
        import vl_convert
    except ImportError as error:
        way = "`pip install 'aerofleet[timeline]'` installs what a picture needs"
        raise MistakeError(f"there is no package {error.name}: {way}") from None
    charts = [_cluster(altair, name, forecast) for name, forecast in drawn[:MOST_CLUSTERS]]
    if left_out := len(drawn) - len(charts):
        charts.append(_note(altair, f"and {left_out} more, for which there is no room"))
    elif not drawn:
        charts.append(_note(altair, "No cluster has a step."))
    whole = (
        altair.vconcat(*charts, spacing=44)
        .resolve_scale(color="shared", strokeDash="shared")
        .configure(font=FONT, background="white", padding=16)
        .configure_view(stroke=None)
        .configure_axis(labelFontSize=11, titleFontSize=11, titleFontWeight="normal", labelColor=TEXT, titleColor=TEXT)
        .configure_axisY(minExtent=max((_label_width(forecast) for _, forecast in drawn), default=0))
        .configure_legend(labelFontSize=11, titleFontSize=11, orient="bottom", columns=4, symbolType="square")
    )
    return str(vl_convert.vegalite_to_svg(whole.to_dict(validate=False))) + "\n"


def _label_width(forecast: Forecast) -> float:
    """Return about how wide the longest name of a pod is, so that all charts begin at one line."""
    return LETTER * max(len(visible(pod)) for step in forecast.steps for pod in (*step.pods, *step.out, ""))


def _cluster(alt: ModuleType, name: str, forecast: Forecast) -> Any:
    columns = columns_of(forecast)
    parts = [_strip(alt, columns), *_racks(alt, forecast, columns), *_copies(alt, forecast, columns)]
    moment = worst_moment([forecast])
    lines = (rollout_line([forecast]), f"worst moment: {moment}" if moment else "")
    title = {
        "text": visible(name),
        "subtitle": [visible(line) for line in lines if line],
        "anchor": "start",
        "fontSize": 14,
        "subtitleFontSize": 11.5,
        "subtitleColor": "#444444",
        "subtitlePadding": 5,
        "offset": 10,
    }
    return alt.vconcat(*parts, spacing=8, bounds="flush").properties(title=title)


def _strip(alt: ModuleType, columns: Sequence[Column]) -> Any:
    """Return the numbers of the steps, above the pods."""
    numbers: list[dict[str, Any]] = []
    for column in columns:
        middle = (column.start + column.end) / 2
        if not numbers or middle - numbers[-1]["middle"] >= columns[-1].end / MOST_NUMBERS:
            numbers.append({"number": str(column.number), "middle": middle})
    x = alt.X("middle:Q", scale=_scale(alt, columns), axis=None)
    text = alt.Chart(alt.Data(values=numbers)).mark_text(color=GREY, fontSize=11).encode(x=x, text="number:N")
    head = alt.Chart(alt.Data(values=[{"number": "step", "middle": 0}]))
    head = head.mark_text(color=GREY, fontSize=11, align="right", dx=-4).encode(x=x, text="number:N")
    return (head + text).properties(width=WIDTH, height=STRIP_HEIGHT)


def _racks(alt: ModuleType, forecast: Forecast, columns: Sequence[Column]) -> Iterator[Any]:
    """Yield the bars of the pods, rack by rack."""
    bars = bars_of(columns)
    racks = list(dict.fromkeys(bar.rack for bar in bars))
    has_copies = any(column.step.copies for column in columns)
    colour = alt.Color(
        "does:N",
        scale=alt.Scale(domain=list(COLOURS), range=list(COLOURS.values())),
        legend=alt.Legend(title="A pod"),
    )
    for rack in racks:
        own = [{**asdict(bar), "pod": visible(bar.pod)} for bar in bars if bar.rack == rack]
        pods = list(dict.fromkeys(bar["pod"] for bar in own))
        axis = None if has_copies or rack != racks[-1] else _x_axis(alt, forecast)
        drawn = alt.Chart(alt.Data(values=own)).mark_bar(height=alt.RelativeBandSize(0.78))
        drawn = drawn.encode(
            x=alt.X("start:Q", scale=_scale(alt, columns), axis=axis),
            x2="end:Q",
            y=alt.Y("pod:N", sort=pods, axis=alt.Axis(title=None, ticks=False, domain=False, labelLimit=240)),
            color=colour,
        )
        yield (drawn + _waits(alt, columns)).properties(width=WIDTH, height=POD_HEIGHT * len(pods))


def _waits(alt: ModuleType, columns: Sequence[Column]) -> Any:
    """Return a dotted line at the end of each step after which the operator waits."""
    ends = [{"end": column.end} for column in columns if column.step.waits_for]
    return alt.Chart(alt.Data(values=ends)).mark_rule(color=GREY, strokeDash=[2, 3]).encode(x="end:Q")


def _copies(alt: ModuleType, forecast: Forecast, columns: Sequence[Column]) -> Iterator[Any]:
    """Yield the lines of the copies that are left; nothing where they are not known."""
    levels = levels_of(columns)
    if not levels:
        return
    most = max(2, *(level.copies for level in levels))
    ends = [
        {"left": level.left, "copies": level.copies - APART * most * LEFT.index(level.left), "at": at}
        for level in levels
        for at in (level.start, level.end)
    ]
    colours, dashes = zip(*LINES.values(), strict=True)
    y_axis = alt.Axis(title="copies", values=list(range(most + 1)), format="d", gridColor="#eeeeee")
    line = alt.Chart(alt.Data(values=ends)).mark_line(strokeWidth=2)
    line = line.encode(
        x=alt.X("at:Q", scale=_scale(alt, columns), axis=_x_axis(alt, forecast)),
        y=alt.Y("copies:Q", scale=alt.Scale(domain=[-2 * APART * most, most]), axis=y_axis),
        stroke=alt.Stroke(
            "left:N",
            scale=alt.Scale(domain=list(LEFT), range=colours),
            legend=alt.Legend(title="Copies left", symbolType="stroke", symbolSize=400),
        ),
        strokeDash=alt.StrokeDash("left:N", scale=alt.Scale(domain=list(LEFT), range=dashes), title="Copies left"),
    )
    yield (line + _waits(alt, columns)).properties(width=WIDTH, height=COPIES_HEIGHT)


def _note(alt: ModuleType, text: str) -> Any:
    mark = alt.Chart(alt.Data(values=[{"text": text}])).mark_text(color=TEXT, fontSize=12, align="left")
    return mark.encode(x=alt.value(0), text="text:N").properties(width=WIDTH, height=20)


def _scale(alt: ModuleType, columns: Sequence[Column]) -> Any:
    return alt.Scale(domain=[0, columns[-1].end], nice=False)


def _x_axis(alt: ModuleType, forecast: Forecast) -> Any:
    known = has_times(forecast)
    what = "minutes, if each step takes its longest" if known else "steps: how long they take is not known"
    own = {} if known else {"labels": False, "ticks": False}
    title = f"{what} · dotted line: the operator has waited, and goes on"
    return alt.Axis(title=title, titlePadding=6, grid=False, tickCount=10, **own)
