"""Known bugs of server builds: which builds have them, what a configuration must have for them to strike, and what
they do.

Source of every entry: the release notes of the build that fixes it; of AER-6898 the page "Special upgrades". The
memory figures of AER-6979 are in aerospike-server 8.1.2.0, os.c.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from aerofleet.units.version import first_build

ANY: Any = object()
"""Matches every value of a parameter."""
Need = tuple[str, Any]
"""(path of a parameter without the names of list entries, the value it must have)."""


@dataclass(frozen=True, slots=True)
class Bug:
    """One known bug, or several of one kind that one build fixes.

    ``since``: the first build that has it. ``fixed``: the first build without it, one for each line (three numbers)
    that got the fix; the lines after the last of them do not have it. ``needs``: all of them must be in the
    configuration for the bug to strike.
    """

    names: str
    since: str
    fixed: tuple[str, ...]
    consequence: str
    needs: tuple[Need, ...] = ()

    def is_in(self, version: str) -> bool:
        """Return whether the build has the bug; numbers that ``version`` leaves out count as 0."""
        build = first_build(version)
        fixes = [first_build(fix) for fix in self.fixed]
        is_fixed = any(build[:3] == fix[:3] and build >= fix for fix in fixes) or build >= max(fixes)
        return build >= first_build(self.since) and not is_fixed

    def strikes(self, config: Any) -> bool:
        """Return whether ``config``, an aerospikeConfig, has what the bug needs."""
        return all(_has(config, path.split("."), value) for path, value in self.needs)


UPGRADE_BUG = Bug(
    "AER-6898",
    "6.1.0.47",
    ("6.3.0.36", "7.1.0.23", "8.1.2.0"),
    "a node can crash, or corrupt data without a message, while a rolling upgrade restarts its neighbours",
    (("xdr.dcs", ANY),),
)
"""Strikes while a cluster leaves the build. The vendor says "certain versions from 6.1.0.47 through 8.1.1.x": only
fixes that a release note names are listed, so that an affected build is never passed over."""

BUGS = (
    Bug(
        "AER-6979",
        "8.1.2.0",
        ("8.1.2.6",),
        "once the container uses more memory than its limit, the server looks at the memory of the host, and"
        " stop-writes-sys-memory-pct stops no write",
        (("service.cgroup-mem-tracking", True),),
    ),
    Bug(
        "AER-6983",
        "8.1.2.0",
        ("8.1.2.6",),
        "a warm restart can crash while it rebuilds the set index",
        (("namespaces.sets.enable-index", True),),
    ),
    Bug("AER-6972", "8.1.2.0", ("8.1.2.6",), "a client's map literal out of canonical order can crash the server"),
    Bug(
        "AER-6918",
        "8.1.2.0",
        ("8.1.2.3",),
        "the server can crash while it works off transactions",
        (("security", ANY), ("namespaces.strong-consistency", True)),
    ),
    Bug(
        "AER-6926 and AER-6930",
        "8.1.2.0",
        ("8.1.2.3",),
        "malformed proxy requests leak memory, and values of lists and maps in filters are not validated",
    ),
    Bug(
        "AER-6907, AER-6909, AER-6910, AER-6911 and AER-6914",
        "8.1.2.0",
        ("8.1.2.2",),
        "a client that may write can overflow the heap, and one that may register UDFs can leave the Lua sandbox",
    ),
    Bug(
        "AER-6908",
        "8.1.2.0",
        ("8.1.2.2",),
        "a warm restart of an index on flash takes longer than it should",
        (("namespaces.index-type.type", "flash"),),
    ),
)
"""Bugs that strike while a build runs, worst first."""


def bugs_of(version: str, config: Any) -> list[Bug]:
    """Return the bugs of the build that concern ``config``, an aerospikeConfig."""
    return [bug for bug in _running_bugs(version) if bug.strikes(config)]


@lru_cache(maxsize=256)
def _running_bugs(version: str) -> tuple[Bug, ...]:
    return tuple(bug for bug in BUGS if bug.is_in(version))


def _has(value: Any, path: list[str], wanted: Any) -> bool:
    if isinstance(value, list):
        return any(_has(item, path, wanted) for item in value)
    if path:
        return isinstance(value, dict) and path[0] in value and _has(value[path[0]], path[1:], wanted)
    return wanted is ANY or (type(value) is type(wanted) and value == wanted)
