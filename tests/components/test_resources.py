"""Rendered objects become resources: names, parents. Protection is shown in tests/engine, where the engine
itself says what it would do."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pulumi
import pulumi.runtime
import pytest

from aerofleet.manifests.rendered import RenderedCluster, RenderedPlatform, RenderedPool, RenderedTeam
from components.kubernetes_object import resource_name, type_token
from components.platform import Platform, PlatformArgs
from components.team_space import TeamSpace, TeamSpaceArgs

CR = {
    "apiVersion": "asdb.aerospike.com/v1",
    "kind": "AerospikeCluster",
    "metadata": {"name": "cart", "namespace": "shop"},
    "spec": {"size": 3, "aerospikeConfig": {"service": {"proto-fd-max": 15000}}},
}
NAMESPACE = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}
QUOTA = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "shop", "namespace": "shop"}}
NODE = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "host-1", "labels": {"a": "b"}}}
TEAM = RenderedTeam("shop", "", "shop", True, (NAMESPACE, QUOTA), (RenderedCluster("cart", "cart", True, (CR,)),))


class Recorder(pulumi.runtime.Mocks):
    """Keeps what the program registers; a second resource of one URN would overwrite the first, so it is refused."""

    def __init__(self) -> None:
        self.seen: dict[tuple[str, str], pulumi.runtime.MockResourceArgs] = {}

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        key = (args.typ, args.name)
        assert key not in self.seen, f"{key} twice"
        self.seen[key] = args
        return args.name, args.inputs

    def call(self, args: pulumi.runtime.MockCallArgs) -> dict[str, Any]:
        raise AssertionError(f"no calls are made to decide what to build: {args.token}")


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    asyncio.set_event_loop(asyncio.new_event_loop())
    mocks = Recorder()
    pulumi.runtime.set_mocks(mocks, project="aerofleet", stack="test", preview=False)
    yield mocks
    asyncio.get_event_loop().close()


def deploy(make: Any) -> None:
    @pulumi.runtime.test
    def program() -> None:
        make()

    program()


def test_tokens_are_those_of_the_kubernetes_provider() -> None:
    assert type_token("v1", "Namespace") == "kubernetes:core/v1:Namespace"
    assert type_token("apps/v1", "DaemonSet") == "kubernetes:apps/v1:DaemonSet"
    assert (
        type_token("asdb.aerospike.com/v1", "AerospikeCluster") == "kubernetes:asdb.aerospike.com/v1:AerospikeCluster"
    )


def test_a_resource_is_named_as_kubernetes_names_it() -> None:
    assert resource_name(CR) == "shop/cart"
    assert resource_name(NAMESPACE) == "shop"


def test_objects_pass_letter_for_letter(recorder: Recorder) -> None:
    deploy(lambda: TeamSpace("shop", TeamSpaceArgs(TEAM)))
    made = recorder.seen["kubernetes:asdb.aerospike.com/v1:AerospikeCluster", "shop/cart"]
    assert made.inputs == CR


def test_a_node_is_only_ever_patched(recorder: Recorder) -> None:
    platform = RenderedPlatform((), (), (RenderedPool("nvme", (), (NODE,)),), ())
    deploy(lambda: Platform("metal", PlatformArgs(platform, protected=True)))
    kinds = {kind for kind, _ in recorder.seen}
    assert "kubernetes:core/v1:NodePatch" in kinds
    assert "kubernetes:core/v1:Node" not in kinds


def test_a_secret_never_becomes_a_resource(recorder: Recorder) -> None:
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "password", "namespace": "shop"}}
    team = RenderedTeam("shop", "", "shop", True, (NAMESPACE, secret), ())
    with pytest.raises(pulumi.RunError, match="refer to it by name"):
        deploy(lambda: TeamSpace("shop", TeamSpaceArgs(team)))
