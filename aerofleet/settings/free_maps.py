"""The free mappings of a cluster's settings (`config`, `storageConfig`, `service`, `network`, …), and the parameters
that none of them may have, because a typed setting or an allocation decides them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Any, NamedTuple

from aerofleet.aerospike.parameters import known_names, names_in, versions
from aerofleet.files.cluster.marks import CONFIG, Keys, Makes, marks_in, reserved_in
from aerofleet.files.settings import Settings
from aerofleet.settings.merge import Path
from aerofleet.settings.spec_place import marked_settings
from aerofleet.units.field_path import ANY_ENTRY

ANY = "*"
"""Stands for every context of the network in `network.*`."""


class FreeParameters(NamedTuple):
    """The parameters of one free mapping. ``context``: theirs in the server's configuration (`namespaces`,
    `network.fabric`); ``path``: of the mapping, in the settings.
    """

    context: str
    path: Path
    parameters: Mapping[str, Any]


def free_parameters(settings: Settings) -> Iterator[FreeParameters]:
    """Yield every free mapping of a cluster. What is no mapping of parameters in it is left out: another rule
    reports it.
    """
    for marked in marked_settings():
        mark = marked.mark
        if isinstance(mark, Makes):
            continue
        context = mark.context.replace(ANY_ENTRY, "")
        for path, value in values_at(settings, marked.names, marked.setting):
            for below, parameters in entries_of(value):
                if mark.contexts:
                    yield from (
                        FreeParameters(f"{context}.{name}", (*path, name), inner)
                        for name, inner in parameters.items()
                        if name in mark.contexts and isinstance(inner, Mapping)
                    )
                else:
                    yield FreeParameters(context, (*path, *below), parameters)


def entries_of(value: Any) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Yield the mapping itself, or each mapping of a list with its index."""
    if isinstance(value, Mapping):
        yield (), value
    else:
        yield from (((index,), entry) for index, entry in enumerate(value))


def values_at(value: Any, names: tuple[str, ...], setting: Keys) -> Iterator[tuple[Path, Any]]:
    """Yield the values of a setting, one for each list entry that has it, with their paths in the settings."""
    if not names:
        yield (), value
    elif names[0] == ANY_ENTRY:
        for index, entry in enumerate(value):
            yield from (((index, *path), inner) for path, inner in values_at(entry, names[1:], setting[1:]))
    elif value is not None:
        inner = getattr(value, names[0])
        yield from (((setting[0], *path), found) for path, found in values_at(inner, names[1:], setting[1:]))


@lru_cache(maxsize=64)
def reserved(version: str, context: str) -> Mapping[str, str]:
    """Return parameter → what to write instead, for each parameter of ``context`` in server ``version`` that no free
    mapping may have.
    """
    place = f"network.{ANY}" if context.startswith("network.") else context
    known = known_names(version, context)
    made = made_by_settings().get(context, {})
    others = (entry for entry in reserved_in(Settings) if entry.context.replace(ANY_ENTRY, "") == place)
    return {
        **{parameter: remedy for parameter, remedy in made.items() if parameter in known},
        **{entry.parameter: entry.remedy for entry in others},
    }


def unreserved(parameters: Mapping[str, Any], context: str, version: str) -> dict[str, Any]:
    """Return the parameters of a free mapping that it may have in server ``version``; a rule reports the others."""
    taken = reserved(version, context)
    return {parameter: value for parameter, value in parameters.items() if parameter not in taken}


@cache
def unknown_parameter(setting: tuple[str, ...]) -> tuple[str, tuple[str, ...]] | None:
    """Return the first key of a setting below a free mapping that no server version has, and the keys that some version
    has there; None if all are known, or the setting is not below a free mapping. ``setting``: without names of entries
    (``("service", "proto-fd-max")``).
    """
    for marked in marked_settings():
        above = tuple(key for key in marked.setting if key != ANY_ENTRY)
        if isinstance(marked.mark, Makes) or setting[: len(above)] != above:
            continue
        context = marked.mark.context.replace(ANY_ENTRY, "")
        for key in setting[len(above) :]:
            known = {name for version in versions() for name in names_in(version, context)}
            if not known:
                return None  # a list or a mapping whose keys the person chooses
            if key not in known:
                return key, tuple(sorted(known))
            context = f"{context}.{key}"
        return None
    return None


@cache
def made_by_settings() -> Mapping[str, Mapping[str, str]]:
    """Return context → parameter → what to write instead, for the parameters that settings make."""
    contexts: dict[str, dict[str, str]] = {}
    for marked in marks_in(Settings):
        *above, parameter = marked.keys
        if isinstance(marked.mark, Makes) and above[:1] == [CONFIG] and parameter != ANY_ENTRY:
            context = ".".join(str(key) for key in above[1:] if key != ANY_ENTRY)
            contexts.setdefault(context, {})[str(parameter)] = marked.mark.remedy or instead(marked.setting)
    return contexts


def instead(setting: Keys) -> str:
    """Return the hint to write the setting, by its own key."""
    where = " of the namespace" if setting[0] == "namespaces" else ""
    return f"write `{setting[-1]}`{where} instead"
