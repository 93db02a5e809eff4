"""`aerofleet render`: print the Kubernetes objects of a cell, exactly as `pulumi up` applies them.

With --into they are kept in files: what was accepted last. --check judges every difference from these files.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from aerofleet.cli.printing import print_line
from aerofleet.engine.rendering import as_json, as_yaml, rendering_of, without_garbage_collection
from aerofleet.findings.exit_code import ExitCode

if TYPE_CHECKING:
    from aerofleet.authoring.rendered_files import RenderedFile


def run(argv: Sequence[str]) -> ExitCode:
    options = arguments(argv)
    with without_garbage_collection():
        if options.publish:
            from aerofleet.trees.publish import published_rendering

            sys.stdout.write(published_rendering(options.root))
            return ExitCode.FINE
        if options.into is None:
            rendering = rendering_of(options.root, options.cell, options.cluster)
            sys.stdout.write(as_json(rendering) if options.format == "json" else as_yaml(rendering))
            return ExitCode.FINE
        from aerofleet.authoring.rendered_files import files_without_cell, rendered_files

        files = list(rendered_files(options.root, options.cell, options.into))
        stale = [] if options.cell else files_without_cell(options.root, options.into)
        if options.check:
            return check(options.root, files, stale)
        write(options.root, files, stale)
        return ExitCode.FINE


def arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="aerofleet render",
        description=__doc__,
        epilog="exit code: 0 fine, 1 --check found a difference, 2 a mistake in the definitions",
    )
    parser.add_argument("cell", nargs="*", help="cells to render; all cells if none is named")
    parser.add_argument("--root", type=Path, default=Path(), help="the project folder")
    parser.add_argument(
        "--format", choices=("yaml", "json"), default="yaml", help="json has the stack of each object, too"
    )
    parser.add_argument("--cluster", metavar="TEAM/CLUSTER", help="print only the objects of this cluster")
    into = "write CELL.yaml for each cell into this folder of the project, and remove the files of cells that are gone"
    parser.add_argument("--into", type=Path, metavar="FOLDER", help=into)
    check = "with --into: write nothing; print what the operator would do with each difference from the files there"
    parser.add_argument("--check", action="store_true", help=check)
    publish = "print all cells as JSON with the commit and a digest, for --base-render and --head-render of a review"
    parser.add_argument("--publish", action="store_true", help=publish)
    options = parser.parse_args(argv)
    if options.publish and (options.cell or options.cluster or options.into):
        parser.error("--publish prints all cells of a commit: it goes with no cell, --cluster or --into")
    if options.check and not options.into:
        parser.error("--check needs --into: the folder with the files to compare with")
    if options.into and (options.cluster or options.format != "yaml"):
        parser.error("--into writes whole cells as YAML: it goes with neither --cluster nor --format")
    return options


def check(root: Path, files: Iterable[RenderedFile], stale: Sequence[Path]) -> ExitCode:
    """Print every difference from the accepted files, and how to accept it."""
    from aerofleet.analysis.formats import FORMATS
    from aerofleet.authoring.rendered_files import change_since_accepted
    from aerofleet.cli.terminal import standard_output

    folders = {path.parent for path in stale}
    for rendered in files:
        if not (root / rendered.file).is_file():
            print_line(f"{rendered.file}: is not there")
        elif (change := change_since_accepted(root, rendered)) is not None:
            print_line(f"{rendered.file}: the objects of cell {rendered.cell.name} differ")
            sys.stdout.write(FORMATS["text"](change, standard_output(), False))
        else:
            continue
        folders.add(rendered.file.parent)
    for path in stale:
        print_line(f"{path}: there is no cell {path.stem}")
    for folder in folders:
        print_line(f"to accept this: aerofleet render --into {folder}")
    return ExitCode.FINDINGS if folders else ExitCode.FINE


def write(root: Path, files: Iterable[RenderedFile], stale: Sequence[Path]) -> None:
    """Write the files that differ, and remove those of cells that are gone."""
    from aerofleet.authoring.generated import write_files

    for path in write_files(root, {rendered.file: rendered.text for rendered in files}):
        print_line(f"{path}: written")
    for path in stale:
        (root / path).unlink()
        print_line(f"{path}: removed, there is no cell {path.stem}")
