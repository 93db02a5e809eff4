"""All policies, by what they look at."""

from __future__ import annotations

from aerofleet.policy import exceptions, of_access, of_cells, of_copies, of_servers
from aerofleet.policy.of_cells import JudgedCell
from aerofleet.policy.policy import Policy
from aerofleet.policy.rendered_object import RenderedObject

OF_OBJECTS: tuple[Policy[[RenderedObject]], ...] = (*of_copies.RULES, *of_servers.RULES, *of_access.RULES)
OF_CELLS: tuple[Policy[[JudgedCell]], ...] = of_cells.RULES
RULES: tuple[Policy[...], ...] = (*OF_OBJECTS, *OF_CELLS, *exceptions.RULES)
