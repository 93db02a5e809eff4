"""The product's tiers: files of its own package, which a project's tiers extend. A released revision never changes.

`python -m tests.settings.test_product_tiers` adds new revisions to the file of the released ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from aerofleet.cli import main
from aerofleet.files.tier import TierFile
from aerofleet.files.validation import validated
from aerofleet.fleet.resolve import resolve_cell
from aerofleet.load import read, yaml_text
from aerofleet.manifests import render_cell
from aerofleet.settings.merge import merge_layers
from aerofleet.settings.tiers import PRODUCT, PRODUCT_FOLDER, Tiers, mistakes_of, product_tiers
from tests.fleet.project import CASES, SHOP, change, copy_of

RELEASED = CASES / "released_tiers.yaml"
TEAM = "stacks/here/teams/search.yaml"
GRANT = {
    "file": "stacks/here/tenants.yaml",
    "replace": "  search:\n    tiers: [plain]",
    "by": "  search:\n    tiers: [plain, aerofleet/bronze]",
}
FILES = sorted(PRODUCT_FOLDER.glob("*.yaml"))
HEAD = """\
# What each released revision of a product's tier resolves to, for servers of each range that it tells apart.
# A revision is only added: `python -m tests.settings.test_product_tiers` does.
"""


def resolved() -> dict[str, dict[str, Any]]:
    """Return reference → servers → settings of every revision, after all that it extends."""
    tiers = Tiers({}, {}, product=product_tiers())
    chains = [tiers.chain(f"{name}@{number}") for name, known in tiers.product.items() for number in known]
    return {
        chain[-1].reference: {
            servers or "all": merge_layers(layer for revision in chain for layer in revision.layers(servers)).data
            for servers in ("", *versions(chain))
        }
        for chain in chains
    }


def versions(chain: Any) -> Iterator[str]:
    """Yield a server version of each range that the chain tells apart."""
    bounds = {bound for revision in chain for entry in revision.file.for_servers for bound in (entry.since,) if bound}
    return iter(sorted(bounds))


def test_a_released_revision_never_changes() -> None:
    released, now = yaml.safe_load(RELEASED.read_text()), resolved()
    for reference, settings in released.items():
        assert now.get(reference) == settings, (
            f"{reference} was released, and clusters run with it: take the change back, and add a revision with it"
        )
    new = [reference for reference in now if reference not in released]
    assert new == [], "a new revision: `python -m tests.settings.test_product_tiers` adds it to the released ones"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_product_s_tier_has_no_mistakes(path: Path) -> None:
    document = read(path, path.name)
    file, findings = validated(TierFile, document.data, document.locate)
    assert file is not None, findings
    assert list(mistakes_of(file, document, f"{PRODUCT}{path.stem}")) == []
    assert not file.current, "a product's tier is named with its revision"
    Tiers({}, {}, product=product_tiers()).chain(f"{file.tier}@1")
    assert all(not revision.extends or revision.extends.startswith(PRODUCT) for revision in file.revisions.values())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_tier_says_why_it_is_what_it_is(path: Path) -> None:
    comments = [line for line in path.read_text().splitlines() if line.lstrip().startswith("# ")]
    assert len(comments) >= 3
    assert all(revision["description"] for revision in yaml.safe_load(path.read_text())["revisions"].values())


CLUSTER = """\
tier: aerofleet/bronze@1
    racks: 2
    resources: {cpu: 2, memory: 8Gi}
    workDirectory: {size: 1Gi, storageClass: files}
    namespaces: [{name: suggest, dataSize: 2Gi, indexesMemoryBudget: 512Mi}]
    workload: {objects: 1M, record: 500B, reads: 1k/s, writes: 1k/s}
"""


def with_bronze(tmp_path: Path) -> Path:
    """Return a project with a cluster of the product's tier, made to fit the hosts of the cell."""
    root = copy_of(SHOP, tmp_path)
    change(root, GRANT)
    change(root, {"file": TEAM, "replace": "tier: plain\n", "by": CLUSTER})
    allowed = "storage: 1Ti}\n    overridable: [racks, resources, workDirectory, namespaces]"
    change(root, {"file": "stacks/here/tenants.yaml", "replace": "storage: 1Ti}", "by": allowed})
    return root


def test_a_cluster_can_name_a_tier_of_the_product(tmp_path: Path) -> None:
    root = with_bronze(tmp_path)
    cell = resolve_cell(root, "here").cell
    assert cell is not None, resolve_cell(root, "here").findings
    objects = list(render_cell(cell).objects())
    (cluster,) = [found for found in objects if found["metadata"]["name"] == "suggest" and "spec" in found][:1]
    assert cluster["metadata"]["labels"]["aerofleet.io/tier"] == "aerofleet.bronze", "a label has no slash"
    rules = [found for found in objects if found["metadata"]["name"] == "aerospike-aerofleet.bronze-1"]
    assert 'aerofleet_tier="aerofleet/bronze@1"' in str(rules)


def test_an_own_tier_never_hides_the_product_s(tmp_path: Path) -> None:
    root = copy_of(SHOP, tmp_path)
    own = {"tier": "bronze", "revisions": {"1": {"extends": "plain@2", "settings": {"size": 2}}}}
    (root / "templates/tiers/bronze.yaml").write_text(yaml.safe_dump(own))
    change(root, {**GRANT, "by": "  search:\n    tiers: [plain, bronze]"})
    change(root, {"file": TEAM, "replace": "tier: plain", "by": "tier: bronze"})
    source = resolve_cell(root, "here").source
    assert source is not None
    assert [revision.reference for revision in source.tiers.chain("bronze")] == ["plain@1", "plain@2", "bronze@1"]
    assert source.tiers.chain("aerofleet/bronze@1")[-1].file.settings["resources"] == {"cpu": 4, "memory": "13Gi"}


def test_explain_names_the_line_of_the_product(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = with_bronze(tmp_path)
    assert main(["explain", "search/suggest", "namespaces.suggest.config", "--root", str(root)]) == 0
    assert "aerofleet/tiers/bronze.yaml:" in (out := capsys.readouterr().out)
    assert "tier aerofleet/bronze@1" in out


def test_a_mistake_in_a_value_of_the_product_is_shown_in_the_project(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The project has no file of the product's tier: an annotation there would be lost."""
    root = with_bronze(tmp_path)
    change(root, {"file": TEAM, "replace": "    racks: 2\n", "by": ""})
    assert main(["check", "--root", str(root), "--format", "github"]) == 2
    out = capsys.readouterr().out
    assert "file=aerofleet/" not in out
    assert f"file={TEAM},line=4" in out
    line = (PRODUCT_FOLDER / "base.yaml").read_text().splitlines().index("      racks: 3") + 1
    assert f"(the value is in line {line} of the product's aerofleet/tiers/base.yaml)" in out


def test_the_mistake_is_where_the_own_tier_extends_the_product_s(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = with_bronze(tmp_path)
    change(root, {"file": TEAM, "replace": "    racks: 2\n", "by": ""})
    change(root, {"file": TEAM, "replace": "aerofleet/bronze@1", "by": "small"})
    change(root, {"file": GRANT["file"], "replace": "aerofleet/bronze", "by": "small"})
    small = 'tier: small\nrevisions:\n  "1":\n    extends: aerofleet/bronze@1\n'
    (root / "templates/tiers/small.yaml").write_text(small)
    assert main(["check", "--root", str(root), "--format", "github"]) == 2
    assert "file=templates/tiers/small.yaml,line=4" in capsys.readouterr().out


def test_a_team_without_named_tiers_gets_the_own_ones_or_the_product_s(tmp_path: Path) -> None:
    root = copy_of(SHOP, tmp_path / "own")
    assert main(["new-team", "pricing", "--root", str(root)]) == 0
    assert yaml.safe_load((root / GRANT["file"]).read_text())["teams"]["pricing"]["tiers"] == ["plain", "secure"]


def write() -> None:
    """Add what is new to the released revisions; what they have stays."""
    released = yaml.safe_load(RELEASED.read_text()) if RELEASED.exists() else {}
    RELEASED.write_text(HEAD + yaml_text({**resolved(), **released}, width=120))


if __name__ == "__main__":
    write()
