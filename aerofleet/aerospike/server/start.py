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
from aerofleet.aerospike.server.rule import StartFault, StartRule
from aerofleet.aerospike.server.start_values import VALUE_RULES
from aerofleet.findings import Finding
from aerofleet.units.version import build_numbers

START_MODULES = (start_service, start_network, start_namespaces, start_storage, start_checkpoint, start_machine)
RULES: tuple[StartRule, ...] = VALUE_RULES + tuple(
    rule for module in START_MODULES for rule in vars(module).values() if isinstance(rule, StartRule)
)


def start_findings(version: str, config: dict[str, Any]) -> list[Finding]:
    """Return the faults of `start_faults` as findings, with paths within ``config``."""
    return [fault.finding() for fault in start_faults(version, config)]


def start_faults(version: str, config: dict[str, Any]) -> list[StartFault]:
    """Return every reason why a server of ``version`` does not start with ``config``, an aerospikeConfig.

    The server starts where the rule of none of them is an error. Numbers that ``version`` leaves out count as the
    newest (``8.1.1``). Raises ValueError for what is no version.
    """
    build_numbers(version)
    reading = read(version, config)
    faults = [StartFault(rule, *problem) for rule in _rules_of(version) for problem in rule.problems(reading)]
    return list(dict.fromkeys(faults))


@lru_cache(maxsize=64)
def _rules_of(version: str) -> tuple[StartRule, ...]:
    return tuple(rule for rule in RULES if rule.holds_for(server=version))
