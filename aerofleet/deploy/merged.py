"""What an object on the API server becomes when the engine sends its definition: server-side apply, as data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aerofleet.units.same_value import is_same

Object = Mapping[str, Any]


def sent(live: Object, applied: Object | None, planned: Object) -> dict[str, Any]:
    """Return ``live`` after the engine has sent ``planned``, without its status.

    ``applied``: what the engine sent last. Nothing is sent where it is equal to ``planned``. A field that we sent and
    no longer send goes, one of somebody else stays, and a list is replaced as a whole: lists in the definition of an
    AerospikeCluster are atomic (AKO 4.5.0).
    """
    kept = {key: value for key, value in live.items() if key != "status"}
    return kept if is_same(applied, planned) else _mapping(kept, applied or {}, planned)


def _mapping(live: Object, applied: Object, planned: Object) -> dict[str, Any]:
    kept = {key: value for key, value in live.items() if key in planned or key not in applied}
    return kept | {key: _value(live.get(key), applied.get(key), value) for key, value in planned.items()}


def _value(live: Any, applied: Any, planned: Any) -> Any:
    if isinstance(live, Mapping) and isinstance(planned, Mapping):
        return _mapping(live, applied if isinstance(applied, Mapping) else {}, planned)
    return planned
