"""Read the previews of the engine that a person gives to a review."""

from __future__ import annotations

import json
from pathlib import Path

from aerofleet.findings.stop import MistakeError
from aerofleet.review.agreement.preview import Preview, preview_of

MAX_BYTES = 500_000_000
HOW = "make it with `pulumi preview --json --show-sames --stack STACK`"


class PreviewError(MistakeError):
    """A file is no preview of the engine."""


def read_preview(path: Path) -> Preview:
    """Return the preview in a file. Raises PreviewError."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise PreviewError(f"--engine {path}: {error.strerror or error}") from None
    if len(content) > MAX_BYTES:
        raise PreviewError(f"--engine {path}: larger than {MAX_BYTES // 1_000_000} MB")
    try:
        return preview_of(json.loads(content))
    except (ValueError, RecursionError) as error:
        raise PreviewError(f"--engine {path}: no preview of one stack as JSON ({error}); {HOW}") from None
