"""Turn errors of the YAML parser into findings for people."""

from __future__ import annotations

import re

import yaml
from yaml.reader import ReaderError

from aerofleet.findings import Finding, Location
from aerofleet.load.errors import YAML_SYNTAX

_QUOTE_HINT = "put a text that contains ': ' or begins with a special character in quotes"

_CONFLICT = re.compile(r"^<<<<<<< ", re.MULTILINE)
_CONFLICT_HINT = "choose a side; of allocations.yaml the one of the main line, and then run `aerofleet generate`"

_MESSAGES: dict[str, tuple[str, str]] = {
    "mapping values are not allowed in this context": (
        "a ':' is not allowed here",
        f"check the indentation of this line and the one above; {_QUOTE_HINT}",
    ),
    "could not find expected ':'": (
        "this line is no 'key: value' pair",
        "put a ':' behind the key, or indent the line",
    ),
    "found unexpected end of stream": ("a quotation is never closed", "close the quotation mark"),
    "did not find expected key": ("a key was expected here", "check the indentation of this line and the one above"),
    "did not find expected '-' indicator": (
        "a list item was expected here",
        "begin it with '- ', indented like the others",
    ),
    "did not find expected ',' or ']'": ("a list in brackets is not closed", "close it with ']', or put a ',' between"),
    "did not find expected ',' or '}'": (
        "a mapping in braces is not closed",
        "close it with '}', or put a ',' between",
    ),
    "did not find expected node content": ("a value was expected here", "finish the list or mapping in brackets"),
    "found unknown escape character": ("a backslash before this character means nothing", "use single quotes"),
}


LINE_END = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
"""The ends of a line in YAML 1.1; str.splitlines splits at more characters."""

_UNCLOSED = frozenset(
    {
        "found unexpected end of stream",
        "did not find expected ',' or ']'",
        "did not find expected ',' or '}'",
    }
)
"""Errors to report at the opening bracket or quote, not where the parser stopped."""


def syntax_finding(error: yaml.YAMLError, text: str, name: str) -> Finding:
    """Return one finding, where the parser stopped or the bracket or quote was opened."""
    conflict = _CONFLICT.search(text)
    if conflict is not None:
        line = text.count("\n", 0, conflict.start()) + 1
        return YAML_SYNTAX.finding("", "a merge was left unfinished here", _CONFLICT_HINT, Location(name, line, 1))
    if isinstance(error, ReaderError):
        return _unreadable_character(error, text, name)
    problem = getattr(error, "problem", None) or str(error)
    problem_mark, context_mark = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    mark = (context_mark if problem in _UNCLOSED else problem_mark) or problem_mark or context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    message, hint = _MESSAGES.get(problem, (problem, "check the lines above"))
    if problem == "found character that cannot start any token":
        message, hint = _bad_start(text, line, column)
    return YAML_SYNTAX.finding("", message, hint, Location(name, line, column))


def _bad_start(text: str, line: int, column: int) -> tuple[str, str]:
    character = LINE_END.split(text)[line - 1][column - 1 : column]
    if character == "\t":
        return "a tab is where YAML expects spaces", "indent with spaces"
    return f"a value cannot begin with '{character}'", _QUOTE_HINT


def _unreadable_character(error: ReaderError, text: str, name: str) -> Finding:
    """Return the finding for a character that YAML forbids; libyaml reports its offset in UTF-8 bytes, without
    a line.
    """
    before = text.encode()[: error.position].decode(errors="replace")
    place = Location(name, before.count("\n") + 1, len(before) - before.rfind("\n"))
    message = f"the control character U+{error.character:04X} is not allowed in YAML"
    return YAML_SYNTAX.finding("", message, "take it out, or write it as an escape in double quotes", place)
