"""The severity of a policy in each environment: the only table of it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal

from aerofleet.files.cell import CellFile
from aerofleet.files.choices import Environment
from aerofleet.findings import Severity

Surroundings = Literal["production", "staging", "development", "ephemeral"]
"""The environment of a cell; ``ephemeral`` for a cell that nothing protects, whatever its environment."""


class Level(StrEnum):
    """How strictly a policy counts."""

    MANDATORY = "mandatory"
    """Stops whatever concerns production."""
    ADVISED = "advised"
    """Worth a change in production. A cell can make it mandatory: ``policy.mandatory`` in cell.yaml."""
    NOTED = "noted"
    """Worth knowing wherever it is reported."""
    FAILS = "fails"
    """An error in every environment: exceptions themselves, and what moves a whole cell."""
    WARNS = "warns"
    """About the exceptions themselves: a warning wherever one is written."""


SEVERITIES: Mapping[Level, Mapping[Surroundings, Severity | None]] = {
    Level.MANDATORY: {"production": "error", "staging": "warning", "development": "info", "ephemeral": None},
    Level.ADVISED: {"production": "warning", "staging": None, "development": None, "ephemeral": None},
    Level.NOTED: {"production": "info", "staging": "info", "development": "info", "ephemeral": None},
    Level.FAILS: dict.fromkeys(("production", "staging", "development", "ephemeral"), "error"),
    Level.WARNS: dict.fromkeys(("production", "staging", "development", "ephemeral"), "warning"),
}
"""Level → environment → severity; None: the policy is off."""


def surroundings_of(cell: CellFile) -> Surroundings:
    return "ephemeral" if cell.ephemeral else _NAMES[cell.environment]


_NAMES: Mapping[Environment, Surroundings] = {
    Environment.PRODUCTION: "production",
    Environment.STAGING: "staging",
    Environment.DEVELOPMENT: "development",
}


def severity_in(cell: CellFile, name: str, level: Level) -> Severity | None:
    """Return the severity of the policy ``name`` in a cell; None where it is off."""
    is_raised = level is Level.ADVISED and name in cell.policy.mandatory
    return SEVERITIES[Level.MANDATORY if is_raised else level][surroundings_of(cell)]
