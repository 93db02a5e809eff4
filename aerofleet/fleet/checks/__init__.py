"""Owns the checks across the files of a cell: one rule for each mistake, in a module for each subject.

Must not import manifests or anything above `aerofleet.fleet`.
"""

from __future__ import annotations

from collections.abc import Collection

from aerofleet.findings import Finding, Rule, findings_of
from aerofleet.fleet.checks import (
    ahead,
    allocations,
    groups,
    hosts,
    links,
    names,
    racks,
    references,
    size,
    storage,
    tenants,
    users,
    versions,
)
from aerofleet.fleet.checks.definitions import Definitions
from aerofleet.fleet.checks.overlay import dropped_overlays, overlay_grants

MODULES = (names, users, tenants, references, hosts, versions, racks, size, storage, groups, allocations, ahead, links)
RULES: tuple[Rule[[Definitions]], ...] = tuple(rule for module in MODULES for rule in module.RULES)


def check_cell(definitions: Definitions, without: Collection[Rule[[Definitions]]] = ()) -> list[Finding]:
    """Return the findings of every rule on one cell, except those ``without``; a rule finds nothing if a file that it
    needs could not be read.
    """
    findings = findings_of([rule for rule in RULES if rule not in without], definitions)
    return [*findings, *overlay_grants(definitions.source), *dropped_overlays(definitions.source)]
