"""A clone of the product with a commit, for tests that change its code or its definitions."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.trees.clone import clone_of_product
from tests.trees.repository import git


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a clone that no test changes."""
    return clone_of_product(tmp_path_factory.mktemp("product") / "clone")


@pytest.fixture
def clone(product: Path, tmp_path: Path) -> Path:
    """Return a clone for one test."""
    git(tmp_path, "clone", "--quiet", str(product), "clone")
    return tmp_path / "clone"
