"""Every built-in object is one that Kubernetes knows: its fields, their types, and what may not be left out.

Judged by the models of the official client, which are made from Kubernetes' OpenAPI. Kinds of operators are not among
them: AKO's are judged by `test_admission`.
"""

from __future__ import annotations

from typing import Any

import pytest
from kubernetes.client import models
from pydantic import ValidationError

from aerofleet.files.choices import NetworkProfile
from aerofleet.fleet.resolve import resolve_cell
from aerofleet.manifests import RenderedCell, render_cell
from aerofleet.manifests.rendered import Object
from aerofleet.settings.source import cells
from tests.fleet.project import EXAMPLE
from tests.manifests.golden import rendered

OF_OPERATORS = {"asdb.aerospike.com", "monitoring.coreos.com", "external-secrets.io", "cert-manager.io"}


def mistakes(manifest: Object) -> list[tuple[str, str]]:
    """Return (path, mistake) of an object; ``apps/v1`` ``DaemonSet`` is validated by ``V1DaemonSet``."""
    version = manifest["apiVersion"].rpartition("/")[2]
    try:
        getattr(models, f"{version.capitalize()}{manifest['kind']}").model_validate(
            manifest, strict=True, extra="forbid"
        )
    except ValidationError as error:
        return [(".".join(str(key) for key in detail["loc"]), detail["type"]) for detail in error.errors()]
    return []


def all_mistakes(cell: RenderedCell) -> dict[str, list[tuple[str, str]]]:
    built_in = [
        manifest for manifest in cell.objects() if manifest["apiVersion"].rpartition("/")[0] not in OF_OPERATORS
    ]
    mistakes_of = {f"{manifest['kind']} {manifest['metadata']['name']}": mistakes(manifest) for manifest in built_in}
    assert mistakes_of
    return {name: mistakes for name, mistakes in mistakes_of.items() if mistakes}


@pytest.mark.parametrize("name", cells(EXAMPLE))
def test_kubernetes_knows_every_object_of_a_cell(name: str) -> None:
    cell = resolve_cell(EXAMPLE, name).cell
    assert cell is not None
    assert not all_mistakes(render_cell(cell))


@pytest.mark.parametrize("profile", list(NetworkProfile))
def test_kubernetes_knows_every_object_in_every_network_profile(profile: NetworkProfile) -> None:
    assert not all_mistakes(rendered(profile))


@pytest.mark.parametrize(
    ("spec", "mistake"),
    [
        ({"podSelector": {}, "ingres": []}, ("spec.ingres", "extra_forbidden")),
        ({"podSelector": {"matchLabels": {"app": 1}}}, ("spec.podSelector.matchLabels.app", "string_type")),
        ({"podSelector": {}, "ingress": [{"from": {}}]}, ("spec.ingress.0.from", "list_type")),
        ({"egress": [{"ports": [{"port": 80}]}], "podSelector": {"matchExpressions": [{"key": "a"}]}},
         ("spec.podSelector.matchExpressions.0.operator", "missing")),
    ],
)  # fmt: skip
def test_a_mistake_is_found(spec: dict[str, Any], mistake: tuple[str, str]) -> None:
    policy = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "p"}, "spec": spec}
    assert mistakes(policy) == [mistake]
