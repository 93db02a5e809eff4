"""`aerofleet diff`: two files, one effect for each cluster."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from aerofleet.cli.diff import run
from tests.ako.specimen import cluster


def write(path: Path, *clusters: dict[str, Any]) -> str:
    path.write_text("\n---\n".join(json.dumps(each) for each in clusters))
    return str(path)


def test_the_effect_is_told_with_pods_and_reasons(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = write(tmp_path / "old.yaml", cluster("device"))
    new = write(tmp_path / "new.yaml", cluster("device", {"spec.size": 5}))
    assert run([old, new]) == 0
    assert capsys.readouterr().out == (
        "shop/orders: moves-data\n"
        "  pods: 4 stay as they are, 1 are new\n"
        "  moves-data      spec.size: 4 pods become 5: partitions move  [size]\n"
    )


def test_clusters_belong_together_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = write(tmp_path / "old.yaml", cluster("device"), cluster("memory"))
    new = write(tmp_path / "new.yaml", cluster("strong"), cluster("device"))
    assert run([old, new, "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)["clusters"]
    assert {each["cluster"]: each["effect"] for each in found} == {
        "bank/ledger": "live",
        "shop/cache": "data-at-risk",
        "shop/orders": "none",
    }


@pytest.mark.parametrize(("limit", "code"), [("refused", 0), ("data-at-risk", 0), ("moves-data", 1), ("live", 1)])
def test_the_exit_code_follows_the_limit(tmp_path: Path, limit: str, code: int) -> None:
    old = write(tmp_path / "old.yaml", cluster("device"))
    new = write(tmp_path / "new.yaml", cluster("device", {"spec.size": 5}))
    assert run([old, new, "--fail-on", limit]) == code


def test_a_broken_file_is_a_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("a: [")
    assert run([str(broken), write(tmp_path / "new.yaml", cluster("device"))]) == 2
    assert "broken.yaml:2:1" in capsys.readouterr().out
