"""Jinja2 inside a scalar of a tier: a formula over what the cluster asked for. Nothing else.

Jinja itself is loaded with the first template: most tiers have none, and it takes a tenth of a render's time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class TemplateMistakeError(Exception):
    """A template can't be used; the text says why."""


class UnknownInputError(TemplateMistakeError):
    """A template reads what it is not given."""


def is_template(value: object) -> bool:
    return isinstance(value, str) and ("{{" in value or "{%" in value)


def render(text: str, inputs: Mapping[str, Any]) -> str:
    """The result as text; raises TemplateMistakeError."""
    from aerofleet.model.jinja import render_template

    return render_template(text, inputs)


def inputs_of(text: str) -> tuple[str, ...]:
    """The inputs a template reads: ``workload.objects``. Empty for a text that is no valid template."""
    from aerofleet.model.jinja import names_in

    return names_in(text)
