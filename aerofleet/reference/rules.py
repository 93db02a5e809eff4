"""The reference page of rules, effects and releases, made from the catalogue and the tables that the rules read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from aerofleet.ako.compatibility import OPERATOR, RELEASES, admitted_servers
from aerofleet.ako.reasons.kinds import KINDS, Kind
from aerofleet.findings import Rule
from aerofleet.findings.catalogue import rules
from aerofleet.findings.effect import EFFECTS
from aerofleet.findings.rule import Scope
from aerofleet.policy.catalogue import RULES as POLICY_RULES
from aerofleet.policy.severity import SEVERITIES, Surroundings

HEAD = f"""\
# Rules and effects

Every rule that `check`, `lint`, `diff`, `verdict`, `preflight` and `size` report, by what it looks at. `--only` and
`--skip` take the ids. Where a rule names no release of the operator, it holds for all that are known, up to {OPERATOR}.
This page is made from the rules; `aerofleet generate` writes it. Where the column of what is right is empty, it follows
from the value, and the finding has it.

| severity | what it means | exit code |
| --- | --- | --- |
| `error` | refused, or meaningless | 2; 1 for a running cluster |
| `severe` | admitted, and it can cost data or availability | 1 |
| `warning` | worth a change | 0 |
| `info` | worth knowing | 0 |

The severity of a reason for an effect follows from the effect: `error` if refused, `severe` if data is at risk,
`warning` if data moves, else `info`.
"""

CLUSTER = """By itself and beside the other objects of its file or cell. The operator refuses errors, and admits
everything else."""
CONFIG = """A server refuses errors when it starts, although the operator admits them:
[what the server itself refuses](../concepts/server-start.md). The others are about a change."""

SURROUNDINGS: tuple[Surroundings, ...] = ("production", "staging", "development", "ephemeral")
POLICIES = """`check` runs the policies of kind `state`, a review also those of kind `change`. The pack in `policies/`
has those that need rendered objects only. Their severity follows from the environment of the cell
([policies](../concepts/policies.md)); the column `severity` has that of production. A
[table](#what-each-policy-counts-as) has all of them, and the hazards in whose place a policy reports."""

SCOPES: dict[Scope, tuple[str, str]] = {
    "file": ("One file", "Read by itself: a definition file, or manifests for `lint` and `diff`."),
    "cell": ("The files of a cell together", "`aerofleet check` and `pulumi up` refuse errors."),
    "cluster": ("An AerospikeCluster", CLUSTER),
    "config": ("The server's configuration, and a change of it", CONFIG),
    "change": ("A change of a cluster", "Refusals of the operator, reasons for an [effect](#effects), and hazards."),
    "status": ("A change while a cluster is not as its definition says", "The status of the old cluster has it."),
    "live": ("A Kubernetes cluster", "`preflight` asks the API server, `drift` the nodes, too. Nothing is written."),
    "policy": ("The policies of the platform", POLICIES),
}


def page() -> str:
    """Return the whole page as Markdown."""
    return "\n".join([HEAD, *_sections()])


def _sections() -> Iterator[str]:
    for scope, (title, text) in SCOPES.items():
        if of_scope := rules(scope):
            yield f"## {title}\n\n{text}\n"
            yield _rules(of_scope)
    yield "### What each policy counts as\n"
    yield _table(("policy", "kind", "in the pack", *SURROUNDINGS, "instead of"), _policies())
    yield "## Effects\n\nFrom the least to the worst. The effect of a change is the worst of its reasons.\n"
    yield _table(("effect", "what it means"), [(f"`{effect}`", meaning) for effect, meaning in EFFECTS.items()])
    yield "## Objects beside a cluster\n\nThe consequence when one of them comes, changes or goes.\n"
    yield _table(
        ("kind", "comes", "changes", "goes"),
        [(f"`{name}`", kind.comes, kind.changes, f"{kind.goes} (`{kind.gone}`)") for name, kind in KINDS.items()],
    )
    yield "### Fields that can't change\n"
    yield "`replaced`: Pulumi deletes the object and makes another. `refused`: the API server refuses the change.\n"
    yield _table(("kind", "field", "a change is", "consequence"), _frozen())
    yield "## Operator releases\n"
    yield _table(("operator", "server versions", "Kubernetes"), _releases())


def _rules(of_scope: Iterable[Rule[...]]) -> str:
    head = ("rule", "severity", "what must hold, or why it matters", "what is right", "releases", "source")
    lines = ((f"`{rule.id}`", rule.severity, rule.summary, rule.remedy, _range(rule), rule.source) for rule in of_scope)
    return _table(head, lines)


def _policies() -> Iterator[tuple[str, ...]]:
    for policy in POLICY_RULES:
        severities = (SEVERITIES[policy.level][surroundings] or "off" for surroundings in SURROUNDINGS)
        instead = ", ".join(f"`{rule.id}`" for rule in policy.raises)
        yield (
            f"[{policy.id}](#the-policies-of-the-platform)",
            policy.kind,
            _yes(policy.is_in_pack),
            *severities,
            instead,
        )


def _yes(flag: bool) -> str:
    return "yes" if flag else ""


def _range(rule: Rule[...]) -> str:
    ranges = (("operator", rule.operator), ("server", rule.server))
    return ", ".join(f"{name} {releases}" for name, releases in ranges if str(releases))


def _frozen() -> Iterator[tuple[str, ...]]:
    for name, kind in KINDS.items():
        for path, field in kind.frozen:
            what = f"replaced (`{field.effect}`)" if field.is_replaced else "refused"
            yield f"`{name}`", f"`{path}`{_but(kind) if path.endswith('.*') else ''}", what, field.consequence


def _but(kind: Kind) -> str:
    return f" but {', '.join(f'`{name}`' for name in sorted(kind.mutable))}"


def _releases() -> Iterator[tuple[str, ...]]:
    for name, release in RELEASES.items():
        servers = admitted_servers(name)
        yield name, f"{servers[0]} to {servers[-1]}", f"{release.oldest_kubernetes} to {release.newest_kubernetes}"


def _table(head: tuple[str, ...], lines: Iterable[tuple[str, ...]]) -> str:
    every = (head, ("---",) * len(head), *lines)
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in every) + "\n"
