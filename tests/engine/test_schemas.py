"""Every field of every rendered object is one that Kubernetes has.

The official provider drops a field that a kind does not have without a word. So the API server itself is asked, by a
dry run that validates strictly. The kinds of other operators have no schema here, but for AKO's where its definitions
are at hand.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator

import pytest
import yaml

from aerofleet.fleet.resolve import resolve_cell
from aerofleet.local.control_plane import ControlPlane
from aerofleet.manifests import render_cell
from tests.engine.cell_on_server import Object, Reader, api_client, named, rendered
from tests.fleet.project import CASES, EXAMPLE, SHOP

ALREADY_THERE = 409
STRICT = [("dryRun", "All"), ("fieldValidation", "Strict")]


class Validator:
    """Asks the server whether it would take an object, with every field that it has."""

    def __init__(self, plane: ControlPlane) -> None:
        self.reader = Reader(plane)
        self.api = api_client(plane)

    def refusal(self, manifest: Object) -> str:
        """Why not, empty where it would. In a namespace that is there: an object's own may not be."""
        path = self.reader.path(manifest, "default")
        body = copy.deepcopy(manifest)
        if "/namespaces/" in path:
            body["metadata"]["namespace"] = "default"
        request = self.api.param_serialize(
            method="POST",
            resource_path=path,
            query_params=STRICT,
            header_params={"Content-Type": "application/json"},
            body=body,
            auth_settings=["BearerToken"],
        )
        answer = self.api.call_api(*request)
        answer.read()
        if answer.status < 400 or answer.status == ALREADY_THERE:
            return ""
        return f"{named(manifest)}: {json.loads(answer.data)['message']}"


@pytest.fixture(scope="module")
def validator(control_plane: ControlPlane) -> Validator:
    return Validator(control_plane)


def every_object() -> Iterator[Object]:
    """Of the golden cells, in each network profile, of the cases' own cell and of the example cell."""
    for file in sorted((CASES / "golden").glob("*/*.yaml")):
        if file.parent.name != "definitions":
            yield from yaml.safe_load_all(file.read_text())
    shop = resolve_cell(SHOP, "here").cell
    assert shop is not None
    yield from render_cell(shop).objects()
    yield from rendered(EXAMPLE)


def test_the_server_knows_every_field_of_every_rendered_object(validator: Validator) -> None:
    assert [found for manifest in every_object() if (found := validator.refusal(manifest))] == []


@pytest.mark.parametrize(
    "path", [("automountToken",), ("metadata", "label"), ("spec", "template", "spec", "tolerationz")]
)
def test_a_field_that_a_kind_does_not_have_is_found(path: tuple[str, ...], validator: Validator) -> None:
    manifest = copy.deepcopy(next(manifest for manifest in rendered(EXAMPLE) if manifest["kind"] == "DaemonSet"))
    part = manifest
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = {"a": "b"}
    assert f'unknown field "{".".join(path)}"' in validator.refusal(manifest)
