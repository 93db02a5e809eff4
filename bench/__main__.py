"""`python -m bench [SUBJECT…]`: print how fast the project is, for the named subjects or for all of them.

A subject is a module of this folder with ``run() -> None``, which prints its figures: per second, and as a ratio to
another program on the same machine or to a target, because seconds alone depend mostly on the machine.

`python -m bench compare OTHER` compares this checkout with another one (see `bench.compare`).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path

from bench.compare import compare

EXIT_MISTAKE = 2


def subjects() -> Mapping[str, Callable[[], None]]:
    """Return the name of each subject → its ``run``."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("[!_]*.py"))
    modules = {name: import_module(f"bench.{name}") for name in names}
    return {name: module.run for name, module in modules.items() if hasattr(module, "run")}


def main(arguments: Sequence[str]) -> int:
    """Run the subjects that the arguments name, or all of them. Returns the exit code."""
    if arguments[:1] == ["compare"]:
        return compare(arguments[1:])
    run_of = subjects()
    unknown = [name for name in arguments if name not in run_of]
    if unknown:
        sys.stderr.write(f"bench: unknown subject {', '.join(unknown)}; the subjects are {', '.join(run_of)}\n")
        return EXIT_MISTAKE
    for name in arguments or run_of:
        sys.stdout.write(f"== {name}\n")
        sys.stdout.flush()
        run_of[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
