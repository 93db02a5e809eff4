"""Which server versions and Kubernetes versions an operator release goes with.

Kept apart from the parameter data: an admitted server version without data is judged by the nearest older one, and
the finding ``version-without-data`` says so. Sources: Aerospike's compatibility page; for 4.5 the release's own
schema list.
"""

from __future__ import annotations

from dataclasses import dataclass

from aerofleet.units.version import numbers, shortened

OPERATOR = "4.5.0"
"""The newest known release: what is judged by where nothing else is asked."""

MINIMUM_SERVER = "6.0.0.0"
_SERVERS = ("6.0.0", "6.1.0", "6.2.0", "6.3.0", "6.4.0", "7.0.0", "7.1.0", "7.2.0", "8.0.0", "8.1.0", "8.1.1", "8.1.2")


@dataclass(frozen=True, slots=True)
class Release:
    """One line of operator releases: the newest server (three numbers) and the Kubernetes range it was made for."""

    newest_server: str
    oldest_kubernetes: str
    newest_kubernetes: str

    def runs_on(self, kubernetes: str) -> bool:
        """Is it made for this Kubernetes (``1.35``, or ``1.35.4``)?"""
        return numbers(self.oldest_kubernetes) <= numbers(kubernetes)[:2] <= numbers(self.newest_kubernetes)


RELEASES: dict[str, Release] = {
    "4.0": Release("8.0.0", "1.23", "1.32"),
    "4.1": Release("8.1.0", "1.23", "1.33"),
    "4.2": Release("8.1.0", "1.23", "1.34"),
    "4.3": Release("8.1.1", "1.23", "1.34"),
    "4.4": Release("8.1.2", "1.23", "1.35"),
    "4.5": Release("8.1.2", "1.23", "1.35"),
}


def release_of(operator: str) -> Release | None:
    """The line of releases that ``operator`` (``4.5.0``, or ``4.5``) belongs to; None where it is not known."""
    return RELEASES.get(shortened(operator, 2))


def line_of(operator: str) -> str:
    """``4.5`` for ``4.5.0``; the newest known line for a release that is not known."""
    line = shortened(operator, 2)
    return line if line in RELEASES else shortened(OPERATOR, 2)


def admitted_servers(operator: str = OPERATOR) -> tuple[str, ...]:
    """Server versions (three numbers) whose schema the release carries; those of the newest known for an unknown
    release.
    """
    newest = numbers(RELEASES[line_of(operator)].newest_server)
    return tuple(server for server in _SERVERS if numbers(server) <= newest)


def admits(version: str, operator: str = OPERATOR) -> bool:
    """Does the operator carry a schema for the first three numbers of ``version``?"""
    return shortened(version, 3) in admitted_servers(operator)
