"""The rules of registries that are no `Rule`s yet, for the catalogue. A registry that is converted leaves this file."""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.findings import Rule, declared
from aerofleet.fleet.rules import RULES as DEFINITIONS
from aerofleet.load import RULES as READER


def _rules() -> Iterator[Rule[...]]:
    for registry in (READER, DEFINITIONS):
        for name, summary in registry.items():
            yield declared(name, summary, scope="file", severity="error")
    for name in ("size-value",):
        yield declared(name, "A file has no objects to judge.", scope="file", severity="error")


RULES = tuple({rule.id: rule for rule in _rules()}.values())
