"""Questions about live settings, asked as one line: the form of the verb ``live`` of ``aerofleet verdict``.

The server is one node with the namespaces ``mem`` (memory, nothing behind it) and ``dev`` (one file), all else default;
``before`` are settings that were sent first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aerofleet.aerospike.server.live import TABLES, LiveAnswer, as_text, set_live, setting_at
from aerofleet.aerospike.server.live_state import Namespace, Server, SettingContext

COMMAND = "command"
"""The context of a whole command: ``context=namespace;namespace=mem;nsup-period=60``."""

PLACES: Mapping[str, SettingContext] = {
    "service": SettingContext("service"),
    "network": SettingContext("network"),
    "namespace": SettingContext("namespace", "mem"),
    "namespace (memory)": SettingContext("namespace", "mem"),
    "namespace (device)": SettingContext("namespace", "dev"),
    "namespace (device over a file)": SettingContext("namespace", "dev"),
    "set": SettingContext("set", "mem", "carts"),
    "set that does not exist yet": SettingContext("set", "mem", "new"),
}
"""How a question names a context → where that is."""


def default_server(version: str) -> Server:
    """One node as a question means it."""
    namespaces = {"mem": Namespace(), "dev": Namespace(storage="device", devices=1)}
    return Server(version, nodes=1, namespaces=namespaces)


def answer_live(
    version: str, wanted: Mapping[str, Any], now: Any = None, before: Sequence[Mapping[str, Any]] = ()
) -> LiveAnswer:
    """Answer one question. ``wanted`` and each step of ``before`` have ``context``, ``parameter`` and ``to``; ``now``
    is the value at first, None where that isn't known. Raises KeyError for a context that no question has."""
    server = default_server(version)
    if not before and now is not None and wanted.get("context") != COMMAND:
        _send(server, {**wanted, "to": now})
    for step in before:
        _send(server, step)
    return _send(server, wanted)


def _send(server: Server, step: Mapping[str, Any]) -> LiveAnswer:
    context, text = str(step.get("context")), as_text(step.get("to"))
    if context == COMMAND:
        return _command(server, text)
    return set_live(server, PLACES[context], str(step.get("parameter")), text)


def _command(server: Server, text: str) -> LiveAnswer:
    """Send a whole command. The server takes the first setting in its own order, whatever the order of the command, and
    leaves the others."""
    fields = dict(part.split("=", 1) for part in reversed(text.split(";")) if "=" in part)
    context = fields.pop("context", "")
    named = fields.pop("namespace", fields.pop("id", ""))
    place = SettingContext(context, named)
    if context == "namespace" and "set" in fields:
        place = SettingContext("set", named, fields.pop("set"))
    known = [name for name in TABLES.get(place.context, ()) if name in fields]
    taken = [name for name in known if setting_at(server.version, place.context, name)]
    if not taken:
        return set_live(server, place, next(iter(fields), ""), "")
    answer = set_live(server, place, taken[0], fields[taken[0]])
    if answer.is_applied and len(fields) > 1:
        left = ", ".join(name for name in fields if name != taken[0])
        return LiveAnswer(True, False, why=f"the server takes {taken[0]} of this command, and not {left}")
    return answer
