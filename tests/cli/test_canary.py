"""A secret that somebody puts where none belongs shows in no output: not in a finding, not in an object."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
import yaml

from aerofleet.cli import main
from aerofleet.files.choices import NetworkProfile
from aerofleet.fleet.resolve import resolve_cell
from aerofleet.manifests import render_cell
from aerofleet.manifests.rendered import Object
from tests.fleet.project import SHOP, change, copy_of
from tests.manifests.golden import rendered

CANARY = "canary-7f3a91"
PLANTED = [
    ("stacks/here/teams/shop.yaml", "roles: [read-write]}", f"roles: [read-write], password: {CANARY}}}"),
    ("stacks/here/teams/shop.yaml", "roles: [read-write]}", f"roles: [read-write], password: [{CANARY}]}}"),
    ("stacks/here/teams/shop.yaml", "team: shop\n", f"team: shop\ntoken: {CANARY}\n"),
    ("stacks/here/cell.yaml", "store: vault", f"store: vault\n  token: {CANARY}"),
    ("stacks/here/cell.yaml", "server:", f"password: {CANARY}\nserver:"),
    ("stacks/here/tenants.yaml", "pools: [nvme]\n    quota: {clusters: 1", f"key: {CANARY}\n    quota: {{clusters: 1"),
]
VERBS = (["check"], ["check", "--format", "json"], ["check", "--format", "sarif"], ["render"], ["explain", "shop/cart"])


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
@pytest.mark.parametrize(("file", "replace", "by"), PLANTED)
def test_a_secret_in_a_definition_is_refused_and_not_repeated(
    verb: list[str], file: str, replace: str, by: str, tmp_path: Path, capfd: Any
) -> None:
    root = copy_of(SHOP, tmp_path)
    change(root, {"file": file, "replace": replace, "by": by})
    assert main([*verb, "--root", str(root)]) == 2
    captured = capfd.readouterr()
    assert CANARY not in captured.out + captured.err
    assert captured.out + captured.err


def test_a_secret_among_the_operators_manifests_is_refused_and_not_repeated(tmp_path: Path, capfd: Any) -> None:
    root = copy_of(SHOP, tmp_path)
    (root / "operator").mkdir()
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "pull"}, "stringData": {"key": CANARY}}
    content = yaml.safe_dump(secret)
    (root / "operator" / "all.yaml").write_text(content)
    digest = hashlib.sha256(f"all.yaml\0{len(content)}\0{content}".encode()).hexdigest()
    pinned = f"version: 4.5.0\n  manifests: {{folder: operator, sha256: {digest}}}"
    change(root, {"file": "stacks/here/cell.yaml", "replace": "version: 4.5.0", "by": pinned})
    assert main(["check", "--root", str(root)]) == 2
    captured = capfd.readouterr()
    assert "is a Secret, and its values would be in the stack's state" in captured.out
    assert CANARY not in captured.out + captured.err


def test_a_secret_of_the_environment_is_in_no_object(monkeypatch: pytest.MonkeyPatch, capfd: Any) -> None:
    for name in ("AEROSPIKE_PASSWORD", "PULUMI_CONFIG_PASSPHRASE", "VAULT_TOKEN", "AS_AUTH_PASSWORD"):
        monkeypatch.setenv(name, CANARY)
    assert main(["render", "--root", str(SHOP)]) == 0
    assert CANARY not in capfd.readouterr().out


@pytest.mark.parametrize("profile", list(NetworkProfile))
def test_objects_only_refer_to_secrets(profile: NetworkProfile) -> None:
    for manifest in rendered(profile).objects():
        assert manifest["kind"] != "Secret"
        assert not list(passwords(manifest))


def test_the_embedded_cell_refers_to_secrets_too() -> None:
    cell = resolve_cell(SHOP, "here").cell
    assert cell is not None
    assert not [path for manifest in render_cell(cell).objects() for path in passwords(manifest)]


def passwords(value: Any, path: str = "") -> list[str]:
    """Return the paths of values whose key sounds like a secret, except references."""
    if isinstance(value, list):
        return [found for index, item in enumerate(value) for found in passwords(item, f"{path}[{index}]")]
    if not isinstance(value, dict):
        return []
    object_: Object = value
    named = str(object_.get("name", "")).lower()
    written = str(object_.get("value", "env:"))
    found = [path] if "password" in named and not written.startswith("env:") else []
    return found + [place for key, item in object_.items() for place in passwords(item, f"{path}.{key}")]
