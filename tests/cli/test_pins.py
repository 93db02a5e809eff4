"""`aerofleet pins`: the requirements file of a project, from the wheel of a release."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import pytest

from aerofleet.cli import main


def test_a_release_is_pinned_with_its_own_packages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Not with those of the release that prints."""
    wheel = tmp_path / "aerofleet-7.8.9-py3-none-any.whl"
    packages = f"pyyaml==9.1 \\\n    --hash=sha256:{'ab' * 32}\n"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("aerofleet/toolchain/requirements.txt", packages)
        archive.writestr("aerofleet-7.8.9.dist-info/METADATA", "")
    assert main(["pins", str(wheel)]) == 0
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    assert capsys.readouterr().out == f"aerofleet==7.8.9 \\\n    --hash=sha256:{digest}\n{packages}"


@pytest.mark.parametrize("content", [b"", b"<html>not found</html>"])
def test_a_file_that_is_no_wheel_is_a_mistake(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "aerofleet-0.1.1-py3-none-any.whl"
    file.write_bytes(content)
    assert main(["pins", str(file)]) == 2
    assert f"{file} is no wheel of aerofleet with its pins: get one with `pip download" in capsys.readouterr().err


def test_a_wheel_of_another_package_is_a_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "rich-15.0.0-py3-none-any.whl"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("rich-15.0.0.dist-info/METADATA", "")
    assert main(["pins", str(other)]) == 2
    assert main(["pins", str(tmp_path / "absent.whl")]) == 2
    assert "absent.whl cannot be read: No such file or directory" in capsys.readouterr().err


def test_a_file_is_written_as_a_whole_or_not_at_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pins = tmp_path / "requirements.txt"
    pins.write_text("aerofleet==0.1.0\n")
    assert main(["pins", str(tmp_path / "absent.whl"), "--output", str(pins)]) == 2
    assert pins.read_text() == "aerofleet==0.1.0\n"
    wheel = tmp_path / "aerofleet-7.8.9-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("aerofleet/toolchain/requirements.txt", "")
        archive.writestr("aerofleet-7.8.9.dist-info/METADATA", "")
    assert main(["pins", str(wheel), "--output", str(pins)]) == 0
    assert pins.read_text().startswith("aerofleet==7.8.9 ")
    capsys.readouterr()
    assert main(["pins", str(wheel), "--output", str(tmp_path / "none/x")]) == 2
    assert "--output" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == [wheel.name, pins.name]
