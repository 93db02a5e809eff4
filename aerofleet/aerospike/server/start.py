"""Every reason why a server does not start with a configuration."""

from __future__ import annotations

from typing import Any

from aerofleet.aerospike.server import start_namespaces
from aerofleet.aerospike.server.file import read
from aerofleet.aerospike.server.rule import StartFinding, StartRule, build_numbers

START_RULES: tuple[StartRule, ...] = tuple(
    rule for module in (start_namespaces,) for rule in vars(module).values() if isinstance(rule, StartRule)
)


def start_findings(version: str, config: dict[str, Any]) -> list[StartFinding]:
    """Every reason why a server of ``version`` (``8.1.1.1``; numbers left out are the newest) does not start with
    ``config``, an aerospikeConfig; empty where it starts. Raises ValueError for what is no version.
    """
    build_numbers(version)
    reading = read(version, config)
    found = (
        StartFinding(rule.id, *refused)
        for rule in START_RULES
        if rule.holds_for(version)
        for refused in rule.check(reading)
    )
    return list(dict.fromkeys(found))
