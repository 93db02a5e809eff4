"""The catalogue of all rules. It names the modules that have rules, and loads them only for the scopes asked for.

The names are text and not imports: the packages of the rules import this one, and `aerofleet verdict` must not load
the rules of definition files. Each module has ``RULES``, a tuple of its rules; a package that lists its own modules
(the operator's admission and hazards, the checks of a cell, the features) has those of all of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache
from importlib import import_module

from aerofleet.findings.rule import Rule, Scope
from aerofleet.findings.stop import MistakeError

MODULES: dict[Scope, tuple[str, ...]] = {
    "file": (
        "aerofleet.load.errors",
        "aerofleet.files.project_files",
        "aerofleet.files.definition_file",
        "aerofleet.files.validation",
        "aerofleet.files.pinned_manifests",
        "aerofleet.settings.tiers",
        "aerofleet.files.size_request",
        "aerofleet.analysis.manifests",
    ),
    "cell": (
        "aerofleet.settings.formulas",
        "aerofleet.fleet.resolve",
        "aerofleet.fleet.checks",
        "aerofleet.settings.read_overlays",
        "aerofleet.fleet.checks.overlay",
        "aerofleet.manifests.overlay_rules",
        "aerofleet.analysis.size",
        "aerofleet.analysis.fit.rules",
        "aerofleet.manifests.feature_rules",
    ),
    "cluster": (
        "aerofleet.ako.admission",
        "aerofleet.ako.hazards",
        "aerofleet.ako.hazards.beside",
        "aerofleet.ako.reasons.identity",
    ),
    "config": (
        "aerofleet.aerospike.server.start",
        "aerofleet.aerospike.server.loss",
        "aerofleet.ako.hazards",
        "aerofleet.ako.reasons.pods",
        "aerofleet.ako.reasons.parameters",
        "aerofleet.ako.reasons.live",
    ),
    "change": (
        "aerofleet.ako.admission",
        "aerofleet.ako.hazards",
        "aerofleet.ako.hazards.beside",
        "aerofleet.ako.reasons.identity",
        "aerofleet.ako.reasons.metadata",
        "aerofleet.ako.reasons.spec",
        "aerofleet.ako.reasons.unknown",
        "aerofleet.ako.reasons.parameters",
        "aerofleet.ako.reasons.pods",
        "aerofleet.ako.reasons.data",
        "aerofleet.ako.reasons.losses",
        "aerofleet.ako.reasons.starts",
        "aerofleet.ako.reasons.evictions",
        "aerofleet.ako.reasons.scale",
        "aerofleet.ako.reasons.storage",
        "aerofleet.ako.reasons.access",
        "aerofleet.ako.reasons.objects",
        "aerofleet.ako.reasons.kinds",
        "aerofleet.forecast.copies.reasons",
        "aerofleet.analysis.release_change",
        "aerofleet.review.upgrades",
        "aerofleet.review.agreement.compare",
        "aerofleet.deploy.decision",
        "aerofleet.forecast.room",
    ),
    "status": ("aerofleet.ako.hazards",),
    "live": ("aerofleet.live.preflight", "aerofleet.drift.rules"),
    "policy": ("aerofleet.policy.catalogue",),
}
"""Scope → the modules with its rules. A module may have rules of several scopes; it is listed under each of them."""


class UnknownRuleError(MistakeError):
    """There is no rule with this id."""


@lru_cache(maxsize=16)
def rules(*scopes: Scope) -> tuple[Rule[...], ...]:
    """Return the rules of ``scopes``, of all scopes without any, in the order of the modules."""
    wanted = scopes or tuple(MODULES)
    modules = dict.fromkeys((scope, name) for scope in wanted for name in MODULES[scope])
    return tuple(rule for scope, name in modules for rule in import_module(name).RULES if rule.scope == scope)


def rule_of(name: str) -> Rule[...]:
    """Return the rule with the id ``name``. Raises UnknownRuleError."""
    for rule in rules():
        if rule.id == name:
            return rule
    near = get_close_matches(name, [rule.id for rule in rules()], n=1)
    hint = f"did you mean '{near[0]}'?" if near else "docs/reference/rules.md lists all rules"
    raise UnknownRuleError(f"there is no rule '{name}'; {hint}")


def known(names: Iterable[str]) -> frozenset[str]:
    """Return ``names`` as a set. Raises UnknownRuleError for an id that no rule has."""
    return frozenset(rule_of(name).id for name in names)
