"""Add the differences between a review and previews of the engine to the review, as findings of their cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from aerofleet.ako.compatibility import OPERATOR
from aerofleet.analysis.cell_change import CellChange, FleetChange
from aerofleet.findings.stop import MistakeError
from aerofleet.fleet.stack_name import parse_stack_name
from aerofleet.review.agreement.compare import compared
from aerofleet.review.agreement.preview import Preview
from aerofleet.review.agreement.reviewed import ReviewedStack, reviewed_stacks
from aerofleet.review.model import CellFinding, Review


class ForeignPreviewError(MistakeError):
    """A preview is of a stack that neither side of the review has."""


def with_agreement(review: Review, change: FleetChange, previews: Sequence[Preview]) -> Review:
    """Return the review with every difference from the previews. Raises ForeignPreviewError."""
    stacks = reviewed_stacks(change, review)
    found = (one for preview in previews for one in _findings(change, stacks, preview))
    return replace(review, findings=(*review.findings, *found))


def _findings(change: FleetChange, stacks: dict[str, ReviewedStack], preview: Preview) -> Iterator[CellFinding]:
    cell = parse_stack_name(preview.stack).cell
    judged = next((one for one in change.cells if one.name == cell), None)
    if judged is None or (judged.is_known and preview.stack not in stacks):
        known = ", ".join(stacks) or "none"
        message = f"the preview is of stack '{preview.stack}', and the review has the stacks {known}"
        raise ForeignPreviewError(message)
    if judged.is_known:  # else the review is unknown, and fails by itself
        for finding in compared(stacks[preview.stack], preview, _operator(judged)):
            yield CellFinding(cell, finding)


def _operator(change: CellChange) -> str:
    """Return the release of the operator that acts: that of head."""
    cells = (side.resolution.cell for side in (change.head, change.base) if side)
    return next((cell.operator.version for cell in cells if cell), OPERATOR)
