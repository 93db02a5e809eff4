"""What a person should know about an input: findings, the rules that they come from, and the severity scale.

Imports nothing of this project.
"""

from __future__ import annotations

from aerofleet.findings.finding import Finding, Location, Severity

__all__ = ["Finding", "Location", "Severity"]
