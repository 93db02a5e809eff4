"""What a running server answers when a setting is sent to it, and whether it then has the value that was asked for.

``set_live`` changes the ``Server`` as the real one would change: several settings are several calls, in their order.
Source: aerospike-server 6.0.0.1 to 8.1.2.0 (cfg_info.c; hb.c, clustering.c and batch.c for what they refuse).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from aerofleet.aerospike.server.live_needs import NEEDS, Asked
from aerofleet.aerospike.server.live_settings import NAMESPACE, NETWORK, SERVICE, SET, Setting, Table
from aerofleet.aerospike.server.live_state import Namespace, Server, SettingContext, Values
from aerofleet.aerospike.server.live_value import quantity, unsigned
from aerofleet.units.version import numbers

LONGEST_TEXT = 1024
"""Source: cfg_info.c, the buffer of each handler."""

TABLES: Mapping[str, Table] = {"service": SERVICE, "network": NETWORK, "namespace": NAMESPACE, "set": SET}


@dataclass(frozen=True, slots=True)
class LiveAnswer:
    """``is_ok``: the server answered ok. ``is_applied``: it then shows the value that was asked for. ``shows``: what it
    shows, where that is something else; ``is_kept``: the server has what was meant all the same. ``why``: what is
    wrong, as the end of a sentence."""

    is_ok: bool
    is_applied: bool
    shows: str = ""
    why: str = ""
    is_kept: bool = True


@lru_cache(maxsize=4096)
def setting_at(version: str, context: str, name: str) -> Setting | None:
    """Return the setting as ``version`` reads it; None where the server knows no such name."""
    entry = TABLES[context].get(name, ())
    running = numbers(version)
    for setting in (entry,) if isinstance(entry, Setting) else entry:
        if numbers(setting.since) <= running and (not setting.until or running < numbers(setting.until)):
            return setting
    return None


def set_live(server: Server, place: SettingContext, name: str, text: str) -> LiveAnswer:
    """Send one setting, and change ``server`` where it takes it."""
    if place.context not in TABLES:
        return _refused(f"there is no context {place.context}")
    namespace = server.namespaces.get(place.namespace)
    if place.context in ("namespace", "set") and namespace is None:
        return _refused(f"there is no namespace {place.namespace}")
    setting = setting_at(server.version, place.context, name)
    if setting is None:
        return _refused(f"no setting of server {server.version} is called {name}")
    if len(text) >= LONGEST_TEXT:
        return _refused(f"a text of {len(text)} characters is too long")
    stored, why = _read(server.version, setting, text)
    if stored is None:
        return _refused(why)
    asked = Asked(server, namespace or Namespace(), name, stored)
    for need in setting.needs:
        if why := NEEDS[need](asked):
            return _refused(why)
    values = _values(server, place)
    values[name] = asked.value
    shown = asked.shown if asked.shown is not None else _shown(setting, asked.value)
    if shown == _meant(setting, text):
        return LiveAnswer(True, True)
    why = f"the server answers ok and shows {shown} from then on"
    return LiveAnswer(True, False, str(shown), why, text in setting.shown_otherwise)


def as_text(value: Any) -> str:
    """Return the value as a command carries it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _values(server: Server, place: SettingContext) -> Values:
    if place.context == "service":
        return server.service
    if place.context == "network":
        return server.network
    namespace = server.namespaces[place.namespace]
    return namespace.sets.setdefault(place.set, {}) if place.context == "set" else namespace.values


def _refused(why: str) -> LiveAnswer:
    return LiveAnswer(False, False, why=why, is_kept=False)


def _read(version: str, setting: Setting, text: str) -> tuple[Any, str]:
    """Return the value that the server stores and an empty text, or None and why it refuses the text."""
    if setting.read is None:
        chosen = _choice(version, setting, text)
        return chosen, "" if chosen is not None else f"it takes {', '.join(setting.choices)} only"
    number = setting.read(text)
    if number is None:
        return None, "it can't read that number"
    if setting.power_of_two and number & (number - 1):
        return None, "it takes powers of two only"
    if not setting.least <= number <= setting.most:
        return None, _bounds(setting, text, number)
    return number, ""


def _bounds(setting: Setting, text: str, number: int) -> str:
    read = "" if str(number) == text else f"it reads {number} and "
    return f"{read}it takes {setting.least} " + ("or more" if setting.most >= 2**32 - 1 else f"to {setting.most}")


def _choice(version: str, setting: Setting, text: str) -> str | None:
    """Return the choice that the server stores; None for a text that it refuses.

    Until 7.2 a flag also took ``yes`` and ``no``, and any text that began like one of the four.
    """
    if not setting.choices or text in setting.choices:
        return text
    if setting.is_flag and numbers(version) < (7, 2):
        if text.startswith(("true", "yes")):
            return "true"
        if text.startswith(("false", "no")):
            return "false"
    return None


def _shown(setting: Setting, value: Any) -> Any:
    """Return the value as get-config shows it: numbers without a sign."""
    if not isinstance(value, int):
        return value
    if setting.factor > 1:
        return unsigned(value * setting.factor, 64) // setting.factor
    return unsigned(value, setting.bits)


def _meant(setting: Setting, text: str) -> Any:
    if setting.read is None:
        return text
    return quantity(text, setting.units or {}) if text else None
