"""Format 2: a setting and a state are called for what they do (ADR 0092)."""

from __future__ import annotations

from aerofleet.files.formats.migration import ANY, Migration, Rename, key_of_settings

FORMAT_2 = Migration(
    to=2,
    renames=(
        *key_of_settings("nudge", "reconcileRequest"),
        Rename("tenants", "value", ("teams", ANY, "overridable", ANY), "nudge", "reconcileRequest"),
        Rename("team", "value", ("clusters", ANY, "state"), "frozen", "retiring"),
        Rename("allocations", "value", ("clusters", ANY, "state"), "frozen", "retiring"),
    ),
)
