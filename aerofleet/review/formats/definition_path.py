"""The setting of the definitions that makes a field of a resource, for people who write definitions."""

from __future__ import annotations

import re
from functools import lru_cache

from aerofleet.settings.spec_place import setting_of
from aerofleet.units.field_path import dotted

NAMED = re.compile(r"\.\{([^}]*)\}")
"""An entry of a list by its name: ``namespaces.{cart}``."""
INDEX = re.compile(r"\[\d+\]")
LONGEST = 300
"""Characters of a path that a setting can make."""


@lru_cache(maxsize=4096)
def definition_path(path: str) -> str:
    """Return ``namespaces.cart.replicationFactor`` for ``spec.aerospikeConfig.namespaces.{cart}.replication-factor``.

    Returns the path itself if no setting makes exactly this field: the setting ``resources`` says less than
    ``spec.podSpec.aerospikeContainer.resources.limits.memory``.
    """
    names = NAMED.findall(path)
    if not path.startswith("spec.") or len(path) > LONGEST or (names and INDEX.search(path)):
        return path
    setting = dotted(setting_of(NAMED.sub("[0]", path)))
    if not setting or _last_key(setting) != _last_key(path) or len(INDEX.findall(setting)) < len(names):
        return path
    remaining = iter(names)
    return INDEX.sub(lambda match: f".{next(remaining)}", setting) if names else setting


def _last_key(path: str) -> str:
    return path.rpartition(".")[2].replace("-", "").lower()
