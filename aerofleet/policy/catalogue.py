"""All policies, by what they look at."""

from __future__ import annotations

from aerofleet.policy import (
    exceptions,
    of_access,
    of_cells,
    of_copies,
    of_disturbance,
    of_order,
    of_risk,
    of_servers,
)
from aerofleet.policy.judged_change import JudgedChange
from aerofleet.policy.of_cells import JudgedCell
from aerofleet.policy.policy import Policy
from aerofleet.policy.rendered_object import RenderedObject

OF_OBJECTS: tuple[Policy[[RenderedObject]], ...] = (*of_copies.RULES, *of_servers.RULES, *of_access.RULES)
OF_CELLS: tuple[Policy[[JudgedCell]], ...] = of_cells.RULES
OF_CHANGES: tuple[Policy[[JudgedChange]], ...] = (*of_risk.RULES, *of_disturbance.RULES, *of_order.RULES)
RULES: tuple[Policy[...], ...] = (*OF_OBJECTS, *OF_CELLS, *OF_CHANGES, *exceptions.RULES)
