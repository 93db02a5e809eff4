"""Replace the templates in the settings of a cluster by their results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from aerofleet.files.quantities import parse_bytes, parse_count, parse_per_second, parse_percent
from aerofleet.files.settings import Settings
from aerofleet.files.validation import is_text
from aerofleet.findings import Finding, declared, rules_in
from aerofleet.load import read_plain
from aerofleet.settings.layers import is_of_tier
from aerofleet.settings.merge import Merged, Path
from aerofleet.settings.source import ClusterDefinition
from aerofleet.settings.template import TemplateMistakeError, UnknownInputError, is_template, render
from aerofleet.units.field_path import dotted

WORKLOAD_UNITS = {
    "objects": parse_count,
    "record": parse_bytes,
    "reads": parse_per_second,
    "writes": parse_per_second,
    "growthPerMonth": parse_percent,
}

TEMPLATE = declared(
    "template",
    "A template of a tier can't be rendered.",
    scope="cell",
    severity="error",
    source="Platform rule: docs/concepts/definitions.md",
)
TEMPLATE_PLACE = declared(
    "template-place",
    "A template is outside of a tier.",
    scope="cell",
    severity="error",
    remedy="write the value itself",
    source="Platform rule: docs/concepts/definitions.md",
)
RULES = rules_in(globals())


@dataclass(slots=True)
class Rendering:
    """The mistakes in the templates of a cluster.

    ``misplaced``: findings for templates outside of tiers; ``failed``: findings for templates that fail; ``left``: the
    paths of these two kinds of templates. ``complete``: the formulas can read every value of the workload.
    """

    complete: bool
    misplaced: list[Finding] = field(default_factory=list)
    failed: list[Finding] = field(default_factory=list)
    left: set[str] = field(default_factory=set)

    def with_findings_of(self, findings: Sequence[Finding]) -> list[Finding]:
        """Return the findings of the templates together with ``findings``, those of the settings.

        Findings that may only follow from others are left out: those of a setting whose template was not replaced, and
        failed templates while the workload has mistakes.
        """
        certain = [*self.misplaced, *(finding for finding in findings if finding.path not in self.left)]
        return [*certain, *self.failed] if self.complete or not certain else certain


def render_templates(merged: Merged, cluster: ClusterDefinition) -> Rendering:
    """Replace every template of a tier by its result; only tiers may have templates."""
    workload, complete = in_base_units(merged.data.get("workload"))
    inputs = {"cluster": cluster.name, "team": cluster.team, "workload": workload}
    done = Rendering(complete)

    def walk(value: Any, path: Path) -> Any:
        if isinstance(value, dict):
            return {key: walk(inner, (*path, key)) for key, inner in value.items()}
        if isinstance(value, list):
            return [walk(item, (*path, index)) for index, item in enumerate(value)]
        if not is_template(value):
            return value
        origin, name = merged.origin(path), dotted(path)
        where = origin.location if origin else cluster.document.locate(cluster.place)
        if origin is None or not is_of_tier(origin.layer):
            message = "only a tier can have a template"
            done.misplaced.append(TEMPLATE_PLACE.finding(name, message, location=where))
        else:
            try:
                return of_type(render(value, inputs), path)
            except TemplateMistakeError as error:
                hint = readable(workload) if isinstance(error, UnknownInputError) else ""
                done.failed.append(TEMPLATE.finding(name, f"the template fails: {error}", hint, where))
        done.left.add(name)
        return value

    merged.data = walk(merged.data, ())
    return done


def readable(workload: Mapping[str, Any]) -> str:
    names = ["cluster", "team", *(f"workload.{key}" for key in workload)]
    return f"what it can read: {', '.join(names)}"


def of_type(text: str, path: Path) -> Any:
    """Return the result of a template, read as YAML; as it is if the field at ``path`` is text.

    Raises TemplateMistakeError.
    """
    if is_text(Settings, path):
        return text
    try:
        value = read_plain(text)
    except ValueError as error:
        raise TemplateMistakeError(str(error)) from None
    return text if value is None else value


def in_base_units(workload: object) -> tuple[dict[str, Any], bool]:
    """Return the readable values of the workload in base units, and whether all its values are readable."""
    if not isinstance(workload, Mapping):
        return {}, False
    result = {key: value for key, value in workload.items() if key not in WORKLOAD_UNITS}
    for key, parse in WORKLOAD_UNITS.items():
        with suppress(ValueError):
            result[key] = parse(workload.get(key))
    return result, all(key in result for key in WORKLOAD_UNITS)
