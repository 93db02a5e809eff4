"""What a reader sees of twenty edits: the verdict, the advice, the clusters, the lines that cause it, and the comment.

``python -m tests.review.test_edits`` writes the comments anew: read each of them aloud.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from aerofleet.review.advice import advice_of
from aerofleet.review.formats.comment import as_comment
from tests.fleet.project import ROOT
from tests.review.edited import EDITS, FOLDER, review_of_edit
from tests.review.rendered import Rendered

COMMENTS = FOLDER / "comments"


@pytest.mark.parametrize("name", EDITS)
def test_edit(name: str, tmp_path: Path) -> None:
    expected = EDITS[name]["expected"]
    review = review_of_edit(name, tmp_path)
    assert {
        "verdict": review.verdict,
        "advice": advice_of(review).action,
        "clusters": sorted(cluster.key for cluster in review.clusters),
        "causes": sorted({cause.path for cluster in review.clusters for cause in cluster.causes}),
        "rules": sorted(
            {one.finding.rule for one in review.findings if one.is_new and one.finding.severity == "error"}
        ),
    } == expected
    assert sorted(key for one in review.unknown for key in one.names) == EDITS[name].get("unknown", [])
    comment = as_comment(review)
    path = COMMENTS / f"{name}.md"
    assert comment == (path.read_text() if path.exists() else "")
    assert not Rendered(comment).references()


def test_every_comment_is_one_of_an_edit() -> None:
    assert {path.stem for path in COMMENTS.iterdir()} <= EDITS.keys()


def test_the_how_to_shows_a_comment_as_it_is() -> None:
    page = (ROOT / "docs/how-to/review-a-change.md").read_text()
    assert f"````markdown\n{(COMMENTS / 'single-copy-cache.md').read_text()}````\n" in page


if __name__ == "__main__":
    for edit in EDITS:
        with tempfile.TemporaryDirectory() as folder:
            text = as_comment(review_of_edit(edit, Path(folder)))
        if text:
            (COMMENTS / f"{edit}.md").write_text(text)
