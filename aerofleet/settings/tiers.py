"""The tiers of a project and of the product: their revisions, chains and layers.

The product's tiers are files of its package, named ``aerofleet/gold``. A project's tiers have plain names and extend
them, so neither hides the other. A reference to a product's tier has its revision (``aerofleet/gold@2``): an update of
the product then changes no cluster before a definition names the newer revision.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path as FilePath
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any

from aerofleet.files.project_files import Files
from aerofleet.files.tier import Revision, TierFile
from aerofleet.files.validation import nearest, validated
from aerofleet.findings import Finding, Location, declared, rules_in
from aerofleet.findings.stop import MistakeError
from aerofleet.load import Document, LoadError, read
from aerofleet.settings.merge import Layer, Path

REFERENCE = re.compile(r"([^@]+)(?:@([1-9][0-9]{0,5}))?")
NUMBER = re.compile(r"[1-9][0-9]{0,5}")
TIERS = "templates/tiers"
PRODUCT = "aerofleet/"
"""Prefix of the names of the product's tiers."""
PRODUCT_TIERS = "aerofleet/tiers"
"""Folder of the product's tiers in the locations of their values."""
PRODUCT_FOLDER = FilePath(__file__).parent.parent / "tiers"
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
    """A tier extends an unknown tier, or itself; the text has the mistake, and ``remedy`` what would be right."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy


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

    def locate_extends(self) -> Location:
        """Return the location of ``extends``; that of the revision if it extends nothing."""
        return self.document.locate(("revisions", str(self.number), "extends"))

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


Revisions = Mapping[str, Mapping[int, TierRevision]]
"""Name of a tier → number → revision."""


class Tiers:
    """Every tier that a project can use: its own and, under their full names, the product's.

    The name of an own tier without a revision means the tier's current revision. So clusters that name a newer revision
    can try it before it becomes the current one. ``unread``: the tiers whose file could not be read, so that their
    revisions are unknown.
    """

    def __init__(
        self,
        own: Revisions,
        current: Mapping[str, int],
        unread: Collection[str] = (),
        product: Revisions = MappingProxyType({}),
    ) -> None:
        self.own = own
        self.current = current
        self.unread = unread
        self.product = product

    @property
    def names(self) -> tuple[str, ...]:
        """The names that a tenant entry may grant, the project's own first."""
        return (*self.own, *self.product)

    def all_own(self) -> Iterator[TierRevision]:
        """Yield every revision of the project's own tiers."""
        return (revision for known in self.own.values() for revision in known.values())

    def find(self, reference: str) -> TierRevision | None:
        match = REFERENCE.fullmatch(reference)
        if match is None:
            return None
        name, number = match[1], int(match[2] or 0)
        if is_of_product(name):
            return self.product.get(name, {}).get(number)
        known = self.own.get(name)
        return known.get(number or self.current.get(name, max(known))) if known else None

    def newest(self, name: str) -> str:
        """Return the reference of the newest revision of a tier in ``names``."""
        return f"{name}@{max(self.own.get(name) or self.product[name])}"

    def is_unread(self, reference: str) -> bool:
        return reference.partition("@")[0] in self.unread

    def mistake_in(self, reference: str) -> tuple[str, str]:
        """Return what is wrong with a reference that ``find`` does not find, and what would be right."""
        if reference in self.product:
            newest = self.newest(reference)
            return (
                f"'{reference}' is a tier of the product without its revision",
                f"write '{newest}', the newest one: an update of the product would otherwise change clusters by itself",
            )
        return f"there is no tier '{reference}'", self.remedy_for(reference)

    def remedy_for(self, reference: str, *, is_name: bool = False) -> str:
        """Return the hint for an unknown tier. ``is_name``: a name without revision is wanted, as a tenant entry has
        it.
        """
        name = reference.partition("@")[0]
        full = f"{PRODUCT}{name}"
        if full in self.product and name not in self.own and name not in self.unread:
            whole = full if is_name else f"{full}{reference.removeprefix(name)}"
            right = whole if is_name or self.find(whole) else self.newest(full)
            return f"the product has it: write '{right}', or a tier '{name}' of your own that extends it"
        revisions = self.product if is_of_product(reference) else self.own
        if is_name:
            return nearest(reference, revisions)
        references = [f"{known}@{number}" for known, numbers in revisions.items() for number in numbers]
        return nearest(reference, references if is_of_product(reference) else [*revisions, *references])

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
                raise TierChainError(*self.mistake_in(reference))
            if revision in chain:
                circle = " → ".join([*(extending.reference for extending in chain), revision.reference])
                raise TierChainError(f"extends itself: {circle}")
            chain.append(revision)
            reference = revision.file.extends
        return tuple(reversed(chain))


def is_of_product(name: str) -> bool:
    """Return whether a name or reference of a tier is that of a product's tier."""
    return name.startswith(PRODUCT)


@cache
def product_tiers() -> Revisions:
    """Return the tiers of the product by their full names. They are read once: nothing edits them while a verb runs.

    A file with mistakes is left out; the product's own tests find these.
    """
    revisions: dict[str, Mapping[int, TierRevision]] = {}
    for path in sorted(PRODUCT_FOLDER.glob("*.yaml")):
        document = read(path, f"{PRODUCT_TIERS}/{path.name}")
        file, _ = validated(TierFile, document.data, document.locate)
        if file is not None:
            revisions[file.tier] = revisions_in(file, document)
    return revisions


def read_tiers(files: Files) -> tuple[Tiers, list[Finding]]:
    """Return all tiers and the mistakes in the project's files; a file with mistakes is left out."""
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
        if is_of_product(file.tier):
            unread.add(stem)
            continue
        revisions.setdefault(file.tier, {}).update(revisions_in(file, document))
        if file.current in dict(numbered(file)):
            current[file.tier] = int(file.current)
    tiers = Tiers(revisions, current, unread, product_tiers())
    return tiers, findings + broken_chains(tiers)


def revisions_in(file: TierFile, document: Document) -> dict[int, TierRevision]:
    return {int(key): TierRevision(file.tier, int(key), revision, document) for key, revision in numbered(file)}


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
    for revision in tiers.all_own():
        try:
            tiers.chain(revision.reference)
        except UnreadTierError:
            continue
        except TierChainError as error:
            path, where = f"{revision.reference}.extends", revision.locate_extends()
            findings.append(TIER_CHAIN.finding(path, str(error), error.remedy, where))
    return findings
