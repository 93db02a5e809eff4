"""The base of the models of whole definition files: they name their format."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from pydantic import Field

from aerofleet.files.file_model import FileModel
from aerofleet.files.formats import PRESENT
from aerofleet.findings import Finding, Location, declared, rules_in
from aerofleet.units.field_path import Key

FORMAT = "format"
FILE_FORMAT = declared(
    "file-format",
    "A definition file has a format that this release does not read.",
    scope="file",
    severity="error",
    source="Platform rule: docs/concepts/definitions.md",
)
RULES = rules_in(globals())


class DefinitionFile(FileModel):
    """A whole definition file."""

    format: Literal[2] = Field(2, description="the format of the file; `aerofleet upgrade` writes the present one")


def format_mistake(data: Mapping[str, Any], locate: Callable[[Sequence[Key]], Location]) -> Finding | None:
    """Return the finding for a file of another format than the present one, or with a value that is no format."""
    number = data.get(FORMAT, PRESENT)
    is_format = isinstance(number, int) and not isinstance(number, bool) and number >= 1
    if is_format and number == PRESENT:
        return None
    if not is_format:
        shown = "nothing" if number is None else f"'{number}'" if isinstance(number, str) else f"{number}".lower()
        message, remedy = f"is {shown}, and a format is a whole number from 1", f"write `{FORMAT}: {PRESENT}`"
    elif number > PRESENT:
        message = f"this file has format {number}, this release reads up to {PRESENT}"
        remedy = "update the product"
    else:
        message = f"this file has format {number}, this release reads {PRESENT}"
        remedy = "`aerofleet upgrade` shows what changes, and `aerofleet upgrade --write` writes it"
    return FILE_FORMAT.finding(FORMAT, message, remedy, locate((FORMAT,)))
