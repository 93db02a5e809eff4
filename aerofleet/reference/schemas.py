"""The JSON Schemas of the definition files as text."""

from __future__ import annotations

import json
from functools import cache

from aerofleet.files.schemas import SCHEMAS


@cache
def schema_text(kind: str) -> str:
    """Return the schema of a kind of file, a key of ``SCHEMAS``."""
    return json.dumps(SCHEMAS[kind](), indent=2, ensure_ascii=False) + "\n"
