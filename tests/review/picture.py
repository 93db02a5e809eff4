"""Make a picture of a comment: ``python -m tests.review.picture COMMENT.md PICTURE.png``. Needs Chromium."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from tests.review.rendered import Rendered

STYLE = """
body { font: 14px/1.5 "DejaVu Sans", sans-serif; color: #1f2328; margin: 0; padding: 20px 24px;
  width: 860px; background: #fff; }
h2 { font-size: 21px; border-bottom: 1px solid #d1d9e0; padding-bottom: 6px; margin: 8px 0 14px; }
h3 { font-size: 17px; margin: 22px 0 10px; }
code { font: 12px "DejaVu Sans Mono", monospace; background: #818b981f; border-radius: 6px; padding: 2px 5px;
  overflow-wrap: anywhere; }
table { border-collapse: collapse; margin: 12px 0; } td, th { border: 1px solid #d1d9e0; padding: 5px 12px; }
ul { padding-left: 26px; } li { margin: 4px 0; } summary { font-weight: 600; }
"""
"""The looks of a comment on GitHub, as far as a reader needs them."""
SIZE = (910, 1400)
"""Width and height in pixels; what is white at the end is cut off by hand where it is too much."""


def make_picture(comment: str, picture: Path, height: int = SIZE[1]) -> None:
    """Write the comment as GitHub's parser renders it, as a PNG."""
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "comment.html"
        page.write_text(f"<!doctype html><meta charset=utf-8><style>{STYLE}</style>{Rendered(comment).html}")
        size = f"--window-size={SIZE[0]},{height}"
        options = ["--headless", "--no-sandbox", "--hide-scrollbars", f"--screenshot={picture}", size]
        subprocess.run(["chromium", *options, page.as_uri()], check=True, capture_output=True)


if __name__ == "__main__":
    source, target, *rest = sys.argv[1:]
    make_picture(Path(source).read_text(), Path(target).resolve(), *map(int, rest))
