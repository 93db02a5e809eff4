"""What a recovery decides for each operation a crashed run left open."""

from __future__ import annotations

from typing import Any

from aerofleet.engine import recovery
from aerofleet.engine.recovery import Lookup, Recovery, context_of, recovered_state, unread, with_lost_creates
from aerofleet.units.names import MANAGED_BY_LABEL, MANAGED_BY_VALUE

TEAM = "urn:pulumi:prod::aerofleet::aerofleet:index:TeamSpace"
OURS = {"metadata": {"labels": {MANAGED_BY_LABEL: MANAGED_BY_VALUE}}}


def pending(kind: str, name: str, operation: str = "creating", namespace: str = "shop") -> dict[str, Any]:
    resource_type = f"kubernetes:core/v1:{kind}"
    return {
        "type": operation,
        "resource": {
            "urn": f"{TEAM}${resource_type}::{namespace}/{name}",
            "type": resource_type,
            "inputs": {
                "apiVersion": "v1",
                "kind": kind.removesuffix("Patch"),
                "metadata": {"name": name, "namespace": namespace},
            },
        },
    }


def state(*operations: dict[str, Any], resources: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {"deployment": {"pending_operations": list(operations), "resources": resources or []}}


def on_server(**objects: dict[str, Any]) -> Any:
    return lambda api_version, kind, namespace, name: objects.get(name)


def plan_recovery(state: dict[str, Any], look_up: Lookup, elsewhere: str = "") -> Recovery:
    """``elsewhere``: the stack that already holds whatever is asked for."""
    return recovery.plan_recovery(state, look_up, lambda _urn: elsewhere)


def test_what_another_stack_holds_is_not_adopted_too() -> None:
    plan = plan_recovery(state(pending("ConfigMap", "limits")), on_server(limits=OURS), elsewhere="prod.green")
    urn = f"{TEAM}$kubernetes:core/v1:ConfigMap::shop/limits"
    assert plan == Recovery(elsewhere=((urn, "prod.green"),))


def test_what_was_made_is_adopted_by_its_server_id() -> None:
    plan = plan_recovery(state(pending("ConfigMap", "limits")), on_server(limits=OURS))
    assert plan.adopt == ((f"{TEAM}$kubernetes:core/v1:ConfigMap::shop/limits", "shop/limits"),)
    assert not plan.forget and not plan.refused


def test_what_was_not_made_is_forgotten() -> None:
    plan = plan_recovery(state(pending("ConfigMap", "limits")), on_server())
    assert plan.forget == (f"{TEAM}$kubernetes:core/v1:ConfigMap::shop/limits",)
    assert not plan.adopt


def test_an_object_of_somebody_else_is_refused_by_name() -> None:
    plan = plan_recovery(state(pending("ConfigMap", "limits")), on_server(limits={"metadata": {}}))
    assert len(plan.refused) == 1
    assert "ConfigMap shop/limits" in plan.refused[0]
    assert not plan.adopt and not plan.forget


def test_updates_deletes_and_patches_are_sent_again_without_a_look_up() -> None:
    plan = plan_recovery(
        state(
            pending("ConfigMap", "a", "updating"),
            pending("ConfigMap", "b", "deleting"),
            pending("NodePatch", "host-1", namespace=""),
        ),
        lambda *reference: (_ for _ in ()).throw(AssertionError(reference)),
    )
    assert len(plan.redo) == 3


def test_a_create_that_the_state_already_holds_is_forgotten() -> None:
    operation = pending("ConfigMap", "limits")
    resources = [{"urn": operation["resource"]["urn"], "type": "kubernetes:core/v1:ConfigMap"}]
    plan = plan_recovery(state(operation, resources=resources), on_server(limits=OURS))
    assert plan.forget and not plan.adopt


def test_the_context_comes_from_the_state_itself() -> None:
    provider = {"type": "pulumi:providers:kubernetes", "urn": "p", "inputs": {"context": "metal-a"}}
    assert context_of(state(resources=[provider])) == "metal-a"
    assert context_of(state()) == ""


def test_an_adopted_object_stands_in_the_state_by_its_server_id_and_nothing_is_left_pending() -> None:
    provider = {"type": "pulumi:providers:kubernetes", "urn": "p"}
    open_state = state(pending("ConfigMap", "limits"), pending("ConfigMap", "absent"), resources=[provider])
    mended = recovered_state(open_state, plan_recovery(open_state, on_server(limits=OURS)))["deployment"]
    assert "pending_operations" not in mended
    assert [(resource["urn"].rsplit("::", 1)[-1], resource.get("id")) for resource in mended["resources"]] == [
        ("p", None),
        ("shop/limits", "shop/limits"),
    ]


def test_a_planned_create_counts_as_lost_only_where_its_provider_was_there_to_send_it() -> None:
    provider = {"type": "pulumi:providers:kubernetes", "urn": "p", "id": "1"}
    planned = [
        {**pending("ConfigMap", name)["resource"], "provider": known}
        for name, known in (("a", "p::1"), ("b", "p::new"))
    ]
    lost = with_lost_creates(state(resources=[provider]), planned)
    assert plan_recovery(lost, on_server(a=OURS, b=OURS)).adopt == (
        (f"{TEAM}$kubernetes:core/v1:ConfigMap::shop/a", "shop/a"),
    )


def test_what_was_deleted_to_be_replaced_is_no_finished_create_and_its_replacement_takes_its_place() -> None:
    operation = pending("ConfigMap", "limits")
    urn = operation["resource"]["urn"]
    replaced = [
        {"urn": "p", "type": "pulumi:providers:kubernetes"},
        {"urn": urn, "type": "kubernetes:core/v1:ConfigMap", "id": "shop/limits", "pendingReplacement": True},
        {"urn": "dependent", "type": "kubernetes:core/v1:ConfigMap", "dependencies": [urn]},
    ]
    open_state = state(operation, resources=replaced)
    plan = plan_recovery(open_state, on_server(limits=OURS))
    assert plan.adopt == ((urn, "shop/limits"),)
    mended = recovered_state(open_state, plan)["deployment"]["resources"]
    assert [resource["urn"] for resource in mended] == ["p", urn, "dependent"]
    assert "pendingReplacement" not in mended[1]


def test_only_a_replacement_whose_old_object_is_gone_can_have_been_lost() -> None:
    """A preview also plans to replace what is there: that is the old object, and nothing of it was lost."""
    provider = {"type": "pulumi:providers:kubernetes", "urn": "p", "id": "1"}
    planned = [{**pending("ConfigMap", name)["resource"], "provider": "p::1"} for name in ("gone", "there")]
    resources = [provider, {**planned[0], "pendingReplacement": True}, planned[1]]
    lost = with_lost_creates(state(resources=resources), planned)
    assert plan_recovery(lost, on_server(gone=OURS, there=OURS)).adopt == ((planned[0]["urn"], "shop/gone"),)


def test_a_planned_patch_is_nothing_to_settle() -> None:
    """It stays planned until the next `up`: a recovery that counted it as open work would never end."""
    provider = {"type": "pulumi:providers:kubernetes", "urn": "p", "id": "1"}
    planned = [{**pending("NodePatch", "host-1", namespace="")["resource"], "provider": "p::1"}]
    assert plan_recovery(with_lost_creates(state(resources=[provider]), planned), on_server()).empty


def test_what_was_adopted_and_never_read_is_still_to_be_read() -> None:
    resource = {**pending("ConfigMap", "limits")["resource"], "id": "shop/limits"}
    read = {**resource, "outputs": {"kind": "ConfigMap"}}
    component = {"urn": "team", "type": "aerofleet:index:TeamSpace"}
    assert unread(state(resources=[component, {**resource, "outputs": {}}])) == ((resource["urn"], "shop/limits"),)
    assert unread(state(resources=[component, read])) == ()
