"""Prepare a stack for the engine: resolve, judge, render, and check the Kubernetes cluster. Pulumi is not needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from aerofleet.analysis.cell import analyse_cell
from aerofleet.findings import Finding
from aerofleet.findings.stop import MistakeError
from aerofleet.fleet.cell import Cell
from aerofleet.fleet.stack_name import StackName, parse_stack_name, wrong_stack
from aerofleet.live.readiness import require_nodes, require_platform
from aerofleet.manifests.rendered import RenderedCell


@dataclass(frozen=True, slots=True)
class StackContents:
    """The cell of a stack, resolved and rendered; ``name`` says which part of it the stack holds."""

    name: StackName
    cell: Cell
    rendered: RenderedCell


def prepare(root: Path, stack: str, *, is_preview: bool, warn: Callable[[str], None]) -> StackContents:
    """Return what the Pulumi program makes resources of, once nothing speaks against it.

    Raises MistakeError for a stack or definitions with mistakes, NotReadyError for a Kubernetes cluster that lacks
    the platform or an active host. ``warn`` receives messages that a person should read and that do not end the run.
    """
    name = parse_stack_name(stack)
    # The server calls the operator's webhook only for objects whose namespace exists: a preview of a new team would
    # succeed where `up` fails.
    analysis = analyse_cell(root, name.cell)
    refuse_errors(analysis.findings)
    cell, rendered = analysis.resolution.cell, analysis.rendered
    if cell is None or rendered is None:
        raise MistakeError(f"no cell '{name.cell}' under stacks/")
    if mistake := wrong_stack(name, cell):
        raise MistakeError(mistake)
    require_platform(name, cell, is_preview=is_preview, warn=warn)
    require_nodes(name, cell, warn)
    return StackContents(name, cell, rendered)


def refuse_errors(findings: Iterable[Finding]) -> None:
    errors = [finding for finding in findings if finding.severity == "error"]
    if errors:
        count = "1 mistake" if len(errors) == 1 else f"{len(errors)} mistakes"
        raise MistakeError(f"{count} in the definitions; `aerofleet check` shows the same, with more detail", errors)
