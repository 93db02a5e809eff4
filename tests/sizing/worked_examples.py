"""The page of worked examples: `python -m tests.sizing.worked_examples` writes it."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, NamedTuple

import yaml

from aerofleet.files.size_file import SizeFile
from aerofleet.sizing import Figure, figures
from tests.fleet.project import ROOT, SIZING
from tests.sizing.arithmetic import reckon

CASES = SIZING / "worked.yaml"
PAGE = ROOT / "docs/reference/sizing-examples.md"
HEAD = """\
# Sizing by hand and by the tool

Five examples, worked step by step. The column "by hand" is plain arithmetic with the numbers of the example.
The column "tool" is what `aerofleet size FILE --explain` says for the file shown. A test reckons the first, runs the
second and compares; it also keeps this page current. How the steps hang together is told in
[Sizing](../concepts/sizing.md).

All amounts are bytes, or per second, on the node that carries most. One GiB is 1,073,741,824 bytes. One write block has
8,388,608 bytes.
"""


class Step(NamedTuple):
    name: str
    by_hand: str
    because: str
    reckoned: Fraction
    figure: Figure


class Example(NamedTuple):
    title: str
    story: str
    size: dict[str, Any]
    steps: tuple[Step, ...]


def examples() -> Iterator[Example]:
    for case in yaml.safe_load(CASES.read_text(encoding="utf-8")):
        figures_by_name = {figure.name: figure for figure in figures(SizeFile.model_validate(case["size"]).to_sizing())}
        steps = tuple(
            Step(
                step["figure"],
                str(step["by_hand"]),
                step["because"],
                reckon(str(step["by_hand"]), {}),
                figures_by_name[step["figure"]],
            )
            for step in case["steps"]
        )
        yield Example(case["title"], case["story"], case["size"], steps)


def page() -> str:
    return HEAD + "".join(section(number, example) for number, example in enumerate(examples(), 1))


def section(number: int, example: Example) -> str:
    size = yaml.safe_dump(example.size, sort_keys=False, width=100)
    lines = "".join(table_line(step) for step in example.steps)
    return f"""
## {number}. {example.title}

{example.story}

```yaml
{size}```

| step | by hand | = | tool | why |
|---|---|---:|---:|---|
{lines}"""


def table_line(step: Step) -> str:
    return (
        f"| {step.name} | {step.by_hand} | {amount(step.reckoned)} | {amount(step.figure.value)} | {step.because} |\n"
    )


def amount(value: Fraction | float) -> str:
    return f"{int(value):,}" if value == int(value) else f"{float(value):,.3f}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
