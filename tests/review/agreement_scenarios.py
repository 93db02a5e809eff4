"""The stack of tests/cases/agreement, what its scenarios make of it, and the parts of a preview that count."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from tests.ako.specimen import edited
from tests.fleet.project import CASES

FOLDER = CASES / "agreement"
PREVIEWS = FOLDER / "previews"
WRITTEN: dict[str, Any] = yaml.safe_load((FOLDER / "scenarios.yaml").read_text())
DEPLOYED: list[dict[str, Any]] = WRITTEN["objects"]
SCENARIOS: dict[str, dict[str, Any]] = WRITTEN["previews"]
STATE = ("inputs",)
STEP = ("op", "urn", "detailedDiff", "replaceReasons")


def planned(edits: dict[str, Any], more: list[dict[str, Any]] | tuple[()] = ()) -> list[dict[str, Any]]:
    """The deployed objects with these edits, by the name of an object; None takes it away."""
    kept = [(one, edits.get(one["metadata"]["name"], {})) for one in DEPLOYED]
    return [*(edited(one, edit) for one, edit in kept if edit is not None), *more]


def trimmed(document: dict[str, Any]) -> dict[str, Any]:
    """What is read of a preview, without times, sources and ids, which differ from run to run."""
    steps = []
    for step in document["steps"]:
        kept = {key: step[key] for key in STEP if step.get(key)}
        for side in ("oldState", "newState"):
            if step.get(side):
                kept[side] = {key: step[side][key] for key in STATE if key in step[side]}
        if "pulumi:providers" in step["urn"]:
            kept.pop("oldState", None)
            kept.pop("newState", None)
        steps.append(kept)
    steps.sort(key=lambda step: (step["op"] != "refresh", step["urn"]))  # the engine works side by side
    errors = [one for one in document.get("diagnostics") or () if one.get("severity") == "error"]
    return {"steps": steps, "diagnostics": errors, "changeSummary": document.get("changeSummary")}


def recorded(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((PREVIEWS / f"{name}.json").read_text())
    return document


def record(name: str, document: dict[str, Any], folder: Path = PREVIEWS) -> None:
    folder.joinpath(f"{name}.json").write_text(json.dumps(document, indent=1) + "\n")
