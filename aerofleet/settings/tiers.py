"""The tiers of a project: their revisions, chains and layers."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from aerofleet.files.project_files import Files
from aerofleet.files.tier import Revision, TierFile
from aerofleet.files.validation import nearest, validated
from aerofleet.findings import Finding, declared, rules_in
from aerofleet.findings.stop import MistakeError
from aerofleet.load import Document, LoadError
from aerofleet.settings.merge import Layer, Path

REFERENCE = re.compile(r"([^@]+)(?:@([1-9][0-9]{0,5}))?")
NUMBER = re.compile(r"[1-9][0-9]{0,5}")
TIERS = "templates/tiers"
TIER_LAYER = "tier "
"""Prefix of the reference in the name of a tier's layer."""

TIER_NAME = declared(
    "tier-name",
    "The tier in a file is not that of the file's name.",
    scope="file",
    severity="error",
    source="Platform rule: docs/concepts/definitions.md",
)
TIER_REVISION = declared(
    "tier-revision",
    "A revision of a tier is not a whole number from 1.",
    scope="file",
    severity="error",
    remedy='write "1"',
    source="Platform rule: docs/concepts/definitions.md",
)
TIER_CURRENT = declared(
    "tier-current",
    "The current revision of a tier does not exist.",
    scope="file",
    severity="error",
    source="Platform rule: docs/concepts/definitions.md",
)
TIER_CHAIN = declared(
    "tier-chain",
    "A tier extends itself, or a tier that does not exist.",
    scope="file",
    severity="error",
    source="Platform rule: docs/concepts/definitions.md",
)
RULES = rules_in(globals())


class TierChainError(MistakeError):
    """A tier extends an unknown tier, or itself; the text has the mistake."""


class UnreadTierError(TierChainError):
    """A tier's file could not be read; a finding of its own reports that."""


@dataclass(frozen=True, slots=True)
class TierRevision:
    name: str
    number: int
    file: Revision
    document: Document

    @property
    def reference(self) -> str:
        return f"{self.name}@{self.number}"

    def layers(self, version: str) -> Iterator[Layer]:
        """Yield the settings, then those that are only for servers such as ``version``; none of these if it is
        empty.
        """
        yield self._layer(self.file.settings, ("settings",), "")
        for index, entry in enumerate(self.file.for_servers):
            if version and version in entry.servers:
                yield self._layer(entry.settings, ("forServers", index, "settings"), f" for servers {entry.servers}")

    def _layer(self, settings: Mapping[str, Any], path: Path, servers: str) -> Layer:
        prefix = ("revisions", str(self.number), *path)
        name = f"{TIER_LAYER}{self.reference}{servers}"
        return Layer(name, settings, lambda path: self.document.locate((*prefix, *path)))

    def all_settings(self) -> Iterator[tuple[Mapping[str, Any], Path]]:
        """Yield all settings with their path in the file, for every server version."""
        prefix = ("revisions", str(self.number))
        yield self.file.settings, (*prefix, "settings")
        for index, servers in enumerate(self.file.for_servers):
            yield servers.settings, (*prefix, "forServers", index, "settings")


class Tiers:
    """Every tier of a project.

    A name without a revision means the tier's current revision. So clusters that name a newer revision can try it
    before it becomes the current one. ``unread``: the tiers whose file could not be read, so that their revisions are
    unknown.
    """

    def __init__(
        self,
        revisions: Mapping[str, Mapping[int, TierRevision]],
        current: Mapping[str, int],
        unread: Collection[str] = (),
    ) -> None:
        self.revisions = revisions
        self.current = current
        self.unread = unread

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.revisions)

    @property
    def references(self) -> tuple[str, ...]:
        """Every reference that a cluster may write as its tier."""
        return (*self.names, *(revision.reference for revision in self.all()))

    def all(self) -> Iterator[TierRevision]:
        return (revision for known in self.revisions.values() for revision in known.values())

    def find(self, reference: str) -> TierRevision | None:
        match = REFERENCE.fullmatch(reference)
        known = self.revisions.get(match[1]) if match else None
        if not match or not known:
            return None
        return known.get(int(match[2]) if match[2] else self.current.get(match[1], max(known)))

    def is_unread(self, reference: str) -> bool:
        return reference.partition("@")[0] in self.unread

    def chain(self, reference: str) -> tuple[TierRevision, ...]:
        """Return the revision and all that it extends, the lowest first.

        Raises TierChainError; UnreadTierError if a tier of the chain could not be read.
        """
        chain: list[TierRevision] = []
        while reference:
            revision = self.find(reference)
            if revision is None and self.is_unread(reference):
                raise UnreadTierError(f"the file of tier '{reference}' could not be read")
            if revision is None:
                raise TierChainError(f"there is no tier '{reference}'")
            if revision in chain:
                circle = " → ".join([*(extending.reference for extending in chain), revision.reference])
                raise TierChainError(f"extends itself: {circle}")
            chain.append(revision)
            reference = revision.file.extends
        return tuple(reversed(chain))


def read_tiers(files: Files) -> tuple[Tiers, list[Finding]]:
    """Return all tiers and the mistakes in their files; a file with mistakes is left out."""
    revisions: dict[str, dict[int, TierRevision]] = {}
    current: dict[str, int] = {}
    unread: set[str] = set()
    findings = list(files.without_effect(TIERS))
    for path in files.definitions(TIERS):
        stem = PurePosixPath(path).stem
        try:
            document = files.read(path)
        except LoadError as error:
            findings += error.findings
            unread.add(stem)
            continue
        file, mistakes = validated(TierFile, document.data, document.locate)
        findings += mistakes
        if file is None:
            unread.add(stem)
            continue
        findings += mistakes_of(file, document, stem)
        revisions.setdefault(file.tier, {}).update(
            {int(key): TierRevision(file.tier, int(key), revision, document) for key, revision in numbered(file)}
        )
        if file.current in dict(numbered(file)):
            current[file.tier] = int(file.current)
    tiers = Tiers(revisions, current, unread)
    return tiers, findings + broken_chains(tiers)


def numbered(file: TierFile) -> Iterator[tuple[str, Revision]]:
    """Yield the revisions whose key is a number, as it has to be."""
    return ((key, revision) for key, revision in file.revisions.items() if NUMBER.fullmatch(key))


def mistakes_of(file: TierFile, document: Document, name: str) -> Iterator[Finding]:
    if file.tier != name:
        message = f"names the tier '{file.tier}', and the file is {name}.yaml"
        yield TIER_NAME.finding("tier", message, f"write `tier: {name}`", document.locate(("tier",)))
    known = dict(numbered(file))
    for key in (key for key in file.revisions if key not in known):
        message, location = f"revision '{key}' is no whole number from 1", document.locate(("revisions", key))
        yield TIER_REVISION.finding(f"revisions.{key}", message, location=location)
    if file.current and file.current not in known:
        message, location = f"there is no revision '{file.current}'", document.locate(("current",))
        yield TIER_CURRENT.finding("current", message, nearest(file.current, known), location)


def broken_chains(tiers: Tiers) -> list[Finding]:
    """Find revisions that extend an unknown revision, or themselves."""
    findings = []
    for revision in tiers.all():
        try:
            tiers.chain(revision.reference)
        except UnreadTierError:
            continue
        except TierChainError as error:
            where = revision.document.locate(("revisions", str(revision.number), "extends"))
            findings.append(TIER_CHAIN.finding(f"{revision.reference}.extends", str(error), location=where))
    return findings
