"""Find secrets that are written as text where a reference belongs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

SECRET_VARIABLE = re.compile(
    r"(PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|CREDENTIALS?|APIKEY)$|(^|_)(PASS|KEY)$", re.IGNORECASE
)
SECRET_FIELD = re.compile(
    r"(password|passwd|passphrase|secret|token|credentials?|(api|private|access)[_-]?key)$", re.IGNORECASE
)
"""The ends of the names of environment variables and of fields whose value is a secret."""
SECRET_ARGUMENT = re.compile(
    r"(password|passwd|passphrase|secret|token|api-?key)[=\s]+[^\s$/]|://[^/@\s:]*:[^/@\s$]+@", re.IGNORECASE
)
REFERENCE = re.compile(r"\s*$|/|env:|env-b64:|file:|secrets?:|vault:|\$\(")
"""The beginning of a value that only names the place of a secret: a file, a variable, a secret store."""


def literal_secrets(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield the place of each text that is a secret, and what has it; never the text itself."""
    if isinstance(value, Mapping):
        name, text = value.get("name"), value.get("value")
        if isinstance(name, str) and is_secret(SECRET_VARIABLE, name, text):
            yield (*path, "value"), f"the variable {name}"
        for key, inner in value.items():
            if is_secret(SECRET_FIELD, str(key), inner):
                yield (*path, key), f"the field {key}"
            yield from literal_secrets(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            if (
                path[-1:]
                and path[-1] in ("args", "command")
                and isinstance(inner, str)
                and SECRET_ARGUMENT.search(inner)
            ):
                yield (*path, index), f"the argument {index + 1} of {path[-1]}"
            yield from literal_secrets(inner, (*path, index))


def is_secret(names: re.Pattern[str], name: str, value: Any) -> bool:
    return isinstance(value, str) and bool(names.search(name)) and not REFERENCE.match(value)
