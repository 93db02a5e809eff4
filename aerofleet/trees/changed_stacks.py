"""The stacks that a change touches: both sides rendered as a review does, compared object by object."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from aerofleet.engine.changed import StackChange, StackObject, changes
from aerofleet.engine.rendering import rendering_of_cells
from aerofleet.engine.settings import StackSettings, settings_changes
from aerofleet.files.validation import nearest
from aerofleet.findings import Finding
from aerofleet.fleet.lookup import DefinitionsMistakeError, NoCellError, no_cell
from aerofleet.fleet.resolve import resolve_cell
from aerofleet.fleet.stack_name import parse_stack_name, stack_names
from aerofleet.trees.code import Code, engine_changes
from aerofleet.trees.named_sides import codes_of, named_sides
from aerofleet.trees.own_code import OwnCodeError
from aerofleet.trees.sides import rendering_by_own_code
from aerofleet.trees.tree import Tree, changed_stack_files

MISTAKES = "its definitions have mistakes"
SIGNS = {
    "created": "+",
    "changed": "~",
    "deleted": "-",
    "arrived": ">",
    "left": "<",
    "settings": "!",
    "engine": "*",
    "unknown": "?",
}
"""Field of a TouchedStack → the sign before its entries."""
NO_CHANGE = StackChange()


@dataclass(frozen=True, slots=True)
class TouchedStack:
    """A stack that a change touches. ``change``: the objects and settings that differ.

    ``engine``: what differs of the code and pins that only the engine runs, and of the stack's own file of settings: no
    rendering shows what they do. ``unknown``: why the objects of base are not known; the stack can then differ in any.
    """

    stack: str
    change: StackChange = NO_CHANGE
    engine: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the stack as JSON, with a list for every sign."""
        return {"stack": self.stack, **asdict(self.change), "engine": self.engine, "unknown": self.unknown}

    def lines(self) -> Iterator[str]:
        """Yield the stack's name, then a line with a sign for every entry."""
        data = self.as_json()
        yield self.stack
        for name, sign in SIGNS.items():
            yield from (f"  {sign} {entry}" for entry in data[name])


def changed_stacks(
    root: Path, base: str | None, head: str | None = None, cells: Sequence[str] = ()
) -> tuple[TouchedStack, ...]:
    """Return the stacks of ``cells`` (of all, if empty) that the change from base to head touches, in the order of
    `pulumi up`; stacks that head has no more come last.

    ``base`` and ``head``: as for :func:`aerofleet.trees.named_sides.named_sides`. Where code differs, each side is
    rendered by its own. Raises NoRevisionError, TreeError, GitError; NoCellError for a cell that neither side has;
    DefinitionsMistakeError for mistakes in head; OwnCodeError where head's code can't render it.
    """
    with TemporaryDirectory(prefix="aerofleet-stacks-") as temporary:
        folder = Path(temporary)
        before, after = named_sides(root, base, head, folder)
        known = sorted({*before.cells, *after.cells})
        if not known:
            raise NoCellError(no_cell(root))
        for name in cells:
            if name not in known:
                raise NoCellError(f"there is no cell '{name}'; {nearest(name, known)}")
        return tuple(_touched(before, after, tuple(cells) or known, folder))


@dataclass(frozen=True, slots=True)
class _Side:
    """``failed``: cell → why its objects are not known; ``findings``: the mistakes of its definitions then."""

    objects: tuple[StackObject, ...] = ()
    settings: Mapping[str, StackSettings] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def _touched(base: Tree, head: Tree, cells: Sequence[str], folder: Path) -> Iterator[TouchedStack]:
    base_code, head_code = codes_of(base, head)
    has_same_code = base_code.renders == head_code.renders
    differ = [name for name in cells if not (has_same_code and _has_same_files(name, base, head))]
    after = _side(head, head_code, has_same_code, differ, folder / "head-code")
    if after.findings:
        raise DefinitionsMistakeError(findings=after.findings)
    if after.failed:
        raise OwnCodeError(f"head can't be rendered by its own code: {next(iter(after.failed.values()))}")
    before = _side(base, base_code, has_same_code, differ, folder / "base-code")
    known = [(stack, one) for stack, one in after.objects if _cell(stack) not in before.failed]
    of_stack = changes(before.objects, known, settings_changes(before.settings, after.settings))
    unknown = {cell: (f"the objects of base are not known: {reason}",) for cell, reason in before.failed.items()}
    engine = tuple(engine_changes(base_code, head_code))
    files = {stack: (name,) for stack, name in changed_stack_files(base, head).items() if _cell(stack) in cells}
    listed = cells if engine else [name for name in cells if name in {*differ, *map(_cell, files)}]
    order = tuple(stack for name in listed if name in head.cells for stack in _stacks(head, name, after.objects))
    gone = [cell for cell in unknown if cell not in map(_cell, order)]
    for stack in dict.fromkeys((*order, *of_stack, *files, *gone)):
        of_engine = (*(engine if stack in order else ()), *files.get(stack, ()))
        touched = TouchedStack(stack, of_stack.get(stack, NO_CHANGE), of_engine, unknown.get(_cell(stack), ()))
        if touched != TouchedStack(stack):
            yield touched


def _cell(stack: str) -> str:
    return parse_stack_name(stack).cell


def _has_same_files(cell: str, base: Tree, head: Tree) -> bool:
    return cell in base.cells and cell in head.cells and base.inputs(cell) == head.inputs(cell)


def _side(tree: Tree, code: Code, has_same_code: bool, names: Sequence[str], folder: Path) -> _Side:
    """Return the cells ``names`` of a side, as far as it has them."""
    cells = [name for name in names if name in tree.cells]
    if not cells:
        return _Side()
    if not has_same_code and not code.is_running:
        try:
            own = rendering_by_own_code(tree, code, cells, folder)
        except OwnCodeError as error:
            return _Side(failed=dict.fromkeys(cells, str(error)))
        return _Side(tuple(entry for cell in own.cells.values() for entry in cell), own.settings, own.failed)
    resolutions = {name: resolve_cell(tree.folder, name) for name in cells}
    mistaken = {name: one for name, one in resolutions.items() if one.cell is None}
    rendering = rendering_of_cells([one.cell for one in resolutions.values() if one.cell])
    findings = tuple(finding for one in mistaken.values() for finding in one.findings)
    return _Side(rendering.objects, rendering.settings, dict.fromkeys(mistaken, MISTAKES), findings)


def _stacks(head: Tree, name: str, objects: Iterable[StackObject]) -> list[str]:
    """Return the stacks of a cell in the order of `pulumi up`: by its definitions as far as this code can read them,
    else by its objects, of which the platform's come first.
    """
    cell = resolve_cell(head.folder, name).cell
    if cell:
        return [str(stack) for stack in stack_names(cell)]
    return list(dict.fromkeys(stack for stack, _ in objects if _cell(stack) == name))
