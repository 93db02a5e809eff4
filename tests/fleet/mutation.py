"""Files that nobody would write on purpose: one real file with a few random changes, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import yaml

TOKENS = (
    *("null", "true", "yes", "~", "[]", "{}", "''", "-1", "0", "1.5", "1e999", ".nan", ".inf", "0x10", "9" * 20),
    *("- ", ": ", "&a ", "*a", "<<: *a", "!!int ", "!!binary ", "{{ 1 }}", "{% if", "#", "---", "...", "|", ">", "?"),
    *("\t", "\r", "\x00", "\x07", "\x85", "\u2028", "\ufeff", "\ufffe", "\ud800", "\U0001f600", "é", "а", "\\", "'"),
    *("9" * 400, "x" * 5000, "[" * 200, "{a: " * 120, "64Gi", "auto", "2001-01-01", "12:30", "__class__", "../../etc"),
)
VALUES: tuple[Any, ...] = (
    *(None, True, -1, 0, 1.5, 10**30, "", "x", "é", "a\nb", "x" * 300),
    *([], {}, [[]], [None], {"name": None}, [{"name": {}}], {"": 1}),
)

Change = Callable[[random.Random, str], str]


def mutate(seed: int, text: str) -> bytes:
    """``text`` with one to four changes, in UTF-8 wherever that is possible."""
    chance = random.Random(seed)
    for _ in range(chance.randint(1, 4)):
        text = chance.choice(CHANGES)(chance, text)
    content = text.encode(errors="surrogatepass")
    if chance.random() < 0.1 and content:
        at = chance.randrange(len(content))
        content = content[:at] + bytes([chance.randrange(256)]) + content[at + 1 :]
    return content


def insert_token(chance: random.Random, text: str) -> str:
    at = chance.randint(0, len(text))
    return text[:at] + chance.choice(TOKENS) + text[at:]


def replace_word(chance: random.Random, text: str) -> str:
    words = text.split(" ")
    words[chance.randrange(len(words))] = chance.choice(TOKENS)
    return " ".join(words)


def cut(chance: random.Random, text: str) -> str:
    start = chance.randint(0, len(text))
    return text[:start] + text[start + chance.randint(1, 30) :]


def truncate(chance: random.Random, text: str) -> str:
    return text[: chance.randint(0, len(text))]


def shuffle_lines(chance: random.Random, text: str) -> str:
    lines = text.split("\n")
    start, to = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines.insert(to, lines[start] if chance.random() < 0.5 else lines.pop(start))
    return "\n".join(lines)


def indent_line(chance: random.Random, text: str) -> str:
    lines = text.split("\n")
    at = chance.randrange(len(lines))
    lines[at] = " " * chance.randint(0, 8) + lines[at].lstrip()
    return "\n".join(lines)


def change_value(chance: random.Random, text: str) -> str:
    """A value of another type at a random place: YAML that can be read and means nothing."""
    try:
        data = yaml.safe_load(text)
    except Exception:  # noqa: BLE001 - PyYAML raises whatever comes up on such texts
        return text
    places = list(containers(data))
    if not places:
        return text
    place = chance.choice(places)
    key = chance.choice(list(place) if isinstance(place, dict) else range(len(place)))
    action = chance.random()
    if action < 0.6:
        place[key] = chance.choice(VALUES)
    elif action < 0.8 and isinstance(place, dict):
        place[f"{key}{chance.choice(['', 's', 'é', ' '])}"] = place.pop(key)
    else:
        del place[key]
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False)


def repeat_value(chance: random.Random, text: str) -> str:
    """A value of the file at another place of the same type: often a definition again, though a strange one."""
    try:
        data = yaml.safe_load(text)
    except Exception:  # noqa: BLE001 - PyYAML raises whatever comes up on such texts
        return text
    places = [
        (place, key, value)
        for place in containers(data)
        for key, value in (place.items() if isinstance(place, dict) else enumerate(place))
        if not isinstance(value, (dict, list))
    ]
    if not places:
        return text
    place, key, value = chance.choice(places)
    place[key] = chance.choice([other for _, _, other in places if type(other) is type(value)])
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False)


def containers(data: Any) -> list[Any]:
    if not isinstance(data, (dict, list)) or not data:
        return []
    inner = data.values() if isinstance(data, dict) else data
    return [data, *(container for item in inner for container in containers(item))]


CHANGES: tuple[Change, ...] = (
    *(insert_token, replace_word, cut, truncate, shuffle_lines, indent_line),
    *(change_value, change_value, change_value),
    *(repeat_value, repeat_value, repeat_value),
)
