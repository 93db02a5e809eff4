"""Every reason why a server does not start with a configuration."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from aerofleet.aerospike.server import (
    start_checkpoint,
    start_machine,
    start_namespaces,
    start_network,
    start_service,
    start_storage,
)
from aerofleet.aerospike.server.file import read
from aerofleet.aerospike.server.rule import StartFinding, StartRule
from aerofleet.aerospike.server.start_values import VALUE_RULES
from aerofleet.units.version import build_numbers

MODULES = (start_service, start_network, start_namespaces, start_storage, start_checkpoint, start_machine)
START_RULES: tuple[StartRule, ...] = VALUE_RULES + tuple(
    rule for module in MODULES for rule in vars(module).values() if isinstance(rule, StartRule)
)


def start_findings(version: str, config: dict[str, Any]) -> list[StartFinding]:
    """Return every reason why a server of ``version`` (``8.1.1.1``; numbers left out are the newest) does not start
    with ``config``, an aerospikeConfig. It starts where none of them is an error. Raises ValueError for what is no
    version.
    """
    build_numbers(version)
    reading = read(version, config)
    found = (
        StartFinding(rule.id, rule.severity, *refused) for rule in _rules_of(version) for refused in rule.check(reading)
    )
    return list(dict.fromkeys(found))


@lru_cache(maxsize=64)
def _rules_of(version: str) -> tuple[StartRule, ...]:
    return tuple(rule for rule in START_RULES if rule.holds_for(version))
