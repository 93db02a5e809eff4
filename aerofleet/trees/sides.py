"""Render both sides of a review: with the code that runs, with a side's own code, or from a ready rendering."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from aerofleet import __version__
from aerofleet.analysis.cell import CellAnalysis, analyse_cell, analyse_rendering, rendered_cell
from aerofleet.fleet.resolve import resolve_cell
from aerofleet.manifests import render_cell
from aerofleet.manifests.rendered import Object, RenderedCell
from aerofleet.review.model import Failure, Side
from aerofleet.trees.code import PIN_FILES, PRODUCT, WHEELS, Code
from aerofleet.trees.environments import python_of
from aerofleet.trees.own_code import OwnCodeError, OwnRendering, StackObjects, render_with
from aerofleet.trees.published import Published, digest_of
from aerofleet.trees.regroup import regrouped
from aerofleet.trees.tree import Tree
from aerofleet.units.aerospike_cluster import is_cluster
from aerofleet.units.object_identity import cluster_name, label_of

Analyses = Mapping[str, CellAnalysis]


@dataclass(frozen=True, slots=True)
class RenderedSide:
    """``cells``: the side's cells; ``by_code``: cell → the names of what the code that runs renders otherwise;
    ``failures``: cell → why it has no rendering, beside mistakes in its definitions.
    """

    side: Side
    cells: Analyses
    by_code: Mapping[str, frozenset[str]] = field(default_factory=dict)
    failures: Mapping[str, Failure] = field(default_factory=dict)


def by_running_code(base: Tree, head: Tree) -> tuple[RenderedSide, RenderedSide]:
    """Return both sides, rendered by the code that runs. A cell with the same files on both sides is rendered once and
    not judged.
    """
    before: dict[str, CellAnalysis] = {}
    after: dict[str, CellAnalysis] = {}
    for name in sorted({*base.cells, *head.cells}):
        if name in base.cells and name in head.cells and base.inputs(name) == head.inputs(name):
            before[name] = after[name] = rendered_cell(head.folder, name)
            continue
        if name in base.cells:
            before[name] = analyse_cell(base.folder, name)
        if name in head.cells:
            after[name] = analyse_cell(head.folder, name)
    return tuple(  # type: ignore[return-value]
        RenderedSide(Side(tree.name, tree.commit, product_version=__version__), cells)
        for tree, cells in ((base, before), (head, after))
    )


@dataclass(frozen=True, slots=True)
class Forbidden:
    """A side's code must not run; ``reason``: why, and why there is no ready rendering."""

    reason: str


def by_own_code(name: str, tree: Tree, code: Code, ready: Published | Forbidden | None, folder: Path) -> RenderedSide:
    """Return one side, rendered by the code that it has. ``name``: base or head. ``folder``: an empty one."""
    if isinstance(ready, Published):
        side = Side(tree.name, tree.commit or ready.commit, ready.digest, "file", ready.product_version)
        return _foreign(side, tree, ready.cells, ready.failed, f"ask for a new rendering of {name}, or leave it out")
    if code.is_running:
        side = Side(tree.name, tree.commit, product_version=__version__)
        return RenderedSide(side, {cell: analyse_cell(tree.folder, cell) for cell in tree.cells})
    way_out = (
        f"render {name} where its own code is installed, with `aerofleet render --publish`, and give the file with"
        f" --{name}-render"
    )
    version = _version(tree, code)
    try:
        rendering = _by_child(tree, code, folder, ready)
    except OwnCodeError as error:
        side = Side(tree.name, tree.commit, rendered_by="nothing", product_version=version)
        failure = Failure(f"{name} can't be rendered by its own code: {error}", way_out)
        resolved = ((cell, resolve_cell(tree.folder, cell)) for cell in tree.cells)
        cells = {cell: CellAnalysis(resolution, None, (), is_foreign=True) for cell, resolution in resolved}
        return RenderedSide(side, cells, failures=dict.fromkeys(tree.cells, failure))
    digest = digest_of(rendering.cells)
    side = Side(tree.name, tree.commit, digest, "own-code", version, rendering.notes)
    return _foreign(side, tree, rendering.cells, rendering.failed, way_out)


def _by_child(tree: Tree, code: Code, folder: Path, forbidden: Forbidden | None) -> OwnRendering:
    """Raise OwnCodeError where the side's code can't or must not be run, or renders nothing."""
    if forbidden:
        raise OwnCodeError(forbidden.reason)
    return rendering_by_own_code(tree, code, tree.cells, folder)


def rendering_by_own_code(tree: Tree, code: Code, cells: Sequence[str], folder: Path) -> OwnRendering:
    """Return the rendering of ``cells`` by a side's own code, in a process of its own. ``folder``: a new one. Raises
    OwnCodeError.
    """
    folder.joinpath("environment").mkdir(parents=True)
    wheels = None if code.is_clone else tree.code_folder(WHEELS, folder / "packages") / WHEELS
    python = python_of(code, tree.texts(*PIN_FILES), folder / "environment", wheels)
    own = tree.code_folder(PRODUCT, folder / "code") if code.is_clone else None
    return render_with(python, own, tree.folder, cells)


def _version(tree: Tree, code: Code) -> str:
    """Return the product's version that a side has; empty where it is not known."""
    if not code.is_clone:
        return code.pins.get(PRODUCT, "")
    text = tree.texts(f"{PRODUCT}/__init__.py").get(f"{PRODUCT}/__init__.py", b"").decode(errors="replace")
    _, _, after = text.partition('__version__ = "')
    return after.partition('"')[0]


def _foreign(
    side: Side, tree: Tree, cells: Mapping[str, StackObjects], failed: Mapping[str, str], way_out: str
) -> RenderedSide:
    """Return a side whose objects other code has made; the code that runs judges them."""
    analyses: dict[str, CellAnalysis] = {}
    by_code: dict[str, frozenset[str]] = {}
    failures: dict[str, Failure] = {}
    for name in tree.cells:
        if name in cells:
            rendered = regrouped(name, cells[name])
            analyses[name] = analyse_rendering(tree.folder, name, rendered)
            by_code[name] = frozenset(_otherwise(rendered, analyses[name]))
        else:
            resolution = resolve_cell(tree.folder, name)
            analyses[name] = CellAnalysis(resolution, None, resolution.findings, is_foreign=True)
            reason = failed.get(name, "its rendering does not have the cell")
            failures[name] = Failure(f"its own code can't render it: {reason}", way_out)
    return RenderedSide(side, analyses, by_code, failures)


def _otherwise(rendered: RenderedCell, analysis: CellAnalysis) -> Iterator[str]:
    """Yield the names of what the code that runs makes otherwise of the same definitions."""
    cell = analysis.resolution.cell
    own, running = _named(rendered), _named(render_cell(cell)) if cell else {}
    yield from (name for name in {**own, **running} if own.get(name) != running.get(name))


def _named(rendered: RenderedCell) -> dict[str, list[Object]]:
    """Return the name of each cluster → its objects, and the label of each other object → that object."""
    named: dict[str, list[Object]] = {}
    for one in (*rendered.platform.objects(), *(one for team in rendered.teams for one in team.objects)):
        named.setdefault(label_of(one), []).append(one)
    for team in rendered.teams:
        for cluster in team.clusters:
            resource = next((one for one in cluster.objects if is_cluster(one)), {})
            named[cluster_name(resource)] = sorted(cluster.objects, key=label_of)
    return named
