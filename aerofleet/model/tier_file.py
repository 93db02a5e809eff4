"""`templates/tiers/<tier>.yaml`: a named standard, at one or more revisions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field

from aerofleet.finding import Finding
from aerofleet.load import Document, LoadError, read
from aerofleet.model.file_model import FileModel
from aerofleet.model.merge import Layer
from aerofleet.model.validation import Locate, validated

REFERENCE = re.compile(r"([a-z][a-z0-9-]*)(?:@([1-9][0-9]*))?")
TIERS = Path("templates/tiers")


class RevisionFile(FileModel):
    """``extends`` names another tier at a revision; its settings lie below these."""

    extends: str = Field("", description="a tier at a revision")
    description: str = Field("", description="for people")
    settings: dict[str, Any] = Field(default_factory=dict, description="of every cluster of the tier")


class TierFile(FileModel):
    tier: str = Field(description="its name; that of its file")
    revisions: dict[str, RevisionFile] = Field(min_length=1, description="number → settings; the highest is the newest")


@dataclass(frozen=True, slots=True)
class TierRevision:
    name: str
    number: int
    file: RevisionFile
    document: Document

    @property
    def reference(self) -> str:
        return f"{self.name}@{self.number}"

    def layer(self) -> Layer:
        prefix = ("revisions", str(self.number), "settings")
        return Layer(f"tier {self.reference}", self.file.settings, lambda path: self.document.locate((*prefix, *path)))


class Tiers:
    """Every tier of a project. Names without a revision mean the newest one."""

    def __init__(self, revisions: Mapping[str, Mapping[int, TierRevision]]) -> None:
        self.revisions = revisions

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.revisions)

    @property
    def references(self) -> tuple[str, ...]:
        """Everything that a cluster may write for its tier."""
        return (*self.names, *(each.reference for each in self.all()))

    def all(self) -> Iterator[TierRevision]:
        return (each for known in self.revisions.values() for each in known.values())

    def find(self, reference: str) -> TierRevision | None:
        match = REFERENCE.fullmatch(reference)
        known = self.revisions.get(match[1]) if match else None
        if not match or not known:
            return None
        return known.get(int(match[2]) if match[2] else max(known))

    def chain(self, reference: str) -> tuple[TierRevision, ...]:
        """The revision and all it extends, the lowest first. Raises ValueError with what is wrong with the chain."""
        found: list[TierRevision] = []
        while reference:
            revision = self.find(reference)
            if revision is None:
                raise ValueError(f"there is no tier '{reference}'")
            if revision in found:
                circle = " → ".join([*(each.reference for each in found), revision.reference])
                raise ValueError(f"extends itself: {circle}")
            found.append(revision)
            reference = revision.file.extends
        return tuple(reversed(found))


def read_tiers(root: Path) -> tuple[Tiers, list[Finding]]:
    """All tier files; a broken one is left out and told about."""
    revisions: dict[str, dict[int, TierRevision]] = {}
    findings: list[Finding] = []
    for path in sorted((root / TIERS).glob("*.yaml")):
        shown = path.relative_to(root).as_posix()
        try:
            document = read(path, shown)
        except LoadError as error:
            findings += error.findings
            continue
        locate: Locate = document.locate
        file, mistakes = validated(TierFile, document.data, locate)
        findings += mistakes
        if file is None:
            continue
        if file.tier != path.stem:
            findings.append(
                Finding(
                    "tier-name",
                    "error",
                    "tier",
                    f"'{file.tier}' stands in {path.name}",
                    f"write {path.stem}",
                    locate(("tier",)),
                )
            )
        for number, revision in file.revisions.items():
            if not number.isdecimal() or int(number) < 1:
                message = f"revision '{number}' is no whole number from 1"
                findings.append(
                    Finding(
                        "tier-revision",
                        "error",
                        f"revisions.{number}",
                        message,
                        'write "1"',
                        locate(("revisions", number)),
                    )
                )
                continue
            revisions.setdefault(file.tier, {})[int(number)] = TierRevision(file.tier, int(number), revision, document)
    tiers = Tiers(revisions)
    return tiers, findings + broken_chains(tiers)


def broken_chains(tiers: Tiers) -> list[Finding]:
    """One finding for each revision that extends what is not there, or itself."""
    findings = []
    for each in tiers.all():
        try:
            tiers.chain(each.reference)
        except ValueError as error:
            where = each.document.locate(("revisions", str(each.number), "extends"))
            findings.append(Finding("tier-chain", "error", f"{each.reference}.extends", str(error), "", where))
    return findings
