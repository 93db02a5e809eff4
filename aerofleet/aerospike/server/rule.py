"""Start rules: rules about the server's configuration, whose problems have a place in an aerospikeConfig.

@start_rule("log-sinks", source="log.c")
def log_sinks(reading: Reading) -> Iterator[StartProblem]:
    \"\"\"There are at most 8 log sinks.\"\"\"
    ...
    yield path, message, remedy
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from aerofleet.aerospike.server.file import Path, Reading
from aerofleet.findings import Finding, Problem, Rule, Severity
from aerofleet.units.field_path import dotted
from aerofleet.units.version import Range

StartProblem = tuple[Path, str, str]
"""(path, message, remedy)."""
Problems = Callable[[Reading], Iterator[StartProblem]]
EVERY_VERSION = Range()


@dataclass(frozen=True, slots=True, eq=False)
class StartRule(Rule[[Reading]]):
    """A rule of the server's start. ``error``: no server starts; ``severe``: none starts on a host as most hosts are.

    ``check`` is ``problems`` with dotted paths. ``taken_live``: parameters that a running server sets live although no
    server starts with them; others it refuses live as well, or they can't be set live.
    """

    problems: Problems = field(kw_only=True)
    taken_live: frozenset[str] = field(kw_only=True)

    def faults(self, reading: Reading) -> Iterator[StartFault]:
        """Yield the faults of a configuration, with their places in it."""
        for problem in self.problems(reading):
            yield StartFault(self, *problem)


@dataclass(frozen=True, slots=True)
class StartFault:
    """One reason why a server does not start; ``path`` is its place in the aerospikeConfig."""

    rule: StartRule
    path: Path
    message: str
    remedy: str

    def finding(self, path: str = "", message: str = "") -> Finding:
        """Return the finding; ``path`` and ``message``: where another text than the fault's own is wanted."""
        return self.rule.finding(path or dotted(self.path), message or self.message, self.remedy)


def start_rule(  # noqa: PLR0913 - one name for each fact of a rule
    name: str,
    *,
    source: str,
    server: Range = EVERY_VERSION,
    severity: Severity = "error",
    taken_live: tuple[str, ...] = (),
    remedy: str = "",
) -> Callable[[Problems], StartRule]:
    """Make a rule of a generator; the first paragraph of its docstring is the summary."""

    def made(problems: Problems) -> StartRule:
        summary = " ".join((problems.__doc__ or "").split("\n\n")[0].split())

        def check(reading: Reading) -> Iterator[Problem]:
            for path, message, instead in problems(reading):
                yield dotted(path), message, instead

        return StartRule(
            name,
            "config",
            severity,
            summary,
            check,
            remedy,
            source,
            server=server,
            problems=problems,
            taken_live=frozenset(taken_live),
        )

    return made
