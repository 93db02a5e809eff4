"""A question to the sizing: from a file, or from options by their names in such a file, with defaults for the rest."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from aerofleet.files.size_file import SizeFile
from aerofleet.files.validation import validated
from aerofleet.findings import Finding, Location, declared
from aerofleet.findings.stop import MistakeError
from aerofleet.load import read
from aerofleet.sizing import Sizing, Storage
from aerofleet.sizing.moment import months_between

NAMESPACE = frozenset(
    {
        "objects",
        "record",
        "reads",
        "writes",
        "storage",
        "replicationFactor",
        "strongConsistency",
        "commitToDevice",
    }
)
METAL = frozenset({"memory", "cores", "network", "podsPerHost"})
DEFAULTS: Mapping[str, Any] = {
    "server": "8.1.1",
    "namespaces": {"record": "1000", "reads": "0", "writes": "0", "storage": "device"},
    "metal": {"memory": "64Gi", "cores": 16, "network": "25Gbit/s"},
}
ASSUMED_DEVICES = "4x1.6TB"
"""Devices of a pod if no option names them: partitions of two drives of a common size."""


SIZE_VALUE = declared(
    "size-value",
    "The sizing can't use a value of the question, or its answer has no size.",
    scope="file",
    severity="error",
    source="Platform rule: docs/concepts/sizing.md",
)
RULES = (SIZE_VALUE,)


class SizeMistakeError(MistakeError):
    """The question has mistakes; ``findings`` has them."""


def assumptions_for(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the defaults for options that are not written: name in a file → value."""
    assumed = {"server": DEFAULTS["server"], **DEFAULTS["namespaces"], **DEFAULTS["metal"]}
    storage = options.get("storage", assumed["storage"])
    if Storage(storage).data_on_device:
        assumed["devices"] = ASSUMED_DEVICES
    return {name: value for name, value in assumed.items() if name not in options}


def from_file(path: Path) -> SizeFile:
    """Return the question in a file. Raises SizeMistakeError and LoadError."""
    document = read(path)
    return valid(*validated(SizeFile, document.data, document.locate))


def from_options(options: Mapping[str, Any]) -> SizeFile:
    """Return the question in options: name in a file → value, with ``asOf`` and ``until`` as dates and ``devices`` as
    COUNTxSIZE. Raises SizeMistakeError with the options as paths.
    """
    left = dict(options)
    drive = {name: left.pop(name) for name in ("act", "dwpd") if name in left}
    data: dict[str, Any] = {"server": DEFAULTS["server"]}
    data["namespaces"] = [DEFAULTS["namespaces"] | {name: left.pop(name) for name in NAMESPACE & left.keys()}]
    data["metal"] = DEFAULTS["metal"] | {name: left.pop(name) for name in METAL & left.keys()}
    try:
        left |= months(left.pop("asOf", None), left.pop("until", None))
        if "devices" in left:
            data["metal"]["devices"] = [devices(left.pop("devices")) | drive]
    except ValueError as error:
        raise SizeMistakeError(findings=[value_finding(error)]) from None
    file, findings = validated(SizeFile, data | left, lambda _path: Location("", 1, 1))
    return valid(file, [replace(finding, location=None, path=option_at(finding.path)) for finding in findings])


def sizing_of(file: SizeFile) -> Sizing:
    """Return the answer. Raises SizeMistakeError if the copies need more nodes than a cluster can have."""
    try:
        return file.to_sizing()
    except ValueError as error:
        raise SizeMistakeError(findings=[value_finding(error)]) from None


def valid(file: SizeFile | None, findings: Sequence[Finding]) -> SizeFile:
    if file is None:
        raise SizeMistakeError(findings=findings)
    return file


def value_finding(error: ValueError) -> Finding:
    return SIZE_VALUE.finding("", str(error))


def months(first: date | None, last: date | None) -> dict[str, int]:
    """Return the months between two dates, empty without dates. Raises ValueError."""
    if (first is None) != (last is None):
        raise ValueError("--until and --as-of belong together")
    return {"months": months_between(first, last)} if first and last else {}


def devices(text: str) -> dict[str, Any]:
    match = re.fullmatch(r"([1-9][0-9]*)x(.+)", text)
    if match is None:
        raise ValueError(f"--devices {text}: it is written like 4x1.6TB")
    return {"count": int(match[1]), "size": match[2]}


def option_at(path: str) -> str:
    """Return the option behind a path in the file; empty if the mistake is in no single option."""
    if ".devices" in path:
        return "--devices"
    name = path.rpartition(".")[2]
    return option_of(name) if re.fullmatch("[A-Za-z]+", name) and name != "metal" else ""


def option_of(name: str) -> str:
    """Return the option of a name in the file: ``nodesPerRack`` → ``--nodes-per-rack``."""
    return "--" + re.sub(r"[A-Z]", lambda letter: f"-{letter[0].lower()}", name)
