"""A rule: one fact about the operator, the server or the platform, and the check that finds where it does not hold.

A rule is made of a generator, or declared without one where its findings come out of a computation that has other
results too (parsing a file, decoding a resource, the effect of a change):

    @rule("rack-ids-differ", scope="cluster", severity="error", source=f"{VALIDATING_WEBHOOK}: validateRackConfig")
    def rack_ids_differ(cluster: Cluster) -> Iterator[Problem]:
        \"\"\"Every rack has an id of its own.\"\"\"
        ...
        yield path, message, remedy

    YAML_TAG = declared("yaml-tag", "A value has a tag of its own.", scope="file", severity="error")
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, Literal, NamedTuple, ParamSpec

from aerofleet.findings.effect import SEVERITY_OF, Effect, Reason
from aerofleet.findings.finding import Applies, Finding, Location, Severity, Subject
from aerofleet.units.version import Range

Scope = Literal["file", "cell", "cluster", "config", "change", "status", "live", "policy"]
"""What a rule looks at: one file; the files of a cell together; one AerospikeCluster; the server's configuration; a
change of a cluster; a change together with the status; a running cluster; a reviewed change against the policies."""


class LocatedProblem(NamedTuple):
    """A problem of a rule that looks at several files or things, and knows in which one it is."""

    path: str
    message: str
    remedy: str = ""
    location: Location | None = None
    subject: Subject | None = None


Problem = tuple[str, str] | tuple[str, str, str] | LocatedProblem
"""(path, message), or (path, message, remedy) where the rule's own remedy does not fit."""

P = ParamSpec("P")
Check = Callable[P, Iterator[Problem]]
ALWAYS = Range()


@dataclass(frozen=True, slots=True, eq=False)
class Rule(Generic[P]):
    """``check`` yields the problems in its context; None for a declared rule.

    ``operator`` and ``server``: the releases that have the rule; whoever runs the check enforces them with
    ``holds_for``. ``remedy``: what is right instead. ``can_render``: definitions with this mistake can be rendered, so
    that a review still shows what they do. ``applies``: when what its findings are about takes effect.

    ``summary``: what must hold, for an error of the scopes cluster, config and change; else what is wrong and what
    follows from it. ``source``: where the fact comes from, in parts with ``; `` between them. A part is a file of a
    release with its functions (``AKO 4.5.0, pkg/validation/validate.go: validateMRTFields``), the title of a page
    (``Aerospike documentation, Configure access control``), a standard, or begins with ``Platform rule:`` or ``ADR``
    (this project decided it), ``Measured:`` or ``Not confirmed:``.
    """

    id: str
    scope: Scope
    severity: Severity
    summary: str
    check: Check[P] | None = None
    remedy: str = ""
    source: str = ""
    operator: Range = ALWAYS
    server: Range = ALWAYS
    can_render: bool = False
    applies: Applies = "with"

    def findings(self, *context: P.args, **options: P.kwargs) -> list[Finding]:
        """Return a finding for every problem of the context."""
        assert self.check is not None, self.id  # noqa: S101 - a declared rule is never run
        return [self.finding(*problem) for problem in self.check(*context, **options)]

    def finding(  # noqa: PLR0913 - one name for each part of a finding
        self,
        path: str,
        message: str,
        remedy: str = "",
        location: Location | None = None,
        subject: Subject | None = None,
        *,
        severity: Severity | None = None,
    ) -> Finding:
        """Return a finding of this rule. ``severity``: where it differs from the rule's own in this one case."""
        remedy, severity = remedy or self.remedy, severity or self.severity
        return Finding(self.id, severity, path, message, remedy, location, subject, self.applies)

    def reason(self, effect: Effect, path: str, message: str, remedy: str = "") -> Reason:
        """Return a reason of this rule; its severity follows from the effect."""
        return Reason(self.id, SEVERITY_OF[effect], path, message, remedy or self.remedy, effect=effect)

    def holds_for(self, operator: str = "", server: str = "") -> bool:
        """Return whether these releases have the rule; an empty one is not asked about."""
        return (not operator or operator in self.operator) and (not server or server in self.server)


def findings_of(rules: Iterable[Rule[P]], *context: P.args, **options: P.kwargs) -> list[Finding]:
    """Return a finding for every problem that ``rules`` have with one context."""
    return [
        rule.finding(*problem)
        for rule in rules
        if rule.check is not None
        for problem in rule.check(*context, **options)
    ]


def rule(  # noqa: PLR0913 - one name for each fact of a rule
    name: str,
    *,
    scope: Scope,
    severity: Severity,
    remedy: str = "",
    source: str = "",
    operator: Range = ALWAYS,
    server: Range = ALWAYS,
    can_render: bool = False,
    applies: Applies = "with",
) -> Callable[[Check[P]], Rule[P]]:
    """Make a rule of a generator; the first paragraph of its docstring is the summary."""

    def made(check: Check[P]) -> Rule[P]:
        summary = " ".join((check.__doc__ or "").split("\n\n")[0].split())
        return Rule(name, scope, severity, summary, check, remedy, source, operator, server, can_render, applies)

    return made


def declared(  # noqa: PLR0913 - one name for each fact of a rule
    name: str,
    summary: str,
    *,
    scope: Scope,
    severity: Severity,
    remedy: str = "",
    source: str = "",
    can_render: bool = False,
) -> Rule[...]:
    """Return a rule without a check of its own."""
    return Rule(name, scope, severity, summary, None, remedy, source, can_render=can_render)


def rules_in(namespace: dict[str, Any]) -> tuple[Rule[...], ...]:
    """Return the rules of a module (``rules_in(globals())``), in the order in which they are written."""
    return tuple(value for value in namespace.values() if isinstance(value, Rule))
