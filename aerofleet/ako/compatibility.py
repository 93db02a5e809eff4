"""The server versions and Kubernetes versions that an operator release supports.

Kept apart from the parameter data: an admitted server version without data is judged by the nearest older one, and
it gets the finding ``version-without-data``. Sources: Aerospike's compatibility page; for 4.5 the release's own
schema list.
"""

from __future__ import annotations

from dataclasses import dataclass

from aerofleet.units.version import numbers, shortened

OPERATOR = "4.5.0"
"""The newest known release, and the default for every judgement."""

MINIMUM_SERVER = "6.0.0.0"
_SERVERS = ("6.0.0", "6.1.0", "6.2.0", "6.3.0", "6.4.0", "7.0.0", "7.1.0", "7.2.0", "8.0.0", "8.1.0", "8.1.1", "8.1.2")

ANNOTATIONS_SINCE = "4.2"
"""The first release whose event filter lets a change of annotations through: AnnotationChangedPredicate in AKO v4.2.0,
internal/controller/cluster/aerospikecluster_controller.go.
"""


@dataclass(frozen=True, slots=True)
class Release:
    """One line of operator releases: the newest server (three numbers) and the Kubernetes range it was made for."""

    newest_server: str
    oldest_kubernetes: str
    newest_kubernetes: str

    def runs_on(self, kubernetes: str) -> bool:
        """Return whether the release supports this Kubernetes (``1.35``, or ``1.35.4``)."""
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
    """Return the line of releases of ``operator`` (``4.5.0``, or ``4.5``); None where it is not known."""
    return RELEASES.get(shortened(operator, 2))


def line_of(operator: str) -> str:
    """Return ``4.5`` for ``4.5.0``; the newest known line for a release that is not known."""
    line = shortened(operator, 2)
    return line if line in RELEASES else shortened(OPERATOR, 2)


def admitted_servers(operator: str = OPERATOR) -> tuple[str, ...]:
    """Return the server versions (three numbers) whose schema the release has.

    A release that is not known has those of the newest known one.
    """
    newest = numbers(RELEASES[line_of(operator)].newest_server)
    return tuple(server for server in _SERVERS if numbers(server) <= newest)


def admits(version: str, operator: str = OPERATOR) -> bool:
    """Return whether the operator has a schema for the first three numbers of ``version``."""
    return shortened(version, 3) in admitted_servers(operator)
