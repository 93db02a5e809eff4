"""Values of causes without the secrets that somebody wrote as text."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from aerofleet.review.model import Cause
from aerofleet.units.field_path import parsed
from aerofleet.units.literal_secret import SECRET_ARGUMENT, SECRET_FIELD, SECRET_VARIABLE, is_secret, literal_secrets

HIDDEN = "(a secret, not shown)"


def redacted(cause: Cause) -> Cause:
    """Return the cause; each text in its values that is a secret is ``HIDDEN``."""
    keys = tuple(map(str, parsed(cause.path)))
    return replace(cause, old=without_secrets(keys, cause.old), new=without_secrets(keys, cause.new))


def without_secrets(keys: tuple[str, ...], value: Any) -> Any:
    """Return the value at a path of ``keys``; each text in it that is a secret is ``HIDDEN``."""
    if isinstance(value, str):
        return HIDDEN if _is_secret_text(keys, value) else value
    if not isinstance(value, dict | list):
        return value
    places = {place[1:] for place, _ in literal_secrets({keys[-1] if keys else "": value}, ())}
    return _hidden(value, places, ())


def _is_secret_text(keys: tuple[str, ...], text: str) -> bool:
    """Return whether a text is a secret: a variable's value is below the name of the variable."""
    named = any(is_secret(SECRET_FIELD, key, text) or is_secret(SECRET_VARIABLE, key, text) for key in keys[-2:])
    return named or bool(SECRET_ARGUMENT.search(text))


def _hidden(value: Any, places: set[tuple[Any, ...]], path: tuple[Any, ...]) -> Any:
    if path in places:
        return HIDDEN
    if isinstance(value, dict):
        return {key: _hidden(inner, places, (*path, key)) for key, inner in value.items()}
    if isinstance(value, list):
        return [_hidden(inner, places, (*path, index)) for index, inner in enumerate(value)]
    return value
