"""The folders of files that the product ships beside its code, in a clone and in an installed wheel alike."""

from __future__ import annotations

from pathlib import Path

from aerofleet.findings.stop import FailureError

PACKAGE = Path(__file__).parents[1]
"""The folder of the package `aerofleet`."""


def product_folder(name: str, package: Path = PACKAGE) -> Path:
    """Return the product's own folder ``name``, a path below the top of its clone, such as ``templates/project``.

    In a wheel the folder is below the package (``sources`` in pyproject.toml moves it there); in a clone, beside
    the package. A user's project is never searched: it may have a folder with the same name. Raises FailureError.
    """
    in_wheel, in_clone = package / name, package.parent / name
    is_clone = (package.parent / "pyproject.toml").is_file()
    for folder in (in_wheel, in_clone) if is_clone else (in_wheel,):
        if folder.is_dir():
            return folder
    raise FailureError(
        f"{in_wheel} is not there: this installation of aerofleet is incomplete. Install the package again; its wheel "
        f"has the folder '{name}'"
    )
