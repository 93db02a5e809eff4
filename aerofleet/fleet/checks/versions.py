"""Check that the releases of operator, Kubernetes and server fit together."""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.ako.compatibility import OPERATOR, RELEASES, release_of
from aerofleet.files.addresses import SERVER_VERSION
from aerofleet.files.choices import OperatorPhase
from aerofleet.files.validation import nearest
from aerofleet.findings import LocatedProblem, rule, rules_in
from aerofleet.fleet.checks.definitions import Definitions, in_file, in_layer

ADD_RELEASE = "add the release to Aerofleet's tables (docs/how-to/add-a-release.md)"


@rule(
    "operator-estimate",
    scope="cell",
    severity="warning",
    remedy=ADD_RELEASE,
    source="Platform rule: docs/how-to/add-a-release.md",
)
def operator_estimate(definitions: Definitions) -> Iterator[LocatedProblem]:
    """An operator release is judged as the newest known one: everything is an estimate."""
    cell = definitions.source.cell
    for key, version in operator_versions(definitions):
        if cell and cell.file.operator.estimate_unknown_release and release_of(version) is None:
            message = f"the rules of operator {version} are not known: what clusters meet is an estimate by {OPERATOR}"
            yield in_file(cell.document, ("operator", key), message)


@rule(
    "operator-unknown",
    scope="cell",
    severity="error",
    source="Platform rule: docs/how-to/add-a-release.md",
)
def operator_unknown(definitions: Definitions) -> Iterator[LocatedProblem]:
    """The rules of an operator release are not known, so nobody knows its verdicts."""
    cell = definitions.source.cell
    for key, version in operator_versions(definitions):
        if cell and not cell.file.operator.estimate_unknown_release and release_of(version) is None:
            message = f"the rules of operator {version} are not known; known are those of {', '.join(RELEASES)}"
            remedy = (
                f"{ADD_RELEASE}, or write operator.estimateUnknownRelease: true to judge it as {OPERATOR}, everything "
                "marked as an estimate"
            )
            yield in_file(cell.document, ("operator", key), message, remedy)


@rule(
    "operator-kubernetes",
    scope="cell",
    severity="error",
    remedy="upgrade the operator before Kubernetes",
    source="Aerospike documentation, Aerospike Kubernetes Operator, requirements of its releases",
)
def operator_kubernetes(definitions: Definitions) -> Iterator[LocatedProblem]:
    """An operator release is not made for the cell's Kubernetes."""
    cell = definitions.source.cell
    for key, version in operator_versions(definitions):
        release = release_of(version)
        if cell and release is not None and not release.runs_on(cell.file.kubernetes):
            made_for = f"{release.oldest_kubernetes} to {release.newest_kubernetes}"
            message = f"operator {version} is made for Kubernetes {made_for}, not for {cell.file.kubernetes}"
            yield in_file(cell.document, ("operator", key), message)


def operator_versions(definitions: Definitions) -> Iterator[tuple[str, str]]:
    """Yield (key of `operator` in cell.yaml, release) of the cell's operator; in an upgrade of both releases."""
    if definitions.source.cell is None:
        return
    operator = definitions.source.cell.file.operator
    yield "version", operator.version
    if operator.phase is not OperatorPhase.RELEASE:
        yield "previousVersion", operator.previous_version


@rule("channel-unknown", scope="cell", severity="error", source="Platform rule: docs/how-to/upgrade-the-servers.md")
def channel_unknown(definitions: Definitions) -> Iterator[LocatedProblem]:
    """A cluster follows a server channel that its cell does not have, and names no server version."""
    source = definitions.source
    if source.cell is None:
        return
    known = source.cell.file.server.channels
    for cluster, settings in definitions.clusters():
        if settings.channel not in known and not SERVER_VERSION.fullmatch(settings.channel):
            message = f"the cell has no server channel '{settings.channel}'"
            remedy = f"{ended(nearest(settings.channel, known))} A version such as 8.1.1.1 is possible, too"
            yield in_layer(source, cluster, ("channel",), message, remedy)


def ended(sentence: str) -> str:
    """Return the sentence with a full stop, if it has no mark at its end."""
    return sentence if sentence.endswith(("?", ".")) else f"{sentence}."


RULES = rules_in(globals())
