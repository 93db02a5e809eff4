"""The versions and hashes of the packages that this release of the product was tested with."""

from __future__ import annotations

from pathlib import Path

FILE = Path(__file__).with_name("requirements.txt")


def locked_requirements() -> str:
    """Return a requirements file for `pip install --require-hashes`, with every package that the product imports.

    It does not have the product itself: a project adds a line for that, with the hash of the wheel that it uses.
    """
    return FILE.read_text(encoding="utf-8")
