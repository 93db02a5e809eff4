"""An entry is added to a file as a person would add it: nothing else in the file changes, however it is written."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import yaml

from aerofleet.authoring.entry import EntryError
from aerofleet.authoring.new_cluster import new_cluster
from aerofleet.authoring.new_team import TeamRequest, new_team
from tests.fleet.project import SHOP, change, copy_of

TEAM = Path("stacks/here/teams/search.yaml")
TENANTS = Path("stacks/here/tenants.yaml")
WORKLOAD = {"objects": "5", "record": "9", "reads": "1", "writes": "1"}
ENTRY = {"tier": "plain", "workload": {"objects": 5, "record": 9, "reads": 1, "writes": 1}}


TENANT = "{tiers: [plain], pools: [nvme], quota: {clusters: 1, pods: 9, memory: 99Gi, cpu: 99, storage: 9Ti}}"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project in which the team has room for more."""
    root = copy_of(SHOP, tmp_path)
    quota = "quota: {clusters: 1, pods: 4, memory: 32Gi, cpu: 8, storage: 1Ti}"
    more = "quota: {clusters: 4, pods: 20, memory: 320Gi, cpu: 80, storage: 9Ti}"
    change(root, {"file": TENANTS, "replace": quota, "by": more})
    return root


WRITTEN = {
    "the clusters last": "team: search\nclusters:\n  suggest:\n    tier: plain\n",
    "no line end": "team: search\nclusters:\n  suggest:\n    tier: plain",
    "the clusters first": "clusters:\n  suggest:\n    tier: plain\n\n# who it is\nteam: search\n",
    "wide": "team: search\nclusters:\n      suggest:\n            tier: plain\n",
    "a comment below": "team: search\nclusters:\n  suggest: {tier: plain}  # ours\n\n# the end\n",
    "Windows": "team: search\r\nclusters:\r\n  suggest: {tier: plain}\r\n",
}


@pytest.mark.parametrize("text", WRITTEN.values(), ids=list(WRITTEN))
def test_a_cluster_is_added_and_every_line_stays(text: str, root: Path) -> None:
    (root / TEAM).write_bytes(text.encode())
    new_cluster(root, None, "search/more", "plain", WORKLOAD)
    after = (root / TEAM).read_bytes().decode()
    assert yaml.safe_load(after)["clusters"] == {"suggest": {"tier": "plain"}, "more": ENTRY}
    lines = iter(after.splitlines(keepends=True))
    for line in text.splitlines(keepends=True):
        assert any(after.rstrip("\r\n") == line.rstrip("\r\n") for after in lines), line
    assert ("\r\n" in after) == ("\r\n" in text)
    assert "\n" not in after.replace("\r\n", "") or "\r\n" not in text


@pytest.mark.parametrize("clusters", ["", "clusters:\n", "clusters: {}   # none yet\n", "clusters: null\n"])
def test_the_first_cluster_of_a_team(clusters: str, root: Path) -> None:
    change(root, {"file": TENANTS, "replace": "  search:\n", "by": f"  next: {TENANT}\n  search:\n"})
    (root / "stacks/here/teams/next.yaml").write_text(f"team: next\n{clusters}")
    new_cluster(root, None, "next/more", "plain", WORKLOAD)
    text = (root / "stacks/here/teams/next.yaml").read_text()
    assert yaml.safe_load(text) == {"team": "next", "clusters": {"more": ENTRY}}
    assert ("# none yet" in text) == ("# none yet" in clusters)


@pytest.mark.parametrize(
    "text",
    [
        "team: search\nclusters: {suggest: {tier: plain}}\n",
        '{"team": "search", "clusters": {"suggest": {"tier": "plain"}}}\n',
        "team: search\nclusters:\n  suggest: {tier: plain}\n...\n",
    ],
)
def test_what_only_a_person_can_add_to_is_left_alone(text: str, root: Path) -> None:
    (root / TEAM).write_text(text)
    with pytest.raises(EntryError) as stop:
        new_cluster(root, None, "search/more", "plain", WORKLOAD)
    shown = str(stop.value).partition("Add this to 'clusters':\n")[2]
    assert yaml.safe_load(shown) == {"more": ENTRY}
    assert (root / TEAM).read_text() == text


def test_a_file_that_the_team_wrote_first_is_kept(root: Path) -> None:
    path = root / "stacks/here/teams/next.yaml"
    text = "team: next\nclusters:\n  first: {tier: plain}\n"
    path.write_text(text)
    new_team(root, None, TeamRequest("next"))
    assert path.read_text() == text
    assert "shop" in (data := yaml.safe_load((root / TENANTS).read_text())["teams"])
    assert data["next"]["quota"]["pods"] == 12


def test_a_tenant_without_a_file_gets_one_with_its_first_cluster(root: Path) -> None:
    new_team(root, None, TeamRequest("next"))
    path = root / "stacks/here/teams/next.yaml"
    text = path.read_text()
    path.unlink()
    new_cluster(root, None, "next/more", "plain", WORKLOAD)
    assert path.read_text().startswith(text.replace("clusters: {}", "clusters:"))


def test_manifests_elsewhere_in_the_project_are_found(root: Path) -> None:
    content = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
    (root / "operator").mkdir()
    (root / "operator" / "all.yaml").write_text(content)
    digest = hashlib.sha256(f"all.yaml\0{len(content)}\0{content}".encode()).hexdigest()
    pinned = f"version: 4.5.0\n  manifests: {{folder: operator, sha256: {digest}}}"
    change(root, {"file": "stacks/here/cell.yaml", "replace": "version: 4.5.0", "by": pinned})
    new_cluster(root, None, "search/more", "plain", WORKLOAD)


def test_the_default_quota_carries_a_cluster_of_each_granted_tier(root: Path) -> None:
    tier = {"extends": "plain@2", "settings": {"size": 2, "resources": {"memory": "128Gi", "cpu": 30}}}
    large = {"tier": "large", "revisions": {"1": {"description": "large", **tier}}}
    (root / "templates/tiers/large.yaml").write_text(yaml.safe_dump(large))
    new_team(root, None, TeamRequest("next", tiers=("plain", "large")))
    quota = yaml.safe_load((root / TENANTS).read_text())["teams"]["next"]["quota"]
    assert quota["clusters"] == 2
    assert quota["pods"] == 12, "the least"
    assert int(quota["memory"].removesuffix("Gi")) > 4 * 128
    assert quota["cpu"] > 4 * 30
    new_cluster(root, None, "next/one", "large", WORKLOAD)
