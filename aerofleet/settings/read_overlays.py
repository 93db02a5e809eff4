"""Read the overlays of a cluster's layers: their form, their templates, and what higher layers dropped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from aerofleet.files.cluster.overlay import OverlaySettings
from aerofleet.files.validation import validated
from aerofleet.findings import Finding, declared
from aerofleet.settings.formulas import render_templates
from aerofleet.settings.merge import Layer, Merged, Origin, Path, is_named_list
from aerofleet.settings.overlay import OVERLAY, SPEC, Overlay, in_effect
from aerofleet.settings.source import ClusterDefinition
from aerofleet.settings.template import is_template
from aerofleet.units.field_path import dotted

OVERLAY_NULL = declared(
    "overlay-null",
    "A null in an overlay where it removes nothing of the layers below: for all of `overlay`, or in the entry of a list"
    " that is replaced as a whole.",
    scope="cell",
    severity="error",
    source="Platform rule: docs/concepts/definitions.md",
)
RULES = (OVERLAY_NULL,)


def read_overlays(
    layers: Sequence[Layer], merged: Merged, cluster: ClusterDefinition
) -> tuple[tuple[Overlay, ...], list[Finding]]:
    """Return the overlays of ``layers``, the lowest first, and their mistakes. ``merged``: the settings of the cluster,
    whose workload the templates of a tier can read.
    """
    overlays: list[Overlay] = []
    findings: list[Finding] = []
    for layer in layers:
        if OVERLAY not in layer.data:
            continue
        overlay, mistakes = _read(layer)
        if overlay is not None:
            overlay, of_templates = _rendered(overlay, merged, cluster)
            overlays.append(overlay)
            mistakes += [*of_templates, *_nulls(overlay)]
        findings += mistakes
    return in_effect(overlays), findings


def _read(layer: Layer) -> tuple[Overlay | None, list[Finding]]:
    if layer.data[OVERLAY] is None:
        message = "null does not end the overlays of the layers below: nobody would see why they are gone"
        remedy = "write `overlay: {owner: …, reason: …, dropped: [FIELD, …]}`"
        return None, [OVERLAY_NULL.finding(OVERLAY, message, remedy, location=layer.locate((OVERLAY,)))]
    file, findings = validated(OverlaySettings, layer.data[OVERLAY], lambda path: layer.locate(tuple(path)), (OVERLAY,))
    if file is None:
        return None, findings
    return Overlay(layer.part(OVERLAY), file.owner, file.reason, file.spec, file.dropped, file.since), findings


def _rendered(overlay: Overlay, merged: Merged, cluster: ClusterDefinition) -> tuple[Overlay, list[Finding]]:
    """Return the overlay with the results of its templates, read as YAML, and the mistakes in them."""
    spec = {OVERLAY: {SPEC: overlay.spec}}
    origins = {path: Origin(overlay.layer, path[1:], text) for path, text in _templates(spec, ())}
    if not origins:
        return overlay, []
    known = {"workload": merged.data["workload"]} if "workload" in merged.data else {}
    templates = Merged(data={**known, **spec}, origins=origins)
    findings = render_templates(templates, cluster).with_findings_of(())
    return replace(overlay, spec=templates.data[OVERLAY][SPEC]), findings


def _templates(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if is_template(value):
        yield path, value
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from _templates(inner, (*path, key))


def _nulls(overlay: Overlay) -> Iterator[Finding]:
    """Find nulls in lists that are replaced as a whole."""
    for path in _nulls_in_lists(overlay.spec, ()):
        message = "is null, which removes nothing here: the overlay replaces the list as a whole"
        name = dotted((OVERLAY, SPEC, *path))
        yield OVERLAY_NULL.finding(name, message, "leave the key out", location=overlay.locate(path))


def _nulls_in_lists(value: Any, path: Path, *, is_replaced: bool = False) -> Iterator[Path]:
    if value is None and is_replaced:
        yield path
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _nulls_in_lists(inner, (*path, key), is_replaced=is_replaced)
    elif isinstance(value, list):
        replaced = is_replaced or not is_named_list(value)
        for index, inner in enumerate(value):
            yield from _nulls_in_lists(inner, (*path, index), is_replaced=replaced)
