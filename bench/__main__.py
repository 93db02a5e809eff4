"""`python -m bench [SUBJECT…]`: figures of how fast the project is; all subjects, or those named.

A subject is a module of this folder with ``run() -> None``, which prints its figures: per second, and as a ratio to
what is known of others, because seconds alone say more about the machine.

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
    names = sorted(path.stem for path in Path(__file__).parent.glob("[!_]*.py"))
    modules = {name: import_module(f"bench.{name}") for name in names}
    return {name: module.run for name, module in modules.items() if hasattr(module, "run")}


def main(wanted: Sequence[str]) -> int:
    if wanted[:1] == ["compare"]:
        return compare(wanted[1:])
    known = subjects()
    unknown = [name for name in wanted if name not in known]
    if unknown:
        sys.stderr.write(f"bench: no subject {', '.join(unknown)}; there are {', '.join(known)}\n")
        return EXIT_MISTAKE
    for name in wanted or known:
        sys.stdout.write(f"== {name}\n")
        sys.stdout.flush()
        known[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
