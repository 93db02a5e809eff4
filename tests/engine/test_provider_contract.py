"""What the project relies on in the Kubernetes provider plugin, against a real API server.

Each file in tests/cases/provider is a story of steps with what has to come of each. They run against whichever plugin
is present, the official one or the stand-in; a step that writes nothing is checked to have written nothing, and
a secret to have shown up nowhere. Where the stand-in is stricter on purpose, the story has ``only``.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from kubernetes import client, config, dynamic
from kubernetes.dynamic.exceptions import NotFoundError

from aerofleet.engine.complaint import complaint
from aerofleet.local.control_plane import ControlPlane
from aerofleet.toolchain.engine import KUBERNETES_PLUGIN, own_home, stand_in_home
from tests.engine.cell_on_server import written
from tests.engine.provider_plugin import (
    DIFF_KINDS,
    MARK,
    SECRET,
    UNKNOWN,
    CaseLoader,
    Plugin,
    Refusal,
    Values,
    running,
    urn,
)

CASES = Path(__file__).parents[1] / "cases/provider"
SOMEBODY = "somebody-else"
WATCHED = (
    "v1 Namespace",
    "v1 Node",
    "v1 ConfigMap",
    "v1 Secret",
    "v1 ServiceAccount",
    "asdb.aerospike.com/v1 AerospikeCluster",
)
"""Kinds compared before and after a step that must write nothing."""
CONTROLLERS_OWN = {"default", "kube-root-ca.crt"}
"""What the controller manager makes in every new namespace, at a moment of its choosing."""
CONTROLLERS_NAMESPACE = "kube-system"
"""Where it makes the accounts it works with itself, as it starts each controller."""


@dataclass
class Server:
    """The API server itself, to prepare what a story finds there and to see what became of it."""

    api: dynamic.DynamicClient

    def kind(self, api_version: str, kind: str) -> Any:
        return self.api.resources.get(api_version=api_version, kind=kind)

    def apply(self, obj: Values, manager: str = SOMEBODY) -> None:
        kind = self.kind(obj["apiVersion"], obj["kind"])
        kind.server_side_apply(body=obj, field_manager=manager, force_conflicts=True, **self._place(obj))

    def delete(self, obj: Values) -> None:
        self.kind(obj["apiVersion"], obj["kind"]).delete(**self._place(obj))

    def get(self, obj: Values) -> Values | None:
        try:
            found: Values = self.kind(obj["apiVersion"], obj["kind"]).get(**self._place(obj)).to_dict()
        except NotFoundError:
            return None
        return found

    def all_written(self) -> dict[str, Values]:
        """Every watched object as somebody last wrote it."""
        seen = {}
        for name in WATCHED:
            for item in self.kind(*name.split()).get().to_dict()["items"]:
                meta = item["metadata"]
                if meta["name"] not in CONTROLLERS_OWN and meta.get("namespace") != CONTROLLERS_NAMESPACE:
                    seen[f"{name} {meta.get('namespace', '')}/{meta['name']}"] = written(item)
        return seen

    @staticmethod
    def _place(obj: Values) -> dict[str, str]:
        meta = obj["metadata"]
        return {"name": meta["name"], **({"namespace": meta["namespace"]} if "namespace" in meta else {})}


@dataclass
class Held:
    """What the engine would hold of a resource."""

    token: str
    name: str
    inputs: Values = field(default_factory=dict)
    id: str = ""
    state: Values = field(default_factory=dict)

    @property
    def urn(self) -> str:
        return urn(self.token, self.name)


@dataclass
class Story:
    """Plays the steps of one case, as the engine would."""

    plugin: Plugin
    server: Server
    held: dict[str, Held] = field(default_factory=dict)
    secrets: list[str] = field(default_factory=list)

    def play(self, step: Values) -> None:
        verb = next(verb for verb in VERBS if verb in step)
        subject, expect = step[verb], step.get("expect", {})
        before = self.server.all_written() if verb in WRITES_NOTHING else None
        try:
            seen = VERBS[verb](self, subject, step)
        except Refusal as refusal:
            assert "error" in expect, f"{verb} {subject}: {refusal.message}"
            seen = {"error": refusal.message, "state": refusal.state, "id": refusal.id}
        check(seen, expect)
        self.secrets += secret_texts(step)
        for text in open_texts(seen.get("state")):
            assert not any(secret in text for secret in self.secrets), (
                f"{verb} {subject}: a secret is in plain text in the state"
            )
        if before is not None:
            assert self.server.all_written() == before, f"{verb} {subject} wrote to the server"
        for wanted in step.get("server", ()):
            self.check_server(wanted)

    def check_server(self, wanted: Values) -> None:
        wanted = dict(wanted)
        absent = wanted.pop("absent", None)
        found = self.server.get(wanted)
        if absent is True:
            assert found is None, f"{wanted['kind']} {wanted['metadata']['name']} is still there"
            return
        assert found is not None, f"{wanted['kind']} {wanted['metadata']['name']} is not on the server"
        holds(found, wanted)
        for path in absent or ():
            assert at(found, path) is None, f"{path} is on the server: {at(found, path)}"

    def resource(self, name: str, step: Values) -> Held:
        if name not in self.held:
            self.held[name] = Held(step["type"], f"{step['case']}-{name}")
        return self.held[name]

    def checked(self, resource: Held, step: Values, olds: bool) -> Values:
        inputs, failures = self.plugin.check(resource.urn, resource.inputs if olds else None, step["inputs"])
        if failures:
            raise Refusal("; ".join(failures))
        return inputs

    def create(self, name: str, step: Values) -> Values:
        resource = self.resource(name, step)
        inputs = self.checked(resource, step, olds=False)
        id, state = self.plugin.create(resource.urn, inputs)
        resource.inputs, resource.id, resource.state = inputs, id, state
        return {"id": id, "state": state, "inputs": inputs}

    def preview_create(self, name: str, step: Values) -> Values:
        resource = self.resource(name, step)
        id, state = self.plugin.create(resource.urn, self.checked(resource, step, olds=False), preview=True)
        return {"id": id, "state": state}

    def diff(self, name: str, step: Values) -> Values:
        resource = self.resource(name, step)
        news = self.checked(resource, step, olds=True)
        answer = self.plugin.diff(resource.urn, resource.id, resource.state, resource.inputs, news)
        return {
            "diff": {path: DIFF_KINDS[change.kind] for path, change in answer.detailedDiff.items()},
            "replaces": sorted(answer.replaces),
            "delete-before-replace": answer.deleteBeforeReplace,
        }

    def update(self, name: str, step: Values) -> Values:
        resource = self.resource(name, step)
        news = self.checked(resource, step, olds=True)
        state = self.plugin.update(resource.urn, resource.id, resource.state, resource.inputs, news)
        resource.inputs, resource.state = news, state
        return {"state": state}

    def preview_update(self, name: str, step: Values) -> Values:
        resource = self.resource(name, step)
        news = self.checked(resource, step, olds=True)
        state = self.plugin.update(resource.urn, resource.id, resource.state, resource.inputs, news, preview=True)
        return {"state": state}

    def refresh(self, name: str, step: Values) -> Values:
        resource = self.resource(name, step)
        id, state, inputs = self.plugin.read(resource.urn, resource.id, resource.state, resource.inputs)
        resource.state, resource.inputs = state, inputs
        return {"id": id, "state": state, "inputs": inputs}

    def adopt(self, name: str, step: Values) -> Values:
        """Import, as `pulumi import` does: the engine knows nothing but the id."""
        resource = self.resource(name, step)
        id, state, inputs = self.plugin.read(resource.urn, step["id"], None, None)
        resource.id, resource.state, resource.inputs = id, state, inputs
        return {"id": id, "state": state, "inputs": inputs}

    def delete(self, name: str, step: Values) -> Values:
        resource = self.resource(name, step)
        self.plugin.delete(resource.urn, resource.id, resource.state, resource.inputs)
        return {}

    def somebody_applies(self, obj: Values, _step: Values) -> Values:
        self.server.apply(obj)
        return {}

    def somebody_deletes(self, obj: Values, _step: Values) -> Values:
        self.server.delete(obj)
        return {}


VERBS: dict[str, Callable[[Story, Any, Values], Values]] = {
    "create": Story.create,
    "preview-create": Story.preview_create,
    "diff": Story.diff,
    "update": Story.update,
    "preview-update": Story.preview_update,
    "refresh": Story.refresh,
    "import": Story.adopt,
    "delete": Story.delete,
    "somebody-applies": Story.somebody_applies,
    "somebody-deletes": Story.somebody_deletes,
}
WRITES_NOTHING = {"preview-create", "diff", "preview-update", "refresh", "import"}


def check(seen: Values, expect: Values) -> None:
    """Compare the result of a step with its story; a key that is not listed here is a mistake in the story."""
    for key, wanted in expect.items():
        if key == "error":
            assert "error" in seen, "it should have been refused"
            message = complaint(shown(seen["error"]))
            assert "\n" not in message, f"more than one line: {message}"
            for text in wanted:
                assert text in message, f"{text!r} is not in {message!r}"
        elif key in ("state", "inputs"):
            holds(seen[key], wanted)
        elif key == "lacks":
            for path in wanted:
                assert at(seen["state"], path) is None, f"{path}: {at(seen['state'], path)}"
        elif key == "secret":
            for path in wanted:
                parts = path.split(".")
                around = (".".join(parts[:length]) for length in range(1, len(parts) + 1))
                assert any(is_secret(at(seen["state"], part)) for part in around), f"{path} is no secret"
        elif key == "unknown":
            for path in wanted:
                assert at(seen["state"], path) == UNKNOWN
        else:
            assert seen[key] == wanted, key


def shown(error: str) -> str:
    """A plugin's error as the engine shows it: its first line marked, and all of it indented below its resource."""
    return "\n".join(f"    {line}" for line in f"error: {error.strip()}".splitlines())


def is_secret(value: Any) -> bool:
    """Whether a value is marked as one, or each value in it is."""
    if not isinstance(value, dict):
        return False
    return value.get(MARK) == SECRET or (bool(value) and all(is_secret(inner) for inner in value.values()))


def holds(found: Any, wanted: Any, path: str = "") -> None:
    """``found`` has all of ``wanted``; what the server adds besides is its own business. Lists are compared whole."""
    if isinstance(wanted, dict):
        assert isinstance(found, dict), f"{path}: {found!r} is no map"
        for key, value in wanted.items():
            assert key in found, f"{path}.{key} is missing"
            holds(found[key], value, f"{path}.{key}")
    elif isinstance(wanted, list):
        assert isinstance(found, list), f"{path}: {found!r} is no list"
        assert len(found) == len(wanted), f"{path}: {found!r}"
        for position, (left, right) in enumerate(zip(found, wanted, strict=True)):
            holds(left, right, f"{path}[{position}]")
    else:
        assert found == wanted, f"{path}: {found!r} instead of {wanted!r}"


def at(values: Any, path: str) -> Any:
    for key in path.split("."):
        if not isinstance(values, dict) or key not in values:
            return None
        values = values[key]
    return values


def secret_texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if value.get(MARK) == SECRET and isinstance(value["value"], str):
            yield value["value"]
        for inner in value.values():
            yield from secret_texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from secret_texts(inner)


def open_texts(value: Any) -> Iterator[str]:
    """The texts in a state that are not marked as secret."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict) and value.get(MARK) != SECRET:
        for inner in value.values():
            yield from open_texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from open_texts(inner)


@pytest.fixture(scope="module")
def server(control_plane: ControlPlane) -> Server:
    settings = client.Configuration()
    config.load_kube_config(str(control_plane.state.kubeconfig), client_configuration=settings)
    return Server(dynamic.DynamicClient(client.ApiClient(settings)))


@pytest.fixture(scope="module")
def program(toolchain: Path) -> Path:
    """The official plugin where the engine would find it, else the stand-in."""
    installed = (stand_in_home(toolchain) or own_home()) / "plugins"
    candidates = sorted(installed.glob(f"resource-kubernetes-v*/{KUBERNETES_PLUGIN}"))
    found = shutil.which(KUBERNETES_PLUGIN)
    assert found or candidates, f"no {KUBERNETES_PLUGIN}"
    return Path(found) if found else candidates[-1]


@pytest.fixture(scope="module")
def plugin_env(control_plane: ControlPlane) -> dict[str, str]:
    mine = {name: value for name, value in os.environ.items() if not name.startswith("PULUMI_")}
    return {**mine, "KUBECONFIG": str(control_plane.state.kubeconfig)}


@pytest.fixture(scope="module")
def plugin(program: Path, plugin_env: dict[str, str]) -> Iterator[Plugin]:
    with running(program, plugin_env) as plugin:
        plugin.configure(context="aerofleet-embedded")
        yield plugin


@pytest.mark.parametrize("path", sorted(CASES.glob("*.yaml")), ids=lambda path: path.stem)
def test_contract(path: Path, plugin: Plugin, server: Server) -> None:
    name = path.stem
    case = yaml.load(path.read_text().replace("NAMESPACE", f"case-{name}"), CaseLoader)  # noqa: S506 (a SafeLoader)
    if case.get("only") == "stand-in" and not plugin.is_stand_in:
        pytest.skip(f"the stand-in is stricter on purpose: {case['because']}")
    server.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": f"case-{name}"}})
    for obj in case.get("server", ()):
        server.apply(obj)
    logged = len(plugin.engine.lines)
    story = Story(plugin, server)
    for step in case["steps"]:
        story.play({**step, "case": name})
    for text in secret_texts(case):
        assert not any(text in line for line in plugin.engine.lines[logged:]), "a secret was logged"
