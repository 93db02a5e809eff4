"""Jinja2 in a scalar of a tier: a formula over the cluster's name, team and workload.

Jinja itself is loaded with the first template: most tiers have none, and it takes a tenth of a render's time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aerofleet.findings.stop import MistakeError


class TemplateMistakeError(MistakeError):
    """A template can't be rendered; the text has the reason."""


class UnknownInputError(TemplateMistakeError):
    """A template reads an unknown input."""


def is_template(value: object) -> bool:
    return isinstance(value, str) and ("{{" in value or "{%" in value)


def render(text: str, inputs: Mapping[str, Any]) -> str:
    """Return the result as text. Raises TemplateMistakeError."""
    from aerofleet.settings.jinja import render_template

    return render_template(text, inputs)


def inputs_of(text: str) -> tuple[str, ...]:
    """Return the inputs that a template reads (``workload.objects``); none for a text that is no valid template."""
    from aerofleet.settings.jinja import names_in

    return names_in(text)
