"""Prints findings in the forms people and machines read them: text, JSON, GitHub annotations, SARIF."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from aerofleet.cli import EXIT_FINDINGS, EXIT_FINE
from aerofleet.cli.terminal import coloured, has_colour, wrapped
from aerofleet.findings import Finding, Location
from aerofleet.fleet.rules import RULES
from aerofleet.load import RULES as READER_RULES

SCHEMA = "aerofleet.io/findings/v2"
SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

LONGEST = 400
"""Characters of a message or hint that a person still reads: what stands in a file may be far longer."""
SEVERITY_COLOURS = {"error": "red", "severe": "magenta", "warning": "yellow", "info": "cyan"}
SARIF_LEVELS = {"error": "error", "severe": "error", "warning": "warning", "info": "note"}
GITHUB_COMMANDS = {"error": "error", "severe": "error", "warning": "warning", "info": "notice"}
"""Both know three levels: a severe finding fails the run as an error does, and its own severity is written beside."""


def print_findings(findings: Sequence[Finding], format: str, failure: int = EXIT_FINDINGS) -> int:  # noqa: A002
    """Write ``findings`` to standard output and return the exit code: ``failure`` where one of them is an error, 1
    where one is severe, else 0.

    ``format`` is a key of ``FORMATS``.
    """
    sys.stdout.write(FORMATS[format](findings))
    severities = {finding.severity for finding in findings}
    return failure if "error" in severities else EXIT_FINDINGS if "severe" in severities else EXIT_FINE


def as_text(findings: Sequence[Finding]) -> str:
    """``file:line:column  path  reason`` a line, and what would be right on the line below it."""
    return "".join(text_of(finding) for finding in findings)


def as_terminal_text(findings: Sequence[Finding]) -> str:
    """Return the text for standard output: with colours where it is a terminal whose reader wants them."""
    return "".join(in_colour(finding) for finding in findings) if has_colour() else as_text(findings)


def in_colour(finding: Finding) -> str:
    """Return the text of a finding, its place in the colour of its severity and its rule faint."""
    text, place, rule = text_of(finding), shown(str(finding.location)) if finding.location else "", f"[{finding.rule}]"
    begins_with_place = bool(place) and text.startswith(place)
    place_shown = coloured(place, SEVERITY_COLOURS[finding.severity]) if begins_with_place else ""
    before, found, after = text.removeprefix(place if begins_with_place else "").rpartition(rule)
    return place_shown + before + (coloured(rule, "faint") if found else "") + after


def no_cell(root: Path) -> str:
    """What a verb says that finds no definitions: it was most likely called in another folder."""
    return f"no cell under {(root / 'stacks').resolve()}: call it in the project folder, or name that with --root"


def text_of(finding: Finding) -> str:
    severity = "" if finding.severity == "error" else f"{finding.severity}: "
    place = shown(str(finding.location)) if finding.location else ""
    parts = (place, shown(str(finding.subject or "")), shown(finding.path), severity + shown(finding.message))
    line = "  ".join(filter(None, parts))
    lines = [f"{line}  [{finding.rule}]", *([f"    {shown(finding.remedy)}"] if finding.remedy else [])]
    return "".join(f"{wrapped(each)}\n" for each in lines)


def sentence(finding: Finding) -> str:
    """Subject, path, message and hint in one line."""
    said = ": ".join(filter(None, (str(finding.subject or ""), finding.path, finding.message)))
    return ". ".join(shown(text) for text in (said, finding.remedy) if text)


def shown(text: str) -> str:
    """``text`` for a line: of one that is too long for any line, its beginning and its end."""
    if len(text) > LONGEST:
        text = f"{text[: LONGEST * 2 // 3]} … {text[-LONGEST // 3 :]}"
    return visible(text)


def visible(text: str) -> str:
    """Control characters written out: a text from a file must not move the cursor of whoever reads the log."""
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)


def as_json(findings: Sequence[Finding]) -> str:
    rows = [asdict(finding) for finding in findings]
    return json.dumps({"schema": SCHEMA, "findings": rows}, indent=2) + "\n"


def as_github(findings: Sequence[Finding]) -> str:
    """Workflow commands, which GitHub shows at the line of the change."""
    return "".join(github_of(finding) for finding in findings)


def github_of(finding: Finding) -> str:
    where: dict[str, Any] = {}
    if finding.location:
        where = {"file": finding.location.file, "line": finding.location.line, "col": finding.location.column}
    title = f"severe: {finding.rule}" if finding.severity == "severe" else finding.rule
    properties = {**where, "title": title}
    written = ",".join(f"{key}={escaped(str(value), ':,')}" for key, value in properties.items())
    return f"::{GITHUB_COMMANDS[finding.severity]} {written}::{escaped(sentence(finding))}\n"


def escaped(text: str, also: str = "") -> str:
    for letter in f"%\r\n{also}":
        text = text.replace(letter, f"%{ord(letter):02X}")
    return text


def as_sarif(findings: Sequence[Finding]) -> str:
    """SARIF 2.1.0, for code scanning."""
    rules = [described(rule) for rule in sorted({finding.rule for finding in findings})]
    driver = {"name": "aerofleet", "rules": rules}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [sarif_of(each) for each in findings],
    }
    return json.dumps({"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def described(rule: str) -> dict[str, Any]:
    text = READER_RULES.get(rule) or RULES.get(rule) or summaries().get(rule)
    return {"id": rule, "shortDescription": {"text": text}} if text else {"id": rule}


@lru_cache(maxsize=1)
def summaries() -> dict[str, str]:
    """Hazard → why it is one. Loaded for SARIF alone."""
    from aerofleet.ako.hazards import HAZARDS
    from aerofleet.ako.hazards.beside import BESIDE, BESIDE_CHANGES
    from aerofleet.ako.hazards.of_start import HOST_RULES

    return {
        **{rule.id: rule.summary for rule in (*HAZARDS, *BESIDE, *BESIDE_CHANGES)},
        **{rule.id: rule.summary for rule in HOST_RULES},
    }


def sarif_of(finding: Finding) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "level": SARIF_LEVELS[finding.severity],
        "message": {"text": sentence(finding)},
        "properties": {"severity": finding.severity},
    }
    if finding.location:
        result["locations"] = [{"physicalLocation": sarif_place(finding.location)}]
    return result


def sarif_place(location: Location) -> dict[str, Any]:
    region = {"startLine": location.line, "startColumn": location.column}
    return {"artifactLocation": {"uri": quote(location.file)}, "region": region}


FORMATS: dict[str, Callable[[Sequence[Finding]], str]] = {
    "text": as_terminal_text,
    "json": as_json,
    "github": as_github,
    "sarif": as_sarif,
}
