"""A pinned folder: its objects, and what is refused in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from aerofleet.files.pinned_manifests import digest_of, yaml_files
from aerofleet.fleet.resolve import resolve_cell
from tests.fleet.project import SHOP, change, copy_of

GOOD = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: operator}\n"


def rules_of(root: Path, manifest: str) -> list[str]:
    folder = root / "operator"
    folder.mkdir(parents=True)
    (folder / "objects.yaml").write_text(manifest)
    copy_of(SHOP, root)
    digest = digest_of(yaml_files(root, "operator"))
    pinned = f"version: 4.5.0\n  manifests: {{folder: operator, sha256: {digest}}}"
    change(root, {"file": "stacks/here/cell.yaml", "replace": "version: 4.5.0", "by": pinned})
    return [finding.rule for finding in resolve_cell(root, "here").findings if finding.rule.startswith("pinned")]


@pytest.mark.parametrize("broken", ["kind: ConfigMap\n", "apiVersion: v1\nkind: ConfigMap\n", "just text\n"])
def test_an_object_that_cannot_be_applied_is_refused(broken: str, tmp_path: Path) -> None:
    assert rules_of(tmp_path / "good", GOOD) == []
    assert set(rules_of(tmp_path / "broken", broken)) == {"pinned-object"}
