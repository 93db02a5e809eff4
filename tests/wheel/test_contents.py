"""What the wheel has, and that everybody who builds it gets the same bytes.

`python -m tests.wheel.test_contents` accepts the contents as they are now.
"""

from __future__ import annotations

import os
import re
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

from tests.fleet.project import CASES, ROOT
from tests.wheel.built import built, copy_of_sources

CONTENTS = CASES / "wheel" / "contents.txt"
ACCEPT = "a file is new in the wheel, or gone. If that is right: python -m tests.wheel.test_contents"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(ROOT, tmp_path_factory.mktemp("dist"))


def contents(wheel: Path) -> list[str]:
    """Return the files of the wheel: the modules of a folder as one line, all others by name, without the version."""
    names = (re.sub(r"^aerofleet-[^/]+\.dist-info", "DIST-INFO", name) for name in zipfile.ZipFile(wheel).namelist())
    return sorted({str(PurePosixPath(name).parent / "*.py") if name.endswith(".py") else name for name in names})


def test_the_wheel_has_the_files_that_are_listed(wheel: Path) -> None:
    assert contents(wheel) == CONTENTS.read_text().splitlines(), ACCEPT


def test_the_wheel_has_two_import_packages_and_no_tests(wheel: Path) -> None:
    names = [PurePosixPath(name) for name in zipfile.ZipFile(wheel).namelist()]
    assert {name.parts[0] for name in names if not name.parts[0].endswith(".dist-info")} == {"aerofleet", "components"}
    assert [name for name in names if re.match(r"(test_.*|conftest)\.py$", name.name)] == []


def test_two_builds_at_different_places_and_times_have_the_same_bytes(wheel: Path, tmp_path: Path) -> None:
    """The other build is by somebody with another umask, from a copy without git, ten years later."""
    sources = copy_of_sources(tmp_path / "elsewhere/copy")
    for path in files_below(sources):
        path.chmod(0o700 if path.stat().st_mode & 0o100 else 0o600)
        os.utime(path, (2_100_000_000, 2_100_000_000))
    (sources / "aerofleet/__pycache__").mkdir()
    (sources / "aerofleet/__pycache__/left.pyc").write_bytes(b"left")
    before = os.umask(0o077)
    try:
        other = built(sources, tmp_path / "dist")
    finally:
        os.umask(before)
    assert other.name == wheel.name
    assert other.read_bytes() == wheel.read_bytes()


def test_a_wheel_of_the_source_distribution_has_the_same_bytes(wheel: Path, tmp_path: Path) -> None:
    with tarfile.open(built(ROOT, tmp_path / "sdist", "sdist")) as archive:
        archive.extractall(tmp_path, filter="data")
    (sources,) = tmp_path.glob("aerofleet-*")
    assert {path.name for path in sources.iterdir()} == {
        "aerofleet", "components", "templates", "pyproject.toml", "README.md", "LICENSE", ".gitignore", "PKG-INFO",
    }  # fmt: skip
    assert built(sources, tmp_path / "dist").read_bytes() == wheel.read_bytes()


def files_below(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        CONTENTS.write_text("".join(f"{line}\n" for line in contents(built(ROOT, Path(temporary)))))
    sys.stdout.write(f"{CONTENTS} is written: look at its difference\n")
