"""Markdown as GitHub's own parser renders it."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

import cmarkgfm
from cmarkgfm.cmark import Options

REFERENCE = re.compile(r"@\w|#\d|\bGH-\d|\b[0-9a-fA-F]{7,64}\b|:[\w+-]+:|\$|https?://|www\.|\bftp://", re.IGNORECASE)
"""What GitHub or GitLab would make a mention, a link, an emoji or a formula of, outside of code."""


class Rendered(HTMLParser):
    """The elements of a rendered text, and its text inside and outside of code."""

    def __init__(self, markdown: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.open: list[str] = []
        self.outside_of_code = ""
        self.text = ""
        self.comments: list[str] = []
        # "unsafe" keeps HTML that is written in the text, so that a test sees it.
        extensions = ["table", "strikethrough", "autolink", "tagfilter", "tasklist"]
        self.html = cmarkgfm.markdown_to_html_with_extensions(
            markdown, options=Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES, extensions=extensions
        )
        self.feed(self.html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in ("br", "hr", "img", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, f"</{tag}> ends {self.open}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.text += data
        if "code" not in self.open:
            self.outside_of_code += data

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def references(self) -> list[str]:
        """Everything outside of code that a forge would link, notify or replace."""
        return REFERENCE.findall(html.unescape(self.outside_of_code))
