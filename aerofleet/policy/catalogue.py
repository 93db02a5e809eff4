"""All policies, by what they look at."""

from __future__ import annotations

from collections.abc import Mapping

from aerofleet.policy import (
    exceptions,
    of_cells,
    of_context,
    of_disturbance,
    of_hosts,
    of_order,
    of_protection,
    of_risk,
)
from aerofleet.policy.judged_change import JudgedChange
from aerofleet.policy.of_cells import JudgedCell
from aerofleet.policy.pack import OF_OBJECTS
from aerofleet.policy.policy import Policy

OF_CELLS: tuple[Policy[[JudgedCell]], ...] = (*of_cells.RULES, of_hosts.host_to_spare)
OF_CHANGES: tuple[Policy[[JudgedChange]], ...] = (
    *of_risk.RULES,
    *of_context.RULES,
    *of_protection.RULES,
    *of_disturbance.RULES,
    of_hosts.hosts_out_together,
    *of_order.RULES,
)
RULES: tuple[Policy[...], ...] = (*OF_OBJECTS, *OF_CELLS, *OF_CHANGES, *exceptions.RULES)
POLICIES: Mapping[str, Policy[...]] = {policy.id: policy for policy in RULES}
"""Id → policy."""
