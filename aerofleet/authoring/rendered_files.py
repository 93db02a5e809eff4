"""The objects of each cell as a file, and what changed since that file was accepted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from aerofleet.analysis.change import ChangeAnalysis, analyse_change
from aerofleet.authoring.generated import text_at
from aerofleet.engine.rendering import Rendering, as_yaml, rendering_of_cells
from aerofleet.fleet.cell import Cell
from aerofleet.fleet.lookup import all_cells, cell_named, resolved_cell
from aerofleet.load.objects import read_objects
from aerofleet.settings.source import cells

SUFFIX = ".yaml"


@dataclass(frozen=True, slots=True)
class RenderedFile:
    """The objects of a cell. ``file``: where they are accepted, below the project folder."""

    cell: Cell
    file: Path
    rendering: Rendering

    @property
    def text(self) -> str:
        return as_yaml(self.rendering)


def rendered_files(root: Path, names: Sequence[str], folder: Path) -> Iterator[RenderedFile]:
    """Yield the file of each named cell, of all cells without a name. ``folder``: below the project folder.

    Raises NoCellError and DefinitionsMistakeError.
    """
    for name in [cell_named(root, name) for name in names] or all_cells(root):
        cell = resolved_cell(root, name)
        yield RenderedFile(cell, folder / f"{name}{SUFFIX}", rendering_of_cells([cell]))


def change_since_accepted(root: Path, rendered: RenderedFile) -> ChangeAnalysis | None:
    """Return the change from the objects of the accepted file to those of now; None if its text is the same.

    Raises LoadError, also where there is no file.
    """
    path = root / rendered.file
    if text_at(path) == rendered.text:
        return None
    old = [document.data for document in read_objects(path)]
    new = [manifest for _, manifest in rendered.rendering.objects]
    return analyse_change(old, new, rendered.cell.operator.version, by_name=True)


def files_without_cell(root: Path, folder: Path) -> list[Path]:
    """Return the files of the folder, below the project folder, whose cell is no longer there."""
    known = cells(root)
    return [file.relative_to(root) for file in sorted((root / folder).glob(f"*{SUFFIX}")) if file.stem not in known]
