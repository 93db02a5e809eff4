"""`python -m bench compare OTHER [--rounds 7]`: compare the speed of this checkout with that of the checkout OTHER.

Each round measures both checkouts, each with its own environment (`.venv`); OTHER goes first in every second round. A
figure is CPU time. The table shows the median of each checkout, the median of the rounds' ratios, and the lowest and
the highest ratio. A ratio of 1.10 means that this checkout takes a tenth longer.

Both checkouts answer the same questions, those of `bench.admission`, and read the same generated cell, which has the
tiers of the tests of OTHER: the newer checkout can read what the older one wrote. `make bench` leaves this out, because
it needs a second checkout.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

from bench.admission import Question, creates, effects, updates

CLUSTERS = 170
ROUNDS = 7
TARGET_RATIO = 1.10
PROJECT = Path(__file__).parent.parent
SCRIPT = Path(__file__).parent / "measured.py"
EXAMPLE = "tests/cases/definitions/example"
GENERATE = """import sys; from pathlib import Path; from bench.generated_cell import write_cell
write_cell(Path("{}"), Path(sys.argv[1]), {})"""

Seconds = Mapping[str, float]
"""Subject → CPU seconds for one question, sizing or process."""


def questions() -> dict[str, list[Question]]:
    """Return the questions of each verb of `verdict`."""
    changes = list(updates())
    restarts = [{**question, "verb": "restart"} for question in changes]
    return {"create": list(creates()), "update": changes, "effect": list(effects()), "restart": restarts}


def compare(arguments: Sequence[str]) -> int:
    """Print the table. Returns 0 if every median ratio is within the target, else 1."""
    parser = argparse.ArgumentParser(prog="python -m bench compare", description=__doc__)
    parser.add_argument("other", type=Path, help="a checkout with a .venv of its own")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args(arguments)
    other = options.other.resolve()
    with tempfile.TemporaryDirectory(prefix="aerofleet-compare-") as name:
        folder = Path(name)
        (folder / "questions.json").write_text(json.dumps(questions()))
        python(other, "-c", GENERATE.format(EXAMPLE, CLUSTERS), str(folder / "cell"))
        rounds = [one_round(number, other, folder) for number in range(options.rounds)]
    return print_table(rounds)


def one_round(number: int, other: Path, folder: Path) -> tuple[Seconds, Seconds]:
    """Return the figures of this checkout and of ``other``, which is measured first in every second round."""
    seconds = {}
    for checkout in (PROJECT, other) if number % 2 == 0 else (other, PROJECT):
        seconds[checkout] = json.loads(python(checkout, str(SCRIPT), str(folder)))
    return seconds[PROJECT], seconds[other]


def python(checkout: Path, *arguments: str) -> bytes:
    """Return what the checkout's own Python prints when it runs with the checkout's own modules."""
    command = [str(checkout / ".venv/bin/python"), *arguments]
    environment = {**os.environ, "PYTHONPATH": str(checkout), "PYTHONHASHSEED": "0"}
    return subprocess.run(command, cwd=checkout, env=environment, stdout=subprocess.PIPE, check=True).stdout


def print_table(rounds: Sequence[tuple[Seconds, Seconds]]) -> int:
    """Print a line for each subject. Returns 1 if a median ratio is above the target, else 0."""
    print(f"{'':<18}{'this':>12}{'other':>12}{'ratio':>8}  lowest to highest of {len(rounds)} rounds")
    missed = 0
    for subject in rounds[0][0]:
        this = [this_seconds[subject] for this_seconds, _ in rounds]
        other = [other_seconds[subject] for _, other_seconds in rounds]
        ratios = [this_one / other_one for this_one, other_one in zip(this, other, strict=True)]
        is_met = median(ratios) <= TARGET_RATIO
        missed += not is_met
        print(
            f"{subject:<18}{median(this) * 1000:>9.3f} ms{median(other) * 1000:>9.3f} ms{median(ratios):>8.2f}"
            f"  {min(ratios):.2f} to {max(ratios):.2f}{'' if is_met else f'  above {TARGET_RATIO:.2f}'}"
        )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(compare(sys.argv[1:]))
