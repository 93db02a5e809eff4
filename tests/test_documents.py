"""The pages lead where they say, and a page that the index does not name is found by nobody."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from aerofleet.settings.tiers import product_tiers
from tests.fleet.project import EXAMPLE, ROOT

DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
LINK = re.compile(r"\]\((?!https?://)([^)#]*)(?:#([^)]+))?\)")
ROOTS = (ROOT, ROOT / "templates/project")
"""A path is one of the product, or of a new project."""
CODE = re.compile(r"[`\s]((?:aerofleet|components|tools|tests|bench|templates)/[^`\s,;:)]*)(?=(?::\d+)?[`\s,;)])")
"""A path in the text, or in a command, also with a line."""
HEAD = re.compile(r"^ *# \S+\.yaml$", re.MULTILINE)
"""The file that a block is written into, which a reader may have to make: tests/cli/test_how_to.py follows these."""
PLACEHOLDER = re.compile(r"[A-Z]{3}|[<{*]")
"""In a path: a name to fill in."""


OF_A_PROJECT = (ROOT / "stacks", ROOT / "templates/tiers")
"""Folders that a project replaces by its own. What a page names there, the example of the tests has."""


def place(path: Path) -> Path:
    """Return where the file of a page is: in the example if a project can replace it."""
    return EXAMPLE / path.relative_to(ROOT) if any(path.is_relative_to(top) for top in OF_A_PROJECT) else path


def anchors(page: Path) -> set[str]:
    """As GitHub makes them of headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for path, anchor in LINK.findall(page.read_text()):
        target = place((page.parent / path).resolve()) if path else page
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
            broken.append(f"{path}#{anchor}" if anchor else path)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_code_that_a_page_names_exists(page: Path) -> None:
    named = CODE.findall(HEAD.sub("", page.read_text()))
    files = [path for path in named if path.partition("@")[0] not in product_tiers() and not PLACEHOLDER.search(path)]
    assert [path for path in files if not any(place(root / path).exists() for root in ROOTS)] == []


def test_the_index_names_every_page() -> None:
    index = DOCS / "README.md"
    named = {(DOCS / path).resolve() for path, _ in LINK.findall(index.read_text())}
    pages = {page for page in DOCS.rglob("*.md") if page != index and "adr" not in page.parts}
    assert pages - named == set()


def test_every_decision_has_a_number_of_its_own() -> None:
    """Rules and pages name a decision by its number."""
    decisions = sorted(DOCS.glob("adr/*.md"))
    numbers = Counter(path.name[:4] for path in decisions)
    assert [path.name for path in decisions if numbers[path.name[:4]] > 1] == [], "the later one takes the next number"
    assert [path.name for path in decisions if not path.read_text().startswith(f"# {path.name[:4]} ")] == []
