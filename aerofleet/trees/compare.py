"""Review the change between two sides, each a git revision or a folder."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from aerofleet.analysis.cell_change import fleet_change
from aerofleet.fleet.lookup import NoCellError, no_cell
from aerofleet.review.agreement.add import with_agreement
from aerofleet.review.build import review_of
from aerofleet.review.model import CodeChange, Failure, Review, SideName
from aerofleet.trees.code import changed_files, engine_changes
from aerofleet.trees.code_causes import code_causes
from aerofleet.trees.git import Repository
from aerofleet.trees.named_sides import WORKING_TREE, codes_of, named_sides
from aerofleet.trees.previews import read_preview
from aerofleet.trees.publish import committed
from aerofleet.trees.published import Published, PublishedError, read_published
from aerofleet.trees.sides import Forbidden, by_own_code, by_running_code
from aerofleet.trees.tree import Tree, changed_stack_files

NOTHING: frozenset[str] = frozenset()
NEVER_RUN = "a review that is posted runs no code of a change"
MADE_BY_HEAD = "head is rendered by its own job, and nothing has checked that rendering: review the changed code"


@dataclass(frozen=True, slots=True)
class Request:
    """What a person asked for. ``base`` and ``head``: a revision or a folder; None for the default, which is the
    working tree for head, and for base the commit at which head left the branch that it will be merged into.
    ``base_render`` and ``head_render``: files with ready renderings. ``engine``: files with previews of the engine,
    which the review is compared with.

    Without ``trusts_head`` no code of a side runs, because the process has a token. ``head_render`` is then something
    that head's own job has made: it is used only where head has other code, for which there is nothing better.
    """

    base: str | None = None
    head: str | None = None
    base_render: Path | None = None
    head_render: Path | None = None
    trusts_head: bool = True
    engine: tuple[Path, ...] = ()


def review_sides(root: Path, request: Request, as_of: datetime.date) -> Review:
    """Return the review of the change from base to head.

    Raises NoRevisionError, TreeError, GitError, PublishedError, and NoCellError where neither side has a cell.
    """
    with TemporaryDirectory(prefix="aerofleet-review-") as temporary:
        base, head = named_sides(root, request.base, request.head, Path(temporary))
        if not {*base.cells, *head.cells}:
            raise NoCellError(no_cell(head.folder))
        return _review(base, head, request, as_of, Path(temporary))


def _review(base: Tree, head: Tree, request: Request, as_of: datetime.date, folder: Path) -> Review:
    base_code, head_code = codes_of(base, head)
    before = read_published(request.base_render, base.commit, "base") if request.base_render else None
    has_same_code = base_code.renders == head_code.renders
    after = _ready_head(head, request, has_same_code)
    previews = tuple(engine_changes(base_code, head_code))
    stack_files = changed_stack_files(base, head)
    files = changed_files(base_code, head_code)
    if before is None and after is None and has_same_code:
        old, new = by_running_code(base, head)
        code = CodeChange(files, previews=previews, stack_files=stack_files)
    else:
        forbidden = None if request.trusts_head else Forbidden(NEVER_RUN)
        old = by_own_code("base", base, base_code, before or forbidden, folder / "base-code")
        new = by_own_code("head", head, head_code, after or forbidden, folder / "head-code")
        if isinstance(after, Published) and not request.trusts_head:
            new = replace(new, side=replace(new.side, notes=(*new.side.notes, MADE_BY_HEAD)))
        names = {*old.by_code, *new.by_code}
        changed = {name: old.by_code.get(name, NOTHING) | new.by_code.get(name, NOTHING) for name in names}
        code = CodeChange(files, code_causes(base, base_code, head, head_code), changed, previews, stack_files)
    failures: dict[tuple[SideName, str], Failure] = {("base", cell): one for cell, one in old.failures.items()}
    failures |= {("head", cell): one for cell, one in new.failures.items()}
    change = fleet_change(old.cells, new.cells, as_of)
    review = review_of(change, old.side, new.side, code, failures)
    return with_agreement(review, change, [read_preview(path) for path in request.engine]) if request.engine else review


def _ready_head(head: Tree, request: Request, has_same_code: bool) -> Published | Forbidden | None:
    """Return the ready rendering of head, or why one that head's own job has made can't be used."""
    if request.head_render is None or (has_same_code and not request.trusts_head):
        return None
    try:
        return read_published(request.head_render, _head_commit(head), "head")
    except PublishedError as error:
        if request.trusts_head:
            raise
        return Forbidden(f"{NEVER_RUN}, and the rendering of its own job can't be used: {error}")


def _head_commit(head: Tree) -> str:
    """Return the commit of head: of a working tree, the current one, which it has to be equal to; empty for another
    folder. Raises UncommittedError.
    """
    return head.commit or (committed(Repository(head.folder)) if head.name == WORKING_TREE else "")
