"""The cache of finished programs: each is made once, whole or not at all, however many runs want it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from aerofleet.toolchain.recipes import Recipe
from aerofleet.toolchain.store import stored
from tests.fleet.project import ROOT

WANT = """
import sys
from pathlib import Path
from aerofleet.toolchain.recipes import Recipe
from aerofleet.toolchain.store import stored

log = Path(sys.argv[1])

def make(recipe, folder):
    with log.open("a") as file:
        file.write("made\\n")
    (folder / "first").write_text("one")
    (folder / "second").write_text("two")

recipe = Recipe("pair", log.parent / "source", "1", {}, {}, 0)
print(*sorted(file.name for file in stored(recipe, make).iterdir()))
"""


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recipe:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    source = tmp_path / "source"
    source.mkdir()
    (source / "go.mod").write_text("module pair\n")
    return Recipe("pair", source, "1", {}, {}, 0)


def test_many_runs_at_once_make_it_once_and_all_get_it_whole(recipe: Recipe, tmp_path: Path) -> None:
    log = tmp_path / "log"
    command = [sys.executable, "-c", WANT, str(log)]
    runs = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    assert [run.communicate()[0] for run in runs] == ["first second\n"] * 4
    assert log.read_text() == "made\n"


def test_an_interrupted_make_leaves_nothing_that_counts_and_the_next_begins_clean(recipe: Recipe) -> None:
    def interrupted(_recipe: Recipe, folder: Path) -> None:
        (folder / "half").write_text("")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stored(recipe, interrupted)
    entry = stored(recipe, lambda _recipe, folder: (folder / "whole").touch())
    assert [file.name for file in entry.iterdir()] == ["whole"]


def test_a_compiler_that_outlived_its_run_writes_into_nothing_that_counts(recipe: Recipe) -> None:
    """`kill -9` ends the run and frees its lock, not the compiler that it started."""
    folders: list[Path] = []

    def killed(_recipe: Recipe, folder: Path) -> None:
        folders.append(folder)
        raise KeyboardInterrupt

    def made_beside_it(_recipe: Recipe, folder: Path) -> None:
        (folder / "program").write_text("whole")
        folders[0].mkdir(exist_ok=True)
        (folders[0] / "program").write_text("ha")

    with pytest.raises(KeyboardInterrupt):
        stored(recipe, killed)
    assert (stored(recipe, made_beside_it) / "program").read_text() == "whole"


def test_another_source_is_another_entry(recipe: Recipe) -> None:
    before = stored(recipe, lambda _recipe, folder: (folder / "old").touch())
    (recipe.source / "go.mod").write_text("module pair\n\ngo 1.26\n")
    changed = Recipe("pair", recipe.source, "1", {}, {}, 0)
    after = stored(changed, lambda _recipe, folder: (folder / "new").touch())
    assert after != before
    assert [file.name for file in after.iterdir()] == ["new"]
