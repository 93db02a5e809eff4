"""A secret that somebody wrote into a definition is in no format of a review."""

from __future__ import annotations

from pathlib import Path

import pytest

from aerofleet.findings.terminal import NO_TERMINAL
from aerofleet.review.formats import FORMATS
from aerofleet.review.model import Cause, Review
from aerofleet.review.redaction import HIDDEN, redacted
from aerofleet.trees.compare import Request, review_sides
from tests.fleet.project import change, copy_of
from tests.review.edited import DAY, PROJECT

CANARY = "canary-7f3a91"
SIDECAR = """
defaults:
  sidecars:
    - name: shipper
      image: registry.example.net/vector:0.45.0
      cpu: 100m
      memory: 128Mi
      args: [--token=ARGUMENT]
      env:
        - {name: DB_PASSWORD, value: VARIABLE}
"""


def fleet(folder: Path, secret: str) -> Path:
    root = copy_of(PROJECT, folder)
    text = SIDECAR.replace("ARGUMENT", secret).replace("VARIABLE", secret)
    change(root, {"file": "stacks/fra/cell.yaml", "replace": "server:\n", "by": f"{text.lstrip()}server:\n"})
    return root


@pytest.fixture(scope="module")
def reviews(tmp_path_factory: pytest.TempPathFactory) -> list[Review]:
    """A secret comes; a secret becomes another one; a secret goes."""
    old, new = (fleet(tmp_path_factory.mktemp(name), f"{CANARY}-{name}") for name in ("old", "new"))
    sides = [(PROJECT, old), (old, new), (new, PROJECT)]
    return [review_sides(head, Request(str(base), str(head)), DAY) for base, head in sides]


@pytest.mark.parametrize("form", FORMATS)
def test_a_secret_is_in_no_format(form: str, reviews: list[Review]) -> None:
    for review in reviews:
        assert review.clusters or review.unknown
        text = FORMATS[form](review, NO_TERMINAL, True)
        # A roll-out shows no values. What head has mended is at no line of head, so no annotation names it.
        is_mended = form in ("sarif", "github") and all(one.is_mended for one in review.unknown)
        assert "sidecars" in text or form in ("steps", "svg") or is_mended
        assert CANARY not in text


@pytest.mark.parametrize(
    ("path", "value", "shown"),
    [
        ("sidecars.shipper.env.DB_PASSWORD.value", "x7", HIDDEN),
        ("sidecars.shipper.env.DB_USER.value", "cart", "cart"),
        ("sidecars.shipper.args", ["--password=x7", "-v"], [HIDDEN, "-v"]),
        ("sidecars.shipper.args", "https://a:x7@b.example", HIDDEN),
        (
            "overlay.spec",
            {"env": [{"name": "API_TOKEN", "value": "x7"}]},
            {"env": [{"name": "API_TOKEN", "value": HIDDEN}]},
        ),
        ("overlay.spec.password", "x7", HIDDEN),
        ("overlay.spec.password", "secrets:cart:password", "secrets:cart:password"),
        ("passwords.cart", 2, 2),
        ("secretStore.pathPrefix", "databases/fra", "databases/fra"),
    ],
)
def test_only_a_secret_is_hidden(path: str, value: object, shown: object) -> None:
    assert redacted(Cause(path, "team", value, None)) == Cause(path, "team", shown, None)
