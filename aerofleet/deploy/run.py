"""Deploy stacks: recover, judge, preview, compare, send, wait, and record it.

Nothing is sent before everything of its cell is judged, and nothing but what the preview had. Every step can be cut
off: the next run begins anew with what is there.
"""

from __future__ import annotations

import datetime
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

from aerofleet import __version__
from aerofleet.analysis.cell import CellAnalysis
from aerofleet.deploy.decision import PlannedChange, StackSides
from aerofleet.deploy.gather import (
    Project,
    cell_sides,
    head_of,
    require_deployed,
    require_known,
    reviews_of,
    stack_sides,
)
from aerofleet.deploy.holder import Holder, this_run
from aerofleet.deploy.judge import Judged, judge
from aerofleet.deploy.lock import locked, now, require
from aerofleet.deploy.record import (
    Deployment,
    Record,
    ensure_namespace,
    named_changes,
    read_record,
    write_record,
)
from aerofleet.deploy.reviews import require_after
from aerofleet.deploy.state import applied_objects, digest_of_objects
from aerofleet.engine.pulumi import Engine
from aerofleet.engine.settle import recover
from aerofleet.findings import Effect
from aerofleet.findings.exit_code import ExitCode
from aerofleet.findings.stop import FailureError, MistakeError
from aerofleet.fleet.cell import Cell
from aerofleet.fleet.lookup import resolved_cell
from aerofleet.fleet.stack_name import parse_stack_name, stack_names, wrong_stack
from aerofleet.live.cluster_api import ClusterApi
from aerofleet.live.database_health import Access
from aerofleet.live.wait import Show, exit_code_of, wait_for_stack
from aerofleet.review.agreement.compare import compared
from aerofleet.review.agreement.preview import Preview, preview_of
from aerofleet.review.agreement.reviewed import ReviewedStack, reviewed_stacks
from aerofleet.review.build import review_of
from aerofleet.review.exit_code import FAILING
from aerofleet.review.model import Side
from aerofleet.trees.git import Repository
from aerofleet.trees.publish import committed
from aerofleet.trees.published import read_published
from aerofleet.units.amount import counted

POLICIES = "policies"
Report = Callable[[str], None]


class StoppedError(FailureError):
    """A deployment must not go on; the findings say why."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a person asked for. ``published``: file with the rendering of the commit from the main branch. ``deployed``:
    the commit that the stacks have, where no record says so. ``parallel``: stacks at the same time. ``wait_seconds``:
    longest wait for the roll-outs. ``is_dry_run``: stop before anything is sent.
    """

    stacks: tuple[str, ...]
    published: Path
    as_of: datetime.date
    deployed: str = ""
    parallel: int = 4
    wait_seconds: int = 3600
    is_dry_run: bool = False
    access: Access = field(default_factory=Access)


@dataclass(slots=True)
class CellRun:
    """The deployment of some stacks of a cell. ``records``: of all its stacks, with the objects that have them."""

    cell: Cell
    stacks: list[str]
    api: ClusterApi
    head: CellAnalysis
    records: dict[str, Record] = field(default_factory=dict)
    written: dict[str, dict[str, object] | None] = field(default_factory=dict)
    sides: dict[str, StackSides] = field(default_factory=dict)
    changes: dict[str, tuple[PlannedChange, ...]] = field(default_factory=dict)
    reviewed: dict[str, ReviewedStack] = field(default_factory=dict)
    merges: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Runner:
    """``project``: the clean clone; ``run``: who deploys; ``folder``: has the plans of the engine."""

    project: Project
    engine: Engine
    options: Options
    run: Holder
    report: Report
    warn: Report

    @property
    def pack(self) -> Path:
        return self.project.root / POLICIES

    def judged(self, cell: CellRun) -> None:
        """Settle what an earlier run left, and judge the cell. Raises StoppedError."""
        for stack in cell.stacks:
            if not recover(self.engine, stack, self.report, dry_run=self.options.is_dry_run):
                message = f"{stack}: an object of somebody else is in the way; docs/runbooks/a-run-was-cut-off.md"
                raise StoppedError(message)
        states = {stack: self.engine.export(stack) for stack in cell.stacks}
        cell.sides = {one.stack: one for one in stack_sides(self.project, cell.head, cell.stacks, states)}
        for stack in map(str, stack_names(cell.cell)):
            cell.records[stack], cell.written[stack] = read_record(cell.api, stack)
        for stack in cell.stacks:
            self._known(cell, stack)
        reviews = reviews_of(self.project, cell.cell.name, cell.stacks, cell.records, self.options.as_of)
        cell.merges = {stack: tuple(one.commit for one in listed or ()) for stack, listed in reviews.items()}
        sides = cell_sides(self.project, cell.head, list(cell.sides.values()), cell.records, cell.api)
        found = judge(sides, reviews, self.options.as_of)
        self._shown(cell, found)
        review = review_of(found.change, Side("what is deployed"), Side(self.project.commit))
        cell.reviewed = reviewed_stacks(found.change, review)
        cell.changes = found.decision.by_stack
        if not found.decision.may:
            raise StoppedError(
                f"{cell.cell.name}: nothing was sent: the findings above speak against it", found.decision.stops
            )

    def _known(self, cell: CellRun, stack: str) -> None:
        sides, record, deployed = cell.sides[stack], cell.records[stack], self.options.deployed
        if not deployed:
            require_known(sides, record)
            return
        commit = self.project.repository.commit_of(deployed)
        require_after(self.project.repository, commit, self.project.commit)
        require_deployed(self.project, sides, cell.cell.name, commit)
        digest = digest_of_objects(sides.applied)
        named = Deployment(commit, digest, str(self.run), stamp(), ended=stamp(), outcome="completed")
        self._write(cell, stack, record.now(named))

    def _shown(self, cell: CellRun, found: Judged) -> None:
        shown = [one for one in found.decision.changes if one.is_cluster or one.effect > Effect.LIVE]
        for one in shown:
            self.report(f"{cell.cell.name}: {one.effect}: {one.name}{f': {one.why}' if one.why else ''}")
        if others := len(found.decision.changes) - len(shown):
            self.report(f"{cell.cell.name}: live: {counted(others, 'other object')}")
        for note in found.decision.notes:
            self.warn(f"{cell.cell.name}: {note.severity}: {note.message} [{note.rule}]")
        if not found.decision.changes:
            self.report(f"{cell.cell.name}: no object changes")

    def previewed(self, cell: CellRun, stack: str, plan: Path) -> Preview:
        """Return the preview of a stack, which agrees with what was judged. Raises StoppedError."""
        preview = preview_of(self.engine.preview(stack, self.pack, plan))
        found = list(compared(cell.reviewed.get(stack, {}), preview, cell.cell.operator.version))
        stops = [one for one in found if one.severity in FAILING]
        if stops:
            raise StoppedError(f"{stack}: nothing was sent: the engine would do something else", stops)
        return preview

    def sent(self, cell: CellRun, stack: str, plan: Path) -> None:
        """Send what the preview of the stack had, with a record of it."""
        require(cell.api, stack, self.run)
        record = cell.records[stack]
        since = record.completed.commit if record.completed else ""
        changes = {one.name: str(one.effect) for one in cell.changes.get(stack, ())}
        deployment = Deployment(
            self.project.commit,
            "",
            str(self.run),
            stamp(),
            since,
            cell.merges[stack],
            named_changes(changes),
            product_version=__version__,
        )
        self._write(cell, stack, record.now(deployment))
        self.report(f"{stack}: sending")
        try:
            self.engine.up(stack, self.pack, plan)
        except FailureError:
            self._write(cell, stack, cell.records[stack].now(replace(deployment, outcome="failed", ended=stamp())))
            raise
        digest = digest_of_objects(applied_objects(self.engine.export(stack)))
        self._write(cell, stack, cell.records[stack].now(replace(deployment, digest=digest, outcome="rolling-out")))
        self.report(f"{stack}: sent")

    def waited(self, cell: CellRun, stack: str, until: float, show: Show) -> ExitCode:
        """Wait for the roll-outs of a stack, and record that they are over."""
        left = max(0, int(until - time.monotonic()))
        rollouts = wait_for_stack(self.project.root, stack, left, self.options.access, show)
        for key, rollout in sorted(rollouts.items()):
            self.report(f"{stack}: {'/'.join(key)}: {rollout.progress.value}: {rollout.reason}")
        code = exit_code_of(rollouts)
        if code is ExitCode.FINE:
            self._completed(cell, stack)
        return code

    def _completed(self, cell: CellRun, stack: str) -> None:
        record = cell.records[stack]
        if record.open is None and record.completed and record.completed.commit == self.project.commit:
            return
        digest = digest_of_objects(applied_objects(self.engine.export(stack)))
        since = record.completed.commit if record.completed else ""
        fresh = Deployment(self.project.commit, digest, str(self.run), stamp(), since, cell.merges[stack])
        begun = record.open if record.open and record.open.commit == self.project.commit else fresh
        done = replace(begun, digest=digest, outcome="completed", ended=stamp(), product_version=__version__)
        self._write(cell, stack, record.now(done))
        self.report(f"{stack}: completed, commit {self.project.commit[:12]}")

    def _write(self, cell: CellRun, stack: str, record: Record) -> None:
        if self.options.is_dry_run:
            cell.records[stack] = record
            return
        cell.written[stack] = write_record(cell.api, stack, record, cell.written[stack])
        cell.records[stack] = record


def stamp() -> str:
    """Return the moment in UTC, ISO 8601, with seconds."""
    return now().isoformat(timespec="seconds")


def deploy(
    root: Path, options: Options, report: Report, warn: Report, show: Show
) -> tuple[ExitCode, dict[str, Record]]:
    """Deploy the stacks, and return the exit code, and stack → its record afterwards.

    Raises StoppedError, LockedError, StillRunningError of a run of the engine, MistakeError, UncommittedError,
    PublishedError, EngineError, ClusterUnreachableError.
    """
    root = root.resolve()
    if not (root / POLICIES).is_dir():
        raise MistakeError(
            f"there is no folder {POLICIES}/ in {root}: `aerofleet init` writes the policy pack of a project"
        )
    commit = committed(Repository(root))
    published = read_published(options.published, commit, "head")
    with TemporaryDirectory(prefix="aerofleet-deploy-") as folder, ExitStack() as held:
        project = Project(root, commit, published, Path(folder))
        runner = Runner(project, Engine(root), options, this_run(os.environ), report, warn)
        cells = [_cell_run(project, cell, stacks) for cell, stacks in _by_cell(root, options.stacks).items()]
        for one in cells:
            ensure_namespace(one.api)
            held.enter_context(locked(one.api, one.stacks, runner.run, warn))
        for one in cells:
            runner.judged(one)
        for level in _levels(cells):
            deploy_level(runner, level)
        if options.is_dry_run:
            report("nothing was sent (--dry-run)")
            return ExitCode.FINE, _records(cells)
        until = time.monotonic() + options.wait_seconds
        codes = [runner.waited(one, stack, until, show) for one in cells for stack in one.stacks]
        return _worst(codes), _records(cells)


def deploy_level(runner: Runner, level: Sequence[tuple[CellRun, str]]) -> None:
    """Preview and compare all stacks of a level, and only then send them, side by side. After one that fails, and after
    Ctrl-C, no other one is begun. Raises the first error; the others are warnings.
    """
    plans = runner.project.temporary
    over = Event()

    def previewed(one: tuple[CellRun, str]) -> Preview:
        return runner.previewed(*one, plans / f"{one[1]}.plan.json")

    def sent(one: tuple[CellRun, str]) -> None:
        if over.is_set():
            runner.warn(f"{one[1]}: not sent: another stack failed, or the run was interrupted")
            return
        try:
            runner.sent(*one, plans / f"{one[1]}.plan.json")
        except BaseException:
            over.set()
            raise

    with ThreadPoolExecutor(max_workers=runner.options.parallel) as pool:
        previews = list(pool.map(previewed, level))
        changing = [one for one, preview in zip(level, previews, strict=True) if preview.changes]
        if runner.options.is_dry_run:
            return
        results = [pool.submit(sent, one) for one in changing]
        try:
            errors = [error for result in results if (error := result.exception())]
        finally:
            over.set()  # Ctrl-C: the pool waits for the stacks that are being sent
    for error in errors[1:]:
        runner.warn(str(error))
    if errors:
        raise errors[0]


def _levels(cells: Iterable[CellRun]) -> Iterator[list[tuple[CellRun, str]]]:
    """Yield the stacks that can be deployed side by side: those with a platform first."""
    listed = [(one, stack) for one in cells for stack in one.stacks]
    for has_platform in (True, False):
        level = [
            (one, stack) for one, stack in listed if parse_stack_name(stack).holds_platform(one.cell) is has_platform
        ]
        if level:
            yield level


def _by_cell(root: Path, stacks: Iterable[str]) -> dict[str, list[str]]:
    """Return cell → its stacks that are named, in their order. Raises MistakeError for an unknown one."""
    cells: dict[str, list[str]] = {}
    for stack in dict.fromkeys(stacks):
        name = parse_stack_name(stack)
        if mistake := wrong_stack(name, resolved_cell(root, name.cell)):
            raise MistakeError(mistake)
        cells.setdefault(name.cell, []).append(str(name))
    return cells


def _cell_run(project: Project, cell: str, stacks: list[str]) -> CellRun:
    head = head_of(project, cell)
    assert head.resolution.cell  # noqa: S101
    order = [str(name) for name in stack_names(head.resolution.cell)]
    return CellRun(
        head.resolution.cell, sorted(stacks, key=order.index), ClusterApi(head.resolution.cell.context), head
    )


def _records(cells: Iterable[CellRun]) -> dict[str, Record]:
    return {stack: one.records[stack] for one in cells for stack in one.stacks}


def _worst(codes: Iterable[ExitCode]) -> ExitCode:
    found = set(codes)
    return next((code for code in (ExitCode.FINDINGS, ExitCode.RUNNING) if code in found), ExitCode.FINE)
