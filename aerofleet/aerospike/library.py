"""An aerospikeConfig as the operator's management library reads it before it validates it.

The library writes the configuration out as flat keys (``namespaces.{orders}.storage-engine.type``) and builds it up
again. On the way some things are lost and some go wrong, and the schema only sees what is left:

* a list of sections is lost where it is empty; entries without a name are lost at its end, and make the code panic
  before a named one (a namespace without a name anywhere); a name that is listed twice is refused;
* a section that is empty goes to the top under its whole dotted name, where the schema refuses it, but a section
  at the top itself is kept.

Source: aerospike-management-lib (toConf, flattenConf, expandConf), checked against recorded verdicts of AKO 4.5.0.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Path = tuple[str | int, ...]

_LISTS_OF_SECTIONS = frozenset(
    f"{name}{ending}"
    for name in ("namespace", "set", "tls", "logging", "dc", "datacenter", "file")
    for ending in ("", "s")
)
_GONE = object()


@dataclass(slots=True)
class Reading:
    """``config`` is what the schema sees. ``lost`` are the paths of what it never sees and the server never gets,
    ``faults`` (path, message, hint) is what the library itself refuses or panics on.
    """

    config: dict[str, Any]
    lost: list[Path] = field(default_factory=list)
    faults: list[tuple[Path, str, str]] = field(default_factory=list)


def read(config: Any) -> Reading:
    reading = Reading({})
    for key, value in config.items() if isinstance(config, dict) else ():
        value_read = value if value == {} else _read(key, value, (key,), reading)
        if value_read is not _GONE:
            reading.config[key] = value_read
        elif value not in (None, []) and not isinstance(value, dict):
            reading.lost.append((key,))
    return reading


def _read(key: str, value: Any, path: Path, reading: Reading) -> Any:
    if isinstance(value, dict):
        return _read_section(value, path, reading)
    if key == "storage-engine":
        return _GONE if value is None else value  # Others are lost, too, but the operator panics on them later.
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return _read_sections(key, value, path, reading)
    return _GONE if value == [] and key in _LISTS_OF_SECTIONS else value


def _read_section(value: dict[str, Any], path: Path, reading: Reading) -> Any:
    section = {}
    for key, item in value.items():
        if item == {}:
            reading.faults.append(((*path, key), "an empty section is refused here", "leave it out"))
        elif (kept := _read(key, item, (*path, key), reading)) is not _GONE:
            section[key] = kept
    return section or _GONE


def _read_sections(key: str, value: list[Any], path: Path, reading: Reading) -> Any:
    kept_values: dict[str, Any] = {}
    nameless: list[Path] = []
    for position, item in enumerate(value):
        where = (*path, position)
        name = _name(item)
        if not isinstance(item, dict):
            reading.lost += [(*path, rest) for rest in range(position, len(value))]
            break
        if name is None:
            nameless.append(where)
            continue
        if name in kept_values:
            reading.faults.append((where, f"{name} is listed twice", "give each entry its own name"))
        reading.faults += [(place, "this entry has no name (a text)", "start it with name:") for place in nameless]
        nameless.clear()
        kept_values[name] = _read_section(item, where, reading)
    if nameless and path == ("namespaces",):
        reading.faults += [(place, "this namespace has no name (a text)", "start it with name:") for place in nameless]
        return value
    reading.lost += nameless
    if not kept_values:
        return _GONE
    return list(kept_values.values()) if key in _LISTS_OF_SECTIONS else kept_values


def _name(entry: Any) -> str | None:
    """Return a section's name in a list; its type, where it has no more than that."""
    for key in ("name", "type"):
        if isinstance(entry, dict) and isinstance(entry.get(key), str):
            name: str = entry[key]
            return name
    return None
