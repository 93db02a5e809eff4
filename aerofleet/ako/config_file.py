"""Values of an aerospikeConfig as lines of the server's file.

The operator writes the configuration as the server's text file, and compares that text: two spellings that give the
same lines are no change to it. Source: AKO 4.5.0 with its management library, which writes the file and
reads it back.
"""

from __future__ import annotations

from math import isfinite
from typing import Any

ABSENT: Any = object()
"""No line is written."""

CLIENT_NAMES = "tls-authenticate-client"
"""The one parameter that is a text (``any``, ``false``) or a list of names."""

_JOINED = frozenset(
    [
        "device", "devices", "feature-key-files", "mesh-seed-address-port", "mesh-seed-address-ports",
        "node-address-port", "node-address-ports", "report-data-op", "secrets-address-port",
        "tls-mesh-seed-address-port", "tls-mesh-seed-address-ports",
    ]
)  # fmt: skip
"""Parameters in whose values a colon is written as a blank."""

_LISTS = _JOINED | {
    f"{key}{plural}"
    for key, ending in (
        *((f"{tls}{way}address", "es") for tls in ("", "tls-") for way in ("", "access-", "alternate-access-")),
        *((key, "s") for key in ("feature-key-file", "file", "ignore-bin", "ignore-set", "mount", "multicast-group")),
        *((key, "s") for key in ("role-query-pattern", "ship-bin", "ship-set")),
        *((key, "") for key in ("report-data-op-role", "report-data-op-user", CLIENT_NAMES)),
    )
    for plural in {"", ending}
}
"""Parameters of which every line is an entry of a list, blanks included."""


def written(key: str, before: Any, after: Any) -> tuple[Any, Any]:
    """Return both values as the file has them; ABSENT where it has no line.

    Where one side is a list, a text counts as a list of one.
    """
    before, after = _written(key, before), _written(key, after)
    if isinstance(before, list) != isinstance(after, list) and key != CLIENT_NAMES:
        before, after = ([value] if isinstance(value, str) else value for value in (before, after))
    return before, after


def _written(key: str, value: Any) -> Any:
    if value is None or value == [] or (isinstance(value, str) and value.lower() in ("", "null") and key != "name"):
        return ABSENT
    if value is False and key.startswith("enable-benchmarks-"):
        return ABSENT  # Old servers took the bare line for true, so the operator leaves it out.
    if isinstance(value, list) and isinstance(value[0], dict):
        return [item for item in value if _has_section(key, item)] or ABSENT
    if isinstance(value, float) and isfinite(value):
        return int(value)
    if key == CLIENT_NAMES:
        return _client_names(value)
    if key in _JOINED:
        if isinstance(value, str):
            return value.replace(":", " ")
        if isinstance(value, list):
            return [item.replace(":", " ") if isinstance(item, str) else item for item in value]
    return value


def read_back(key: str, value: Any) -> Any:
    """Return a written value as the operator reads it from the file: without blanks around it.

    A value with blanks in it is not read at all, but for the lines of lists.
    """
    if isinstance(value, list):
        return [" ".join(item.split()) if isinstance(item, str) and " " in item else item for item in value]
    if not isinstance(value, str) or " " not in value:
        return value
    parts = value.split()
    return ABSENT if len(parts) > 1 and key not in _LISTS else " ".join(parts)


def names_of(items: list[Any]) -> set[str]:
    """Return the names of the entries of a list as they are written in the configuration."""
    return {str(item.get("name")) for item in items if isinstance(item, dict)}


def by_name(items: list[Any]) -> dict[str, dict[str, Any]]:
    """Return the entries of a list by the name that is read back from the file: up to its first blank."""
    named: dict[str, dict[str, Any]] = {}
    for item in items:
        if isinstance(item, dict):
            name = str(item.get("name"))
            parts = name.split()
            named[parts[0] if parts else name] = {**item, "name": parts[0]} if parts and parts[0] != name else item
    return named


def unnamed(sections: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the parameters of sections whose name is blank: the operator reads them back as those of one section."""
    return {key: value for section in sections for key, value in section.items() if key != "name"}


def _has_section(key: str, item: Any) -> bool:
    """Return whether the file has a section for an entry of a list: not without a name, but for log sinks."""
    name = item.get("name") if isinstance(item, dict) else None
    return isinstance(name, str) and (name != "" or key == "logging")


def mixes_blank_names(key: str, items: list[Any]) -> bool:
    """Return whether a list has a blank name beside another one: the operator panics when it reads such sections back.

    The log sinks ``console`` and ``syslog`` are sections of another kind.
    """
    names = [item["name"] for item in items if _has_section(key, item)]
    others = ("console", "syslog") if key == "logging" else ()
    return len({bool(name.strip()) for name in names if name not in others}) > 1


def as_file(value: Any, key: str = "") -> Any:
    """Return a configuration without what the operator writes no line for: nothing, empty texts, ports of 0."""
    if isinstance(value, dict):
        kept = {name: as_file(item, name) for name, item in value.items()}
        return {name: item for name, item in kept.items() if item is not ABSENT}
    if isinstance(value, list):
        return [item for item in (as_file(entry, key) for entry in value) if item is not ABSENT]
    if value is None or (isinstance(value, str) and value.lower() in ("", "null")):
        return ABSENT
    is_port = "port" in key and value in (0, "0") and not isinstance(value, bool)
    return ABSENT if is_port else value


def _client_names(value: Any) -> Any:
    if value is False:
        return "false"
    return [value] if isinstance(value, str) and value not in ("any", "false") else value


def with_one_feature_key(config: dict[str, Any]) -> dict[str, Any]:
    """Return the configuration with ``feature-key-file`` in place of a list of one feature key."""
    service = config.get("service")
    keys = service.get("feature-key-files") if isinstance(service, dict) else None
    if isinstance(keys, list) and len(keys) == 1:
        keys = keys[0]
    if not isinstance(keys, str) or not isinstance(service, dict):
        return config
    rest = {key: value for key, value in service.items() if key != "feature-key-files"}
    return {**config, "service": {**rest, "feature-key-file": keys}}


def is_same(before: Any, after: Any) -> bool:
    """Return whether two values are equal to the operator: 1 and 1.0 are one number, 1 and true are two values."""
    return before is after or (bool(before == after) and _is_twin(before, after))


def _is_twin(before: Any, after: Any) -> bool:
    """Return whether two values that Python calls equal have truth values in the same places."""
    if isinstance(before, dict):
        for key, value in before.items():  # noqa: SIM110 - a generator takes twice the time
            # Most values are texts, and no text equals a truth value.
            if type(value) is not str and not _is_twin(value, after[key]):
                return False
        return True
    if isinstance(before, list):
        return all(map(_is_twin, before, after))
    return isinstance(before, bool) == isinstance(after, bool)
