"""`aerofleet init`: write a project with everything that it needs, or add a cell to one.

A new project has the cell `local`, which is on the embedded control plane. With --cell it also gets a cell for a
Kubernetes cluster of yours; the lines to go through are marked CHANGE. No file is ever replaced.
"""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Sequence
from pathlib import Path

from aerofleet.authoring.new_project import is_project, new_cell, new_project, refuse_cell_name
from aerofleet.authoring.product_pin import MISSING, PINS, product_pin
from aerofleet.cli.printing import print_line, print_warning
from aerofleet.findings.exit_code import ExitCode
from aerofleet.findings.stop import MistakeError

PIN_FIRST = """\
What to do next:
  aerofleet init {folder} --wheel FILE   pins Aerofleet itself. Until then every `make` fails
Then:
"""
NEXT = """\
  {enter}make up     installs what requirements.txt pins, and applies the cell `local` on this machine
  make test   checks the definitions, and compares the objects that come out with the accepted ones
  README.md   what is where, and the daily verbs"""


def run(argv: Sequence[str]) -> ExitCode:
    parser = argparse.ArgumentParser(
        prog="aerofleet init", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, metavar="DIR", help="the project folder; made if it is not there")
    parser.add_argument("--name", help="name of the project for Pulumi (default: that of the folder)")
    parser.add_argument("--cell", metavar="NAME", help="add a cell for a Kubernetes cluster of yours")
    wheel = "pin this file of the product; by default what this installation was made from. It is copied to wheels/"
    parser.add_argument("--wheel", type=Path, metavar="FILE", help=wheel)
    options = parser.parse_args(argv)
    root = options.folder.resolve()
    if root.exists() and not root.is_dir():
        raise MistakeError(f"{options.folder} is a file: name a folder for the project")
    if options.cell is not None:
        refuse_cell_name(options.cell)
    if options.cell is None or not is_project(root):
        make_project(root, options)
    if options.cell is not None:
        for path in new_cell(root, options.cell):
            print_line(f"{path}: written")
        print_line(f"Go through the lines that are marked CHANGE in {options.folder}/stacks/{options.cell}")
    return ExitCode.FINE


def make_project(root: Path, options: argparse.Namespace) -> None:
    """Write a new project, and print what to do with it."""
    try:
        pin = product_pin(options.wheel, print_warning)
        written = new_project(root, options.name, pin)
    except OSError as error:
        raise MistakeError(f"{error.filename or root} can't be written: {error.strerror or error}") from None
    except MistakeError as error:
        if not is_project(root):
            raise
        more = "It is a project already. --cell NAME adds a cell to it; `aerofleet pins` prints the pins of an update"
        raise MistakeError(f"{error.message}\n{more}") from None
    if not written:
        print_line(f"{root}: everything is there already")
        return
    print_line(f"{root}: {len(written)} files written")
    enter = "" if root == Path.cwd() else f"cd {shlex.quote(str(options.folder))}\n  "
    is_pinned = pin or not (root / PINS).read_text(encoding="utf-8").startswith(MISSING)
    first = "What to do next:\n" if is_pinned else PIN_FIRST.format(folder=shlex.quote(str(options.folder)))
    print_line(first + NEXT.format(enter=enter))
