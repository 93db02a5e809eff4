"""`aerofleet local up --definitions`: the operator's own definitions instead of permissive ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from aerofleet.cli import main
from aerofleet.findings.stop import MistakeError
from aerofleet.local.definitions import definition_name, require_definitions


def test_the_files_of_the_operators_repository_are_taken(tmp_path: Path) -> None:
    file = tmp_path / "asdb.aerospike.com_aerospikeclusters.yaml"
    file.touch()
    require_definitions(tmp_path)
    assert definition_name(file) == "aerospikeclusters.asdb.aerospike.com"


@pytest.mark.parametrize(
    ("name", "message"),
    [("kustomization.yaml", "kustomization.yaml is no file of a definition"), ("README.md", "has no definitions")],
)
def test_another_folder_is_a_mistake(name: str, message: str, tmp_path: Path) -> None:
    (tmp_path / name).touch()
    with pytest.raises(MistakeError, match=message):
        require_definitions(tmp_path)


def test_the_verb_refuses_the_folder_before_it_starts_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert main(["local", "up", "--definitions", str(tmp_path / "absent")]) == 2
    assert "absent has no definitions: name the folder config/crd/bases of a checkout" in capsys.readouterr().err
    assert not (tmp_path / "state").exists()
