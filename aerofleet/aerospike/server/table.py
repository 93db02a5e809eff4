"""Which names a server of a version takes in a section of its file, and how it reads each value.

The table (`data/server.json`) is derived from the server's public source by `tools/derive/server.py`. A name's entry is
a kind and its arguments: ``["u32", 1, 256]`` is a number from 1 to 256, ``["one-of", "mesh", "multicast"]`` a choice.
"""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from typing import Any

from aerofleet.units.version import build_numbers, first_build

Entry = tuple[Any, ...]
Names = dict[str, Entry]

LATER_NAMES: dict[str, dict[str, Names]] = {
    "8.1.2.2": {"mod-lua": {"allow-unsafe-lua": ("boolean",)}},
    "8.2.0.0": {
        "service": {
            "enable-benchmarks-wire-compression": ("boolean",),
            "error-details-max-verbosity": ("one-of", "off", "codes", "messages", "all"),
            "index-checkpoint-path": ("text",),
            "smd-compression-mode": ("one-of", "none", "zstd"),
            "smd-compression-level": ("integer", -10, 22),
        },
        "namespace": {
            "enable-benchmarks-migrate": ("boolean",),
            "enable-benchmarks-repl": ("boolean",),
            "index-checkpoint-compression": ("boolean",),
            "index-checkpoint-threads": ("u32", 1, 16),
            "migrate-compression-mode": ("one-of", "none", "zstd"),
            "migrate-compression-level": ("integer", -10, 22),
            "replication-compression-mode": ("one-of", "none", "zstd", "delta-zstd"),
            "replication-compression-level": ("integer", -10, 22),
            "skip-checkpoint": ("boolean",),
        },
        "mod-lua": {"allow-unsafe-lua": ("boolean",)},
    },
}
"""First build → what builds have that came after the newest public source. Source: the public configuration schemas of
8.1.2 and 8.2.0; for allow-unsafe-lua the server's page on the security of user-defined functions.
"""

BACKPORTED: dict[str, tuple[str, ...]] = {"allow-unsafe-lua": ("8.0.0.17", "7.2.0.19", "7.1.0.25")}
"""Names that older lines got as well, with the first build of each line. Source: as above."""


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    document: dict[str, Any] = json.loads((files("aerofleet.aerospike") / "data/server.json").read_bytes())
    return document


@lru_cache(maxsize=64)
def sections(version: str) -> dict[str, Names]:
    """Return section → names of a server of ``version``: of the build itself, or of the nearest older one with a table.

    The oldest table is used for older versions.
    """
    numbers = build_numbers(version)
    builds = [build for build in _data()["builds"] if first_build(build) <= numbers] or list(_data()["builds"])[:1]
    tables = {name: _names(index) for name, index in _data()["builds"][builds[-1]].items()}
    for first, later in LATER_NAMES.items():
        if numbers >= first_build(first):
            for section, names in later.items():
                tables[section] = {**tables[section], **names}
    for name, firsts in BACKPORTED.items():
        if any(numbers[:3] == first_build(first)[:3] and numbers >= first_build(first) for first in firsts):
            tables["mod-lua"] = {**tables["mod-lua"], name: ("boolean",)}
    return tables


@lru_cache(maxsize=512)
def _names(index: int) -> Names:
    return {name: tuple(entry) for name, entry in _data()["tables"][index].items()}


def limit(version: str, name: str) -> int:
    """Return how many ``namespaces``, ``sets``, ``devices`` and so on a server takes.

    For names it is the number of bytes with the one that ends them.
    """
    bound: int = sections(version)["limits"][name][0]
    return bound
