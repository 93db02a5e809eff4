"""Read the files of one cell and validate every file by itself; `fleet` compares them with one another."""

from __future__ import annotations

import pathlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from aerofleet.files.allocations import AllocationsFile
from aerofleet.files.cell import CellFile
from aerofleet.files.exceptions import ApprovalsFile, WaiversFile
from aerofleet.files.formats import PRESENT
from aerofleet.files.links import LinksFile
from aerofleet.files.metal import HostsFile, PoolsFile
from aerofleet.files.pinned_manifests import Pinned, read_pinned
from aerofleet.files.project_files import Files
from aerofleet.files.team import ClusterFile, TeamFile, split_cluster
from aerofleet.files.tenants import TenantsFile
from aerofleet.files.validation import to_finding, validated
from aerofleet.findings import Finding, Location, Subject
from aerofleet.load import Document, LoadError
from aerofleet.settings.merge import Path
from aerofleet.settings.tiers import PRODUCT_TIERS, Tiers, is_of_product, read_tiers
from aerofleet.units.cluster_key import cluster_key

STACKS = pathlib.Path("stacks")
LINKS = f"{STACKS}/links.yaml"
FILES = tuple(
    f"{kind}.yaml" for kind in ("cell", "hosts", "pools", "tenants", "allocations", "placement", "waivers", "approvals")
)
"""The files in the folder of a cell, beside its folder of teams."""
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Read(Generic[M]):
    file: M
    document: Document


@dataclass(frozen=True, slots=True)
class ClusterDefinition:
    """A cluster as its team wrote it. ``document`` is the team's file."""

    team: str
    name: str
    file: ClusterFile
    document: Document

    @property
    def key(self) -> str:
        return cluster_key(self.team, self.name)

    @property
    def subject(self) -> Subject:
        """The subject of findings about the cluster."""
        return Subject("cluster", self.key)

    @property
    def place(self) -> tuple[str, str]:
        return ("clusters", self.name)

    def locate(self, path: Path) -> Location:
        """Return the location of a key of the cluster in its team's file; ``path`` is the path below its name."""
        return self.document.at(*self.place)(path)


@dataclass(slots=True)
class CellSource:
    """The definition files of a cell; a file that could not be read is None, and ``findings`` has the reason.

    ``unread``: the teams whose files could not be read, so that their clusters are unknown. ``waivers``,
    ``approvals`` and ``links``: None also where there is no such file, which nobody needs. ``links`` are those of all
    cells, whose names are in ``cells``.
    """

    name: str
    tiers: Tiers
    cell: Read[CellFile] | None = None
    hosts: Read[HostsFile] | None = None
    pools: Read[PoolsFile] | None = None
    tenants: Read[TenantsFile] | None = None
    allocations: Read[AllocationsFile] | None = None
    waivers: Read[WaiversFile] | None = None
    approvals: Read[ApprovalsFile] | None = None
    links: Read[LinksFile] | None = None
    cells: tuple[str, ...] = ()
    teams: dict[str, Read[TeamFile]] = field(default_factory=dict)
    clusters: list[ClusterDefinition] = field(default_factory=list)
    cert_manager: Pinned = field(default_factory=lambda: Pinned([], []))
    operator: Pinned = field(default_factory=lambda: Pinned([], []))
    unread: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        """Whether every file could be read, the files of teams not counted."""
        parts = (self.cell, self.hosts, self.pools, self.tenants, self.allocations)
        return None not in parts and not self.tiers.unread

    def server_version(self, channel: str) -> str:
        """Return the server version of a channel of the cell, or ``channel`` itself: it may be an exact version."""
        return self.cell.file.server.version_of(channel) if self.cell else channel

    def cluster(self, key: str) -> ClusterDefinition | None:
        """Return the definition of a cluster (TEAM/CLUSTER); None where no file has it."""
        return next((cluster for cluster in self.clusters if cluster.key == key), None)

    def by_team(self) -> dict[str, list[ClusterDefinition]]:
        """Return team → its clusters; teams without clusters are left out."""
        clusters: dict[str, list[ClusterDefinition]] = {}
        for cluster in self.clusters:
            clusters.setdefault(cluster.team, []).append(cluster)
        return clusters


def in_project(source: CellSource, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield ``findings``; those in a product's tier at a place in the project, which has no such file.

    The place is where the lowest of the project's tiers extends the product's, or else the tier of the cluster: there a
    person can choose another value.
    """
    definitions = {cluster.subject: cluster for cluster in source.clusters}
    for finding in findings:
        where = finding.location
        cluster = definitions.get(finding.subject) if finding.subject else None
        if cluster is None or where is None or not where.file.startswith(f"{PRODUCT_TIERS}/"):
            yield finding
            continue
        chain = source.tiers.chain(cluster.file.tier)
        own = next((revision for revision in chain if not is_of_product(revision.name)), None)
        place = own.locate_extends() if own else cluster.locate(("tier",))
        message = f"{finding.message} (the value is in line {where.line} of the product's {where.file})"
        yield replace(finding, message=message, location=place)


def cells(root: pathlib.Path) -> tuple[str, ...]:
    """Return the cells of a project: the folders under stacks/."""
    folders = (path.name for path in (root / STACKS).glob("*") if path.is_dir())
    return tuple(sorted(name for name in folders if not name.startswith(".")))


def pinned_folders(files: Files, name: str) -> tuple[str, ...]:
    """Return the folders with pinned manifests that a cell's file names; none if it can't be read."""
    try:
        data = files.read(f"{STACKS}/{name}/cell.yaml").data
    except LoadError:
        return ()
    cell, _ = validated(CellFile, data, lambda _: Location("", 1, 1))
    pinned = (cell.cert_manager, cell.operator.manifests) if cell else ()
    return tuple(one.folder for one in pinned if one.folder)


def read_cell(files: Files, name: str) -> CellSource:
    """Read every file of the cell. A mistake in a file becomes a finding; none raises."""
    tiers, findings = read_tiers(files)
    source = CellSource(name, tiers, findings=findings)
    folder = f"{STACKS}/{name}"
    source.cell = _read(source, files, f"{folder}/cell.yaml", CellFile)
    if source.cell is not None:
        file, document = source.cell.file, source.cell.document
        source.cert_manager = read_pinned(files.root, file.cert_manager, document, ("certManager",))
        source.operator = read_pinned(files.root, file.operator.manifests, document, ("operator", "manifests"))
        source.findings += source.cert_manager.findings + source.operator.findings
    source.hosts = _read(source, files, f"{folder}/hosts.yaml", HostsFile)
    source.pools = _read(source, files, f"{folder}/pools.yaml", PoolsFile)
    source.tenants = _read(source, files, f"{folder}/tenants.yaml", TenantsFile)
    allocations = f"{folder}/allocations.yaml"
    if files.has(allocations):
        source.allocations = _read(source, files, allocations, AllocationsFile)
    else:
        source.allocations = Read(AllocationsFile(format=PRESENT), Document.empty(allocations))
    source.waivers = _read_if_there(source, files, f"{folder}/waivers.yaml", WaiversFile)
    source.approvals = _read_if_there(source, files, f"{folder}/approvals.yaml", ApprovalsFile)
    source.cells = cells(files.root)
    source.links = _read_if_there(source, files, LINKS, LinksFile)
    for path in files.definitions(f"{folder}/teams"):
        team, read_team = pathlib.PurePosixPath(path).stem, _read(source, files, path, TeamFile)
        if read_team is None:
            source.unread.add(team)
        else:
            source.teams[team] = read_team
            _read_clusters(source, team, read_team)
    source.findings += files.without_effect(folder, FILES)
    source.findings += files.without_effect(f"{folder}/teams")
    return source


def _read_if_there(source: CellSource, files: Files, name: str, model: type[M]) -> Read[M] | None:
    return _read(source, files, name, model) if files.has(name) else None


def _read(source: CellSource, files: Files, name: str, model: type[M]) -> Read[M] | None:
    try:
        document = files.read(name)
    except LoadError as error:
        source.findings += error.findings
        return None
    file, mistakes = validated(model, document.data, document.locate)
    source.findings += mistakes
    return None if file is None else Read(file, document)


def _read_clusters(source: CellSource, team: str, read_team: Read[TeamFile]) -> None:
    for name, entries in read_team.file.clusters.items():
        try:
            file = split_cluster(dict[str, Any](entries))
        except ValidationError as error:
            subject, entry = Subject("cluster", cluster_key(team, name)), read_team.document.at("clusters", name)
            for mistake in error.errors(include_url=False):
                if mistake["type"] == "missing":
                    mistake["input"] = entries  # a misspelt key was taken for a setting
                source.findings.append(replace(to_finding(ClusterFile, mistake, entry), subject=subject))
            continue
        source.clusters.append(ClusterDefinition(team, name, file, read_team.document))
