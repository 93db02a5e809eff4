"""The reference page of rules, hazards and effects, made from the rules themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from aerofleet.aerospike.server import START_RULES
from aerofleet.ako.admission import COMMON, CREATE_ONLY, SCHEMA, UPDATE_ONLY, WARNINGS
from aerofleet.ako.compatibility import OPERATOR, RELEASES, admitted_servers
from aerofleet.ako.hazards import CHANGE_HAZARDS, CLUSTER_HAZARDS, STATUS_HAZARDS
from aerofleet.ako.hazards.beside import BESIDE, BESIDE_CHANGES
from aerofleet.ako.hazards.of_config import CONFIG_HAZARDS
from aerofleet.ako.hazards.of_start import HOST_RULES
from aerofleet.ako.mutating import MUTATING
from aerofleet.ako.reasons.kinds import KINDS, Kind
from aerofleet.findings import Rule
from aerofleet.findings.effect import EFFECTS

HEAD = f"""\
# Rules, hazards and effects

What `aerofleet lint`, `diff`, `verdict` and `check` judge an AerospikeCluster by. The rules are those of operator
{OPERATOR}. This page is made from the rules; `aerofleet generate` writes it.
"""


def page() -> str:
    """The whole page as Markdown."""
    return "\n".join([HEAD, *_sections()])


def _sections() -> Iterator[str]:
    yield "## Refused while the operator fills in its defaults (stage `mutate`)\n"
    yield _table(("rule", "what must hold"), [(f"`{rule.id}`", rule.summary) for rule in MUTATING])
    yield "## Refused by the definition of the resource (stage `crd`)\n"
    yield _table(("rule", "what must hold"), [(f"`{rule.id}`", rule.summary) for rule in SCHEMA])
    yield "## Refused on creation only (stage `validate`)\n"
    yield _rules(CREATE_ONLY)
    yield "## Refused on creation and on change (stage `validate`)\n"
    yield _rules(COMMON)
    yield "## Refused on change only (stage `validate`)\n"
    yield _rules(UPDATE_ONLY)
    yield "## Let through with a warning\n"
    yield _rules(WARNINGS)
    yield "## Refused by the server at its start\n"
    yield "The operator admits them; no server starts. [What the server itself refuses](../concepts/server-start.md).\n"
    yield _start_rules()
    yield "## Hazards of a cluster\n"
    yield "The operator lets them through. `aerofleet lint` and `check` fail (exit code 1) on severe ones.\n"
    yield _hazards((*CLUSTER_HAZARDS, *HOST_RULES))
    yield "## Hazards of a change\n"
    yield _hazards((*CONFIG_HAZARDS, *CHANGE_HAZARDS, *STATUS_HAZARDS))
    yield "## Hazards of a cluster and what is in the same file\n"
    yield "`lint` and `diff` judge a file as a whole: objects that a cluster names or that select it, other clusters.\n"
    yield _hazards(BESIDE)
    yield "## Hazards of a change of what is in the same file\n"
    yield _hazards(BESIDE_CHANGES)
    yield "## Effects\n\nFrom the least to the worst. The effect of a change is the worst of its reasons.\n"
    yield _table(("effect", "what it means"), [(f"`{effect}`", words) for effect, words in EFFECTS.items()])
    yield "## Objects beside a cluster\n\nThe consequence when one of them comes, changes or goes.\n"
    yield _table(
        ("kind", "comes", "changes", "goes"),
        [(f"`{name}`", kind.comes, kind.changes, f"{kind.goes} (`{kind.gone}`)") for name, kind in KINDS.items()],
    )
    yield "### Fields that can't change\n"
    yield "`replaced`: Pulumi deletes the object and makes another. `refused`: the API server refuses the change.\n"
    yield _table(("kind", "field", "a change is", "consequence"), list(_frozen()))
    yield "## Operator releases\n"
    yield _table(("operator", "server versions", "Kubernetes"), list(_releases()))


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


def _rules(rules: Iterable[Rule[...]]) -> str:
    rows = [(f"`{rule.id}`", rule.summary, _releases_having(rule)) for rule in rules]
    return _table(("rule", "what must hold", "operator releases"), rows)


def _releases_having(rule: Rule[...]) -> str:
    since = f"from {rule.operator.since} on" if rule.operator.since else ""
    until = f"before {rule.operator.until}" if rule.operator.until else ""
    return ", ".join(filter(None, (since, until)))


def _start_rules() -> str:
    rules = [rule for rule in START_RULES if rule.severity == "error"]
    rows = [(f"`{rule.id}`", rule.summary, rule.server.since, rule.server.until) for rule in rules]
    return _table(("rule", "what must hold", "since server", "before server"), rows)


def _hazards(rules: Iterable[Rule[...]]) -> str:
    rows = [(f"`{rule.id}`", rule.severity, rule.summary, rule.remedy) for rule in rules]
    return _table(("hazard", "severity", "why", "write instead"), rows)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"
