"""What holds data can't be removed, renamed or replaced by a preview that somebody waves through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from aerofleet.local.credentials import CONTEXT
from tests.engine.small_stack import SmallStack, cluster, config_map, namespace

SPACE = "guarded"


@pytest.fixture(scope="module")
def guarded(module_env: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory) -> SmallStack:
    """A stack of a cell that is not ephemeral, applied once."""
    stack = SmallStack(tmp_path_factory.mktemp("guarded") / "project", module_env, CONTEXT, protected=True)
    stack.objects, stack.clusters = (
        [namespace(SPACE), config_map("limits", SPACE, tps="1000")],
        [cluster("cart", SPACE)],
    )
    applied = stack.prepare().up()
    assert applied.returncode == 0, applied.stdout + applied.stderr
    return stack


@pytest.fixture
def stack(guarded: SmallStack) -> Iterator[SmallStack]:
    before = guarded.objects, guarded.clusters
    yield guarded
    guarded.objects, guarded.clusters = before


def assert_refused(stack: SmallStack, *arguments: str) -> None:
    refused = stack.preview(*arguments)
    assert refused.returncode != 0
    complaint = next(line for line in refused.stderr.splitlines() if line.startswith("error:"))
    assert f"{SPACE}/cart" in complaint
    assert "protect" in refused.stderr


def test_a_removed_cluster_is_refused(stack: SmallStack) -> None:
    stack.clusters = []
    assert_refused(stack)


def test_a_renamed_cluster_is_refused(stack: SmallStack) -> None:
    stack.clusters = [cluster("basket", SPACE)]
    assert_refused(stack)


def test_a_replaced_cluster_is_refused(stack: SmallStack) -> None:
    urn = next(urn for urn in stack.urns() if "AerospikeCluster" in urn)
    assert_refused(stack, f"--replace={urn}")


def test_another_namespace_is_refused(stack: SmallStack) -> None:
    stack.objects, stack.clusters = [namespace(SPACE), namespace("elsewhere")], [cluster("cart", "elsewhere")]
    assert_refused(stack)


@pytest.mark.parametrize("whole", [True, False], ids=["the stack", "the cluster"])
def test_a_destroy_is_refused_before_anything_is_gone(whole: bool, stack: SmallStack) -> None:
    """Also without a preview, which is what a hurried person does."""
    urns = stack.urns()
    target = next(urn for urn in urns if "AerospikeCluster" in urn)
    options = [] if whole else [f"--target={target}"]
    for how in (["--preview-only"], ["--yes", "--skip-preview"]):
        refused = stack.pulumi("destroy", *how, "--stack", stack.name, *options)
        assert refused.returncode != 0
        assert f"{SPACE}/cart" in refused.stdout
        assert "protect" in refused.stdout
    assert stack.urns() == urns


def test_what_holds_no_data_can_go(stack: SmallStack) -> None:
    stack.objects = [namespace(SPACE)]
    allowed = stack.preview()
    assert allowed.returncode == 0, allowed.stdout
    assert "ConfigMap" in allowed.stdout
