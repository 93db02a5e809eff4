"""Owns the formats of the definition files: what each of them renamed. Must not import any other package.

A file names its format in `format`. A file without the key is read as one of the present format, so a file from before
the key needs no change unless it has a word that is refused today. A new format is a module with one ``Migration``, and
an entry in ``MIGRATIONS``: `aerofleet upgrade` follows it, and the refusal of an old word names the new one.
"""

from __future__ import annotations

from aerofleet.files.formats.format_2 import FORMAT_2
from aerofleet.files.formats.migration import Migration, Rename

MIGRATIONS: tuple[Migration, ...] = (FORMAT_2,)
"""In the order of their formats."""
PRESENT = MIGRATIONS[-1].to
"""The format that this release reads and writes."""
RENAMED = {rename.old: rename.new for migration in MIGRATIONS for rename in migration.renames}
"""Name of a key or of a choice in an earlier format → its name today."""

__all__ = ["MIGRATIONS", "PRESENT", "RENAMED", "Migration", "Rename"]
