"""The policies of the engine's pack: those that need one rendered object, and the definition of its cell, only."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from aerofleet.findings import Finding
from aerofleet.policy import of_access, of_copies, of_servers
from aerofleet.policy.exceptions import Exceptions
from aerofleet.policy.policy import Policy
from aerofleet.policy.rendered_object import RenderedObject
from aerofleet.settings.source import CellSource

OF_OBJECTS: tuple[Policy[[RenderedObject]], ...] = (*of_copies.RULES, *of_servers.RULES, *of_access.RULES)
PACK = tuple(policy for policy in OF_OBJECTS if policy.is_in_pack)
Report = tuple[Policy[...], Finding]


def pack_reports(source: CellSource, properties: Mapping[str, Any], as_of: datetime.date) -> Iterator[Report]:
    """Yield (policy, finding) of an object that the engine is about to make, waivers applied, each with its severity in
    the cell.

    ``source``: the definitions of the cell, of which cell.yaml is needed; ``properties``: as the engine passes them.
    Raises ValueError where cell.yaml has mistakes: nobody knows how strictly it is judged.
    """
    if source.cell is None:
        raise ValueError(f"stacks/{source.name}/cell.yaml can't be read: `aerofleet check {source.name}` says why")
    cell, exceptions = source.cell.file, Exceptions(source, as_of)
    rendered = RenderedObject(cell, plain(properties))
    for policy in PACK:
        severity = policy.severity_in(cell)
        for finding in policy.findings(rendered) if severity else ():
            counted = replace(finding, severity=severity or finding.severity, subject=rendered.subject)
            yield policy, exceptions.waived(policy, counted)


def plain(value: Any) -> Any:
    """Return the value of plain mappings and lists, with whole numbers as int: the engine sends every number as a
    floating-point number.
    """
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
