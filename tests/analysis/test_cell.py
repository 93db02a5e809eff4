"""The analysis of a cell."""

from __future__ import annotations

from aerofleet.analysis.cell import analyse_cell
from aerofleet.findings import Subject
from tests.fleet.project import SHOP


def test_a_cell_that_does_not_exist_has_one_finding() -> None:
    analysis = analyse_cell(SHOP, "nowhere")
    assert [finding.rule for finding in analysis.findings] == ["cell-unknown"]
    assert analysis.rendered is None
    assert "cell-unknown" not in {finding.rule for finding in analyse_cell(SHOP, "here").findings}


def test_a_change_is_tried_without_writing_it() -> None:
    file = "stacks/here/teams/shop.yaml"
    text = (SHOP / file).read_text().replace("tier: secure", "tier: secur")
    (finding,) = (
        finding for finding in analyse_cell(SHOP, "here", {file: text}).findings if finding.severity == "error"
    )
    assert (finding.rule, finding.subject) == ("tier-unknown", Subject("cluster", "shop/cart"))
    assert analyse_cell(SHOP, "here").rendered is not None
