"""`python -m bench compare OTHER [--rounds 7]`: this checkout beside another one, in interleaved rounds.

Each round measures both checkouts, each with its own environment (`.venv`), in turns that begin with the other one
every second time. A figure is the time of a core; the table shows the median of each checkout, the median of the ratios
of each round, and the lowest and highest of them. A ratio of 1.10 says that this checkout takes a tenth longer.

Both answer the same questions, those of `bench.admission`, and read the same generated cell, with the tiers of the
other checkout: the newer one reads what the older one wrote. `make bench` does not run it: it needs the other checkout.
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
GENERATE = "import sys, pathlib as p; from bench.generated_cell import *; write_cell(p.Path(), p.Path(sys.argv[1]), {})"

Seconds = Mapping[str, float]
"""Subject → seconds of a core, for one question, sizing or process."""


def questions() -> dict[str, list[Question]]:
    """Return the questions of each verb of `verdict`."""
    changes = list(updates())
    restarts = [{**question, "verb": "restart"} for question in changes]
    return {"create": list(creates()), "update": changes, "effect": list(effects()), "restart": restarts}


def compare(arguments: Sequence[str]) -> int:
    """Print the table. Returns 0 where every median ratio is within the target, else 1."""
    parser = argparse.ArgumentParser(prog="python -m bench compare", description=__doc__)
    parser.add_argument("other", type=Path, help="a checkout with a .venv of its own")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    given = parser.parse_args(arguments)
    other = given.other.resolve()
    with tempfile.TemporaryDirectory(prefix="aerofleet-compare-") as name:
        folder = Path(name)
        (folder / "questions.json").write_text(json.dumps(questions()))
        python(other, "-c", GENERATE.format(CLUSTERS), str(folder / "cell"))
        rounds = [one_round(number, other, folder) for number in range(given.rounds)]
    return print_table(rounds)


def one_round(number: int, other: Path, folder: Path) -> tuple[Seconds, Seconds]:
    """Measure this checkout and the other one, the other one first in every second round."""
    found = {}
    for checkout in (PROJECT, other) if number % 2 == 0 else (other, PROJECT):
        found[checkout] = json.loads(python(checkout, str(SCRIPT), str(folder)))
    return found[PROJECT], found[other]


def python(checkout: Path, *arguments: str) -> bytes:
    """Return what the checkout's own Python prints, with the checkout's own modules."""
    command = [str(checkout / ".venv/bin/python"), *arguments]
    environment = {**os.environ, "PYTHONPATH": str(checkout), "PYTHONHASHSEED": "0"}
    return subprocess.run(command, cwd=checkout, env=environment, stdout=subprocess.PIPE, check=True).stdout


def print_table(rounds: Sequence[tuple[Seconds, Seconds]]) -> int:
    print(f"{'':<18}{'this':>12}{'other':>12}{'ratio':>8}  lowest to highest of {len(rounds)} rounds")
    missed = 0
    for subject in rounds[0][0]:
        ours, theirs = ([pair[side][subject] for pair in rounds] for side in (0, 1))
        ratios = [mine / other for mine, other in zip(ours, theirs, strict=True)]
        is_met = median(ratios) <= TARGET_RATIO
        missed += not is_met
        print(
            f"{subject:<18}{median(ours) * 1000:>9.3f} ms{median(theirs) * 1000:>9.3f} ms{median(ratios):>8.2f}"
            f"  {min(ratios):.2f} to {max(ratios):.2f}{'' if is_met else f'  above {TARGET_RATIO:.2f}'}"
        )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(compare(sys.argv[1:]))
