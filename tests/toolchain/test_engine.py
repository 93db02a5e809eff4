"""What counts as installed on a machine, and what does not."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

import pytest

from aerofleet.toolchain.engine import (
    KUBERNETES_PLUGIN,
    foreign_path,
    installed_engine,
    installed_uv,
    kubernetes_provider,
    own_home,
    remove_programs,
)
from aerofleet.toolchain.go_build import build_environment
from aerofleet.toolchain.recipes import MACHINE, SYSTEM, ToolchainError


def program(folder: Path, name: str, *lines: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text("\n".join(("#!/bin/sh", *lines)))
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_an_engine_counts_where_it_is_new_enough(tmp_path: Path) -> None:
    engine = program(tmp_path, "pulumi", "echo v3.259.1")
    assert installed_engine("3.259.0", str(tmp_path)) == engine
    assert installed_engine("3.300.0", str(tmp_path)) is None


def test_what_another_clone_put_on_path_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`eval "$(aerofleet env)"` in one clone, `make up` in another: its stand-in is not the official plugin."""
    other, own = tmp_path / "other-clone/.aerofleet/bin", tmp_path / "own"
    program(other, KUBERNETES_PLUGIN)
    program(own, "something")
    monkeypatch.setenv("PATH", f"{other}{os.pathsep}{own}")
    assert foreign_path() == str(own)


def test_an_installed_plugin_is_the_official_one_unless_the_stand_in_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = program(tmp_path, "pulumi", "exit 1")
    program(tmp_path, KUBERNETES_PLUGIN)
    monkeypatch.delenv("AEROFLEET_PROVIDER", raising=False)
    assert kubernetes_provider(engine, str(tmp_path)) == "official"
    monkeypatch.setenv("AEROFLEET_PROVIDER", "stand-in")
    assert kubernetes_provider(engine, str(tmp_path)) == "stand-in"
    monkeypatch.setenv("AEROFLEET_PROVIDER", "oficial")
    with pytest.raises(ToolchainError, match="it can be official or stand-in"):
        kubernetes_provider(engine, str(tmp_path))


def test_a_home_that_a_clone_made_is_not_the_persons_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After `eval "$(aerofleet env)"`: the stand-in in it would count as the official plugin."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("PULUMI_HOME", raising=False)
    assert own_home() == tmp_path / ".pulumi"
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "clone/.aerofleet/pulumi"))
    assert own_home() == tmp_path / ".pulumi"
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "elsewhere"))
    assert own_home() == tmp_path / "elsewhere"


def test_uv_comes_from_the_bootstrap_where_none_is_on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The official language host can't read a program's packages without it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert installed_uv("") is None
    program(tmp_path / "cache/aerofleet/uv-0.9.11/bin", "uv")
    own = program(tmp_path / "cache/aerofleet/uv-0.13.9/bin", "uv")
    (tmp_path / "cache/aerofleet/uv-0.14.0.partial.77").mkdir()
    assert installed_uv("") == own
    program(tmp_path / "installed", "uv")
    assert installed_uv(str(tmp_path / "installed")) is None


def test_a_build_is_for_this_machine_whatever_the_caller_builds_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOS", "plan9")
    monkeypatch.setenv("GOARCH", "mips")
    monkeypatch.setenv("GOPROXY", "https://goproxy.example.net")
    built_for = build_environment()
    assert (built_for["GOOS"], built_for["GOARCH"]) == (SYSTEM, MACHINE)
    assert built_for["GOPROXY"] == "https://goproxy.example.net"


def test_only_the_programs_of_a_project_are_removed(tmp_path: Path) -> None:
    for name in ("bin/pulumi", "pulumi/plugins/x", "bin.lock", "before/local.yaml", "next/venv/bin/python"):
        file = tmp_path / ".aerofleet" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    remove_programs(tmp_path)
    assert sorted(path.name for path in (tmp_path / ".aerofleet").iterdir()) == ["before", "next"]
    shutil.rmtree(tmp_path / ".aerofleet")
    (tmp_path / ".aerofleet" / "bin").mkdir(parents=True)
    remove_programs(tmp_path)
    remove_programs(tmp_path)
    assert not (tmp_path / ".aerofleet").exists()
