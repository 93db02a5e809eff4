"""Turn pydantic errors into findings with the place, the mistake, and what would be right."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, TypeVar, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from aerofleet.files.definition_file import DefinitionFile, format_mistake
from aerofleet.files.formats import RENAMED
from aerofleet.findings import Finding, Location, Rule, declared, rules_in
from aerofleet.units.field_path import Key, dotted
from aerofleet.units.names_in_text import shortened

Locate = Callable[[Sequence[Key]], Location]
SHOWN = 12
"""Most names in a hint: a cell has hundreds of hosts."""
M = TypeVar("M", bound=BaseModel)

TYPE = declared(
    "definition-type",
    "A file, or an entry of it, is no mapping.",
    scope="file",
    severity="error",
    source="Platform rule: docs/reference/definitions.md",
)
UNKNOWN_KEY = declared(
    "definition-unknown-key",
    "Nothing reads a key; it would otherwise be a setting without effect.",
    scope="file",
    severity="error",
    source="Platform rule: docs/reference/definitions.md",
)
MISSING = declared(
    "definition-missing",
    "A value is missing.",
    scope="file",
    severity="error",
    source="Platform rule: docs/reference/definitions.md",
)
CHOICE = declared(
    "definition-choice",
    "A value is not one of the possible ones.",
    scope="file",
    severity="error",
    source="Platform rule: docs/reference/definitions.md",
)
VALUE = declared(
    "definition-value",
    "A value has the wrong type or is out of its bounds.",
    scope="file",
    severity="error",
    source="Platform rule: docs/reference/definitions.md",
)
RULES = rules_in(globals())


def validated(
    model: type[M],
    data: Any,
    locate: Locate,
    prefix: tuple[Key, ...] = (),
    spread: Mapping[str, str] = MappingProxyType({}),
) -> tuple[M | None, list[Finding]]:
    """Return ``data`` as a ``model``, or None and one finding for each mistake; ``prefix`` is its path in the file.

    A key that is missing only because it is misspelt has no finding. ``spread``: key → the key that its values go
    below.
    """
    if data is None:
        data = {}
    if not isinstance(data, Mapping):
        message, hint = f"is {kind_of(data)}, not a mapping", f"keys here are {', '.join(keys_of(model)[:8])}"
        return None, [TYPE.finding(dotted(prefix), message, hint, locate(prefix))]
    other_format = format_mistake(data, locate) if issubclass(model, DefinitionFile) else None
    if other_format is not None:
        return None, [other_format]  # what another format means by its keys is unknown
    try:
        return model.model_validate(data), []
    except ValidationError as error:
        errors = [mistake for mistake in error.errors(include_url=False) if is_own_mistake(mistake)]
        meant = list(misspelt(model, errors, spread))
        own = [
            mistake
            for mistake in errors
            if mistake["type"] != "missing" or not any(below(mistake["loc"], at) for at in meant)
        ]
        return None, [to_finding(model, mistake, locate, prefix) for mistake in own]


def is_own_mistake(error: ErrorDetails) -> bool:
    """Return False for an error that only follows from another one, which has a finding already.

    Pydantic counts only the valid items of a tuple, so it reports a list with one wrong item as too short, too.
    """
    return error["type"] != "too_short" or len(error["input"]) < error["ctx"]["min_length"]


def misspelt(
    model: type[BaseModel], errors: Sequence[ErrorDetails], spread: Mapping[str, str]
) -> Iterator[tuple[Key, ...]]:
    """Yield the path of the known key that resembles each unknown key."""
    for error in errors:
        if error["type"] == "extra_forbidden":
            *above, key = error["loc"]
            for near in get_close_matches(str(key), keys_of(model_at(model, above)), n=1):
                yield (*above, near)
                if near in spread:
                    yield (*above, spread[near])


def below(path: Sequence[Key], above: Sequence[Key]) -> bool:
    """Return whether ``path`` is ``above`` or a path below it."""
    return tuple(path[: len(above)]) == tuple(above)


def to_finding(model: type[BaseModel], error: ErrorDetails, locate: Locate, prefix: tuple[Key, ...] = ()) -> Finding:
    path = (*prefix, *(key for key in error["loc"] if isinstance(key, int) or "[" not in key))
    rule, message, hint = explain(model, error)
    return rule.finding(dotted(path), message, hint, locate(path))


WANTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "datetime_type": "a time",
    "datetime_parsing": "a time",
    "datetime_from_date_parsing": "a time",
    "timezone_aware": "a time with its zone",
}
"""Kind of a pydantic error → the type of value that is expected."""
BOUNDS = {
    "greater_than_equal": ("ge", "at least"),
    "less_than_equal": ("le", "at most"),
    "multiple_of": ("multiple_of", "a multiple of"),
}
LENGTHS = {
    "string_too_short": ("min_length", "has {} characters; at least {} is needed"),
    "string_too_long": ("max_length", "has {} characters; at most {} are possible"),
    "too_long": ("max_length", "has {} entries; at most {} are possible"),
    "too_short": ("min_length", "has {} entries; at least {} is needed"),
}
EMPTY = {"a list": "[]", "a mapping": "{}"}
"""Type of a value → how YAML writes one without entries; nothing after the colon is no value at all."""
A_TIME = "a time is written like 2026-11-27T06:00:00Z"


def explain(model: type[BaseModel], error: ErrorDetails) -> tuple[Rule[...], str, str]:
    """Return (rule, message, hint) for one pydantic error."""
    kind, context, value = error["type"], error.get("ctx") or {}, error["input"]
    if kind == "extra_forbidden":
        known = keys_of(model_at(model, error["loc"][:-1]))
        return UNKNOWN_KEY, "there is no such key", nearest(str(error["loc"][-1]), known)
    if kind == "missing":
        return MISSING, "is missing", instead_of(str(error["loc"][-1]), value, model_at(model, error["loc"][:-1]))
    if kind in ("enum", "literal_error"):
        return CHOICE, *choice(value, CHOICES.findall(str(context["expected"])))
    if kind in WANTED:
        return VALUE, f"is {kind_of(value)}; {WANTED[kind]} is expected", type_hint(kind, value)
    if kind in BOUNDS:
        bound, relation = BOUNDS[kind]
        limit = context[bound]
        return (
            VALUE,
            f"is {value} and has to be {relation} {int(limit) if limit == int(limit) else limit}",
            "",
        )
    if kind in LENGTHS:
        bound, text = LENGTHS[kind]
        return VALUE, text.format(len(value), context[bound]), ""
    if kind == "value_error":
        return VALUE, str(context["error"]), ""
    return VALUE, f"{lower_first(error['msg'])}, not {kind_of(value)}", ""


CHOICES = re.compile(r"'([^']*)'")


def choice(value: object, choices: Sequence[str]) -> tuple[str, str]:
    shown = f"'{value}'" if isinstance(value, str) else kind_of(value)
    return f"{shown} is not one of {', '.join(choices)}", resembling(str(value), choices)


def type_hint(kind: str, value: object) -> str:
    if WANTED[kind].startswith("a time"):
        return A_TIME
    if kind == "string_type" and isinstance(value, (bool, int, float)):
        return "put it in quotes: without them YAML reads something else"
    if kind == "tuple_type" and isinstance(value, (str, int, float)):
        return "put it in brackets, or below with '- '"
    if kind == "tuple_type" and isinstance(value, Mapping):
        return "begin each entry with '- '"
    if value is None and WANTED[kind] in EMPTY:
        return f"{WANTED[kind]} without entries is written {EMPTY[WANTED[kind]]}"
    return ""


def model_at(model: type[BaseModel], path: Sequence[Key]) -> type[BaseModel]:
    """Return the model of the mapping at ``path`` below ``model``; else the nearest known one above it."""
    for key in path:
        field = _field(model, key)
        inner = model_in(field.annotation) if field else None
        if inner is not None:
            model = inner
    return model


def is_text(model: type[BaseModel], path: Sequence[Key]) -> bool:
    """Return whether the value at ``path`` below ``model`` is a text or an item of a list of texts."""
    names = [key for key in path if isinstance(key, str)]
    field = _field(model_at(model, names[:-1]), names[-1])
    return field is not None and field.annotation in (str, tuple[str, ...])


def unknown_key(model: type[BaseModel], keys: Sequence[str]) -> tuple[str, list[str]] | None:
    """Return the first of ``keys`` that ``model`` does not have, and the keys it has there; None if it has all.

    Keys in a free mapping are not checked: only the server knows them.
    """
    for position, key in enumerate(keys):
        field = _field(model, key)
        if field is None:
            return key, keys_of(model)
        inner = model_in(field.annotation)
        if inner is None:
            ends = position == len(keys) - 1 or get_origin(field.annotation) is dict
            return None if ends else (keys[position + 1], [])
        model = inner
    return None


def _field(model: type[BaseModel], key: Key) -> FieldInfo | None:
    return next((info for name, info in model.model_fields.items() if key in (name, info.alias)), None)


def model_in(annotation: Any) -> type[BaseModel] | None:
    """Return the first model in the type of a field: itself, of its items, or of its choices."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for argument in getattr(annotation, "__args__", ()) if (model := model_in(argument))), None)


def keys_of(model: type[BaseModel]) -> list[str]:
    return [info.alias or name for name, info in model.model_fields.items()]


def kind_of(value: Any) -> str:
    names = {
        dict: "a mapping",
        list: "a list",
        str: f"the text '{value}'",
        bool: f"the truth value {str(value).lower()}",
        type(None): "nothing",
    }
    return names.get(type(value), f"the number {value}")


def nearest(text: str, known: Iterable[str]) -> str:
    """Return a hint: the name in ``known`` that resembles ``text`` most, or all known names."""
    names = tuple(known)
    hint = resembling(text, names)
    if hint:
        return hint
    return f"known: {shortened(names, SHOWN)}" if names else ""


def resembling(text: str, known: Sequence[str]) -> str:
    """Return a hint: the name in ``known`` that ``text`` was renamed to, or resembles most; empty if there is none."""
    today = RENAMED.get(text, "")
    if today in known:
        return f"'{text}' is called '{today}' now; `aerofleet upgrade` writes it"
    near = get_close_matches(text, known, n=1)
    return f"did you mean '{near[0]}'?" if near else ""


def instead_of(missing: str, entries: Any, model: type[BaseModel]) -> str:
    """Return the hint for a missing key; one of the ``entries`` of its mapping may be meant for it."""
    unknown = [str(key) for key in entries if key not in keys_of(model)] if isinstance(entries, Mapping) else []
    near = get_close_matches(missing, unknown, n=1)
    return f"'{near[0]}' is there instead; write '{missing}'" if near else "add it"


def lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
