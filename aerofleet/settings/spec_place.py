"""Map a field of an AerospikeCluster to its setting, so that findings about the resource name the line to change.

The marks of the settings' fragments (`aerofleet.files.cluster.marks`) say which setting makes which field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any

from aerofleet.files.cluster.marks import Makes, Marked, marks_in
from aerofleet.files.settings import Settings
from aerofleet.settings.merge import Path
from aerofleet.units.field_path import ANY_ENTRY, parsed
from aerofleet.units.json_value import Json

NOTHING: Json = MappingProxyType({})


@cache
def marked_settings() -> tuple[Marked, ...]:
    """Return every mark of the settings, the longest field first; a free mapping before the setting of its context."""
    return tuple(sorted(marks_in(Settings), key=lambda marked: (-len(marked.keys), isinstance(marked.mark, Makes))))


def setting_of(field: str, spec: Json = NOTHING, settings: Json = NOTHING) -> Path:
    """Return the path of the setting: ``("service", "proto-fd-max")`` for the field
    ``spec.aerospikeConfig.service.proto-fd-max``; empty if the field comes from no setting.

    ``spec`` and ``settings``: of the cluster, the settings in the form of the definitions. An entry of a list is found
    by its name in the settings: the list of the resource has the platform's own entries, too.
    """
    first, *path = parsed(field) or ("",)
    whole_context: Path = ()
    for marked in marked_settings() if first == "spec" and path else ():
        rest = path[len(marked.keys) :]
        place = _place(marked, path, spec, settings)
        if place is None:
            continue
        if isinstance(marked.mark, Makes):
            return (*place, *rest) if marked.keys[-1] == ANY_ENTRY else place
        if rest:
            return (*place, *rest)
        whole_context = whole_context or place
    return whole_context


def _place(marked: Marked, path: Sequence[str | int], spec: Json, settings: Json) -> Path | None:
    """Return the path of the marked setting; None if the field at ``path`` is not below the field that it makes."""
    keys = marked.keys
    if tuple(ANY_ENTRY if isinstance(key, int) else key for key in path[: len(keys)]) != keys:
        return None
    shared = isinstance(marked.mark, Makes) and marked.mark.keys[-1] == ANY_ENTRY
    place: list[str | int] = []
    entries = [position for position, key in enumerate(keys) if key == ANY_ENTRY]
    for key in marked.setting:
        if key != ANY_ENTRY:
            place.append(key)
            continue
        position = entries.pop(0)
        number, listed = int(path[position]), at(spec, path[:position])
        index = None if shared else number
        if settings and isinstance(listed, list) and number < len(listed):
            index = _same_name(listed[number], at(settings, place))
        if index is None:
            return None
        place.append(index)
    return tuple(place)


def _same_name(entry: Any, listed: Any) -> int | None:
    """Return the index of the setting's entry with the same name as the resource's; None if there is none."""
    names = [setting.get("name") for setting in listed or () if isinstance(setting, Mapping)]
    name = entry.get("name") if isinstance(entry, Mapping) else None
    return names.index(name) if name in names else None


def at(data: Any, path: Sequence[str | int]) -> Any:
    """Return the value at ``path``; None if there is none."""
    for key in path:
        if isinstance(data, Mapping):
            data = data.get(key)
        else:
            data = data[key] if isinstance(data, list) and isinstance(key, int) and key < len(data) else None
    return data
