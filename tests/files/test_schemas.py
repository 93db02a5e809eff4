"""The schemas take what the project's own files say, and refuse what `check` refuses for its type."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from aerofleet.files.schemas import SCHEMAS
from aerofleet.settings.source import cells
from tests.fleet.project import EXAMPLE, ROOT, SHOP


def written(root: Path) -> Iterator[tuple[str, Path]]:
    for cell in cells(root):
        folder = root / "stacks" / cell
        yield from ((kind, folder / f"{kind}.yaml") for kind in ("cell", "hosts", "pools", "tenants", "allocations"))
        yield from (("team", path) for path in sorted((folder / "teams").glob("*.yaml")))
    yield from (("tier", path) for path in sorted((root / "templates" / "tiers").glob("*.yaml")))


FILES = [*written(EXAMPLE), *written(SHOP)]


@pytest.mark.parametrize(("kind", "path"), FILES, ids=lambda value: str(value).removeprefix(f"{ROOT}/"))
def test_a_file_fits_its_schema(kind: str, path: Path) -> None:
    jsonschema.validate(yaml.safe_load(path.read_text()), SCHEMAS[kind]())


@pytest.mark.parametrize("kind", SCHEMAS)
def test_a_schema_is_one(kind: str) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[kind]())


WRONG = [
    ("team", {"team": "a", "clusters": {"b": {"tier": "gold", "sise": 2}}}),
    ("team", {"team": "a", "clusters": {"b": {}}}),
    ("team", {"team": "a", "clusters": {"b": {"tier": "gold", "size": -1}}}),
    ("team", {"team": "a", "clusters": {"b": {"tier": "gold", "namespaces": [{"replicationFactor": 2}]}}}),
    ("team", {"team": "a", "quota": {"clusters": 9}}),
    ("tier", {"tier": "gold", "revisions": {"1": {"settings": {"resources": {"cpus": 2}}}}}),
    ("tier", {"tier": "gold", "revisions": {"1": {"settings": {"namespaceDefaults": {"replicationFactor": "two"}}}}}),
    ("cell", {"cell": "here"}),
]


@pytest.mark.parametrize(("kind", "data"), WRONG)
def test_a_wrong_file_does_not(kind: str, data: Any) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, SCHEMAS[kind]())


def test_a_setting_can_be_taken_away_and_a_tier_can_compute_it() -> None:
    settings = {"exporter": None, "resources": {"memory": "{{ workload.objects }}"}, "size": "{{ 2 }}"}
    jsonschema.validate({"tier": "a", "revisions": {"1": {"settings": settings}}}, SCHEMAS["tier"]())
