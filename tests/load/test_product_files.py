"""Where the product finds its own files."""

from __future__ import annotations

from pathlib import Path

import pytest

from aerofleet.findings.stop import FailureError
from aerofleet.load.product_files import product_folder
from tests.fleet.project import ROOT


def test_in_this_clone_a_folder_is_beside_the_package() -> None:
    assert product_folder("templates/project") == ROOT / "templates/project"


def test_in_a_wheel_a_folder_is_below_the_package(tmp_path: Path) -> None:
    package = tmp_path / "site-packages/aerofleet"
    (package / "templates/project").mkdir(parents=True)
    assert product_folder("templates/project", package) == package / "templates/project"


def test_a_folder_beside_an_installed_package_is_not_the_products(tmp_path: Path) -> None:
    """Another distribution can have `templates` at the top of site-packages."""
    package = tmp_path / "site-packages/aerofleet"
    package.mkdir(parents=True)
    (tmp_path / "site-packages/templates/project").mkdir(parents=True)
    with pytest.raises(FailureError, match="this installation of aerofleet is incomplete"):
        product_folder("templates/project", package)
