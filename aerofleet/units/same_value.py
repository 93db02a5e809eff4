"""Whether two values of YAML or JSON are the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def is_same(old: Any, new: Any) -> bool:
    """Return whether two values are the same, types too: ``1`` is not ``true``. The order of keys is no difference."""
    return bool(old == new) and _has_same_types(old, new)


def _has_same_types(old: Any, new: Any) -> bool:
    """Compare equal values. Python takes 1, 1.0 and True for the same."""
    if old is new:
        return True
    if type(old) is not type(new):
        return False
    if isinstance(old, Mapping):
        return all(_has_same_types(value, new[key]) for key, value in old.items())
    return not isinstance(old, (list, tuple)) or all(map(_has_same_types, old, new))
