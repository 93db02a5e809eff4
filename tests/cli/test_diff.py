"""`aerofleet diff`: two files, one effect for each cluster."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from aerofleet.ako.cluster import cluster_of
from aerofleet.ako.status import finished_status, status_dict
from aerofleet.analysis.formats.folding import folded
from aerofleet.cli.diff import run
from aerofleet.findings.effect import SEVERITY_OF, Effect, Reason
from aerofleet.findings.terminal import broken
from tests.ako.specimen import cluster


def write(path: Path, *clusters: dict[str, Any]) -> str:
    path.write_text("\n---\n".join(json.dumps(cluster) for cluster in clusters))
    return str(path)


def test_the_effect_is_told_with_pods_and_reasons(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = write(tmp_path / "old.yaml", cluster("device"))
    new = write(tmp_path / "new.yaml", cluster("device", {"spec.size": 5}))
    assert run([old, new]) == 0
    assert capsys.readouterr().out == (
        "shop/orders: moves-data\n"
        "  pods: 4 stay as they are, 1 are new\n"
        "  roll-out: 1 pod in 1 step, never below 2 copies, at least 13 s; time and bytes not known: "
        "no workload is declared\n"
        "  assumed: hosts for 1 more pod: taken to be free\n"
        "  moves-data      spec.size: 4 pods become 5: partitions move  [size]\n"
    )


def test_copies_beside_a_size_say_how_to_pin_the_size(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = write(tmp_path / "old.yaml", cluster("device"))
    factor = "spec.aerospikeConfig.namespaces[0].replication-factor"
    assert run([old, write(tmp_path / "new.yaml", cluster("device", {factor: 3, "spec.size": 6}))]) == 1
    out = capsys.readouterr().out
    assert "the factor of orders changes beside spec.size, or a roll-out is under way; change it alone, and keep" in out
    assert "the size of 4 pods: where the definitions have `size: auto`, write `size: " in out


def test_pods_on_blocked_hosts_do_not_stay(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = write(tmp_path / "old.yaml", cluster("device"))
    assert run([old, write(tmp_path / "new.yaml", cluster("device", {"spec.k8sNodeBlockList": ["host-1"]}))]) == 0
    assert "  pods: 4 stay as they are; those on blocked hosts are rebuilt elsewhere\n" in capsys.readouterr().out


def test_clusters_belong_together_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = write(tmp_path / "old.yaml", cluster("device"), cluster("memory"))
    new = write(tmp_path / "new.yaml", cluster("strong"), cluster("device"))
    assert run([old, new, "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)["clusters"]
    assert {cluster["cluster"]: cluster["effect"] for cluster in found} == {
        "bank/ledger": "live",
        "shop/cache": "data-at-risk",
        "shop/orders": "none",
    }


@pytest.mark.parametrize(("limit", "code"), [("refused", 0), ("data-at-risk", 0), ("moves-data", 1), ("live", 1)])
def test_the_exit_code_follows_the_limit(tmp_path: Path, limit: str, code: int) -> None:
    old = write(tmp_path / "old.yaml", cluster("device"))
    new = write(tmp_path / "new.yaml", cluster("device", {"spec.size": 5}))
    assert run([old, new, "--fail-on", limit]) == code


def test_a_broken_file_is_a_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("a: [")
    assert run([str(broken), write(tmp_path / "new.yaml", cluster("device"))]) == 2
    assert "broken.yaml:2:1" in capsys.readouterr().out


def test_objects_beside_the_cluster_are_judged_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}
    quota = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "all", "namespace": "shop"}}
    old = write(tmp_path / "old.yaml", cluster("device"), namespace, quota)
    new = write(tmp_path / "new.yaml", cluster("device"), quota)
    assert run([old, new, "--fail-on", "data-at-risk"]) == 1
    assert capsys.readouterr().out == (
        "shop/orders: none\n"
        "  pods: 4 stay as they are\n"
        "\n"
        "Namespace shop: data-at-risk\n"
        "  data-at-risk    metadata.name: goes: everything in it is deleted, clusters and claims too  [object-goes]\n"
    )


def test_a_new_cluster_comes_with_its_hazards(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = write(tmp_path / "old.yaml", cluster("device"))
    new = write(tmp_path / "new.yaml", cluster("device"), cluster("memory", {"spec.disablePDB": True}))
    assert run([old, new]) == 0
    assert "hazard (severe) spec.disablePDB" in capsys.readouterr().out


def test_a_new_cluster_that_is_refused_is_told_with_the_way_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = write(tmp_path / "old.yaml", cluster("device"))
    refused = cluster("memory", {"spec.image": "aerospike/aerospike-server-enterprise:5.7.0.8"})
    assert run([old, write(tmp_path / "new.yaml", cluster("device"), refused)]) == 1
    assert "is older than 6.0.0.0; use 6.0.0.0 or later" in capsys.readouterr().out


def test_one_name_twice_in_a_file_is_a_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    twice = write(tmp_path / "old.yaml", cluster("device"), cluster("device"))
    assert run([twice, twice]) == 2
    assert "AerospikeCluster shop/orders is in this file 2 times" in capsys.readouterr().err


def test_an_operator_that_nobody_knows_is_a_mistake(tmp_path: Path) -> None:
    path = write(tmp_path / "old.yaml", cluster("device"))
    with pytest.raises(SystemExit) as stopped:
        run([path, path, "--operator", "9.9.9"])
    assert stopped.value.code == 2


def test_a_running_cluster_brings_its_status(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wanted = cluster("device", {"spec.maxUnavailable": 0})
    images = {"done": {}, "under way": {"spec.image": "aerospike-server-enterprise:8.1.1.0"}}
    output_of = {}
    for name, edit in images.items():
        status = status_dict(finished_status(cluster_of(cluster("device", edit))))
        items = {"apiVersion": "v1", "kind": "List", "items": [{**cluster("device"), "status": status}]}
        old = write(tmp_path / "old.yaml", items)
        assert run([old, write(tmp_path / "new.yaml", wanted)]) == 0
        output_of[name] = capsys.readouterr().out
    assert output_of["done"].startswith("shop/orders: live\n") and "rollout-under-way" not in output_of["done"]
    assert (
        output_of["under way"].startswith("shop/orders: rolling-restart\n")
        and "rollout-under-way" in output_of["under way"]
    )


def test_a_secret_that_admin_logs_in_with_is_a_hazard_of_its_cluster(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "admin-password", "namespace": "bank"}}
    old = write(tmp_path / "old.yaml", cluster("secure"), {**secret, "stringData": {"password": "first-one"}})
    new = write(tmp_path / "new.yaml", cluster("secure"), {**secret, "stringData": {"password": "second-one"}})
    assert run([old, new]) == 0
    out = capsys.readouterr().out
    assert "hazard (severe) spec.aerospikeAccessControl.users[0].secretName" in out
    assert "[admin-password-in-place]" in out
    assert "first-one" not in out and "second-one" not in out


def pod(name: str, **waiting: str) -> dict[str, Any]:
    labels = {"app": "aerospike-cluster", "aerospike.com/cr": "cache"}
    containers = [{"name": "aerospike-server", "state": {"waiting": waiting} if waiting else {"running": {}}}]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "shop", "labels": labels},
        "status": {"phase": "Running", "containerStatuses": containers},
    }


def test_pods_that_have_failed_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pods = [pod("cache-2-1", reason="CrashLoopBackOff"), pod("cache-2-0"), pod("cache-1-0", reason="ContainerCreating")]
    old = write(tmp_path / "old.yaml", cluster("memory"), *pods)
    new = write(tmp_path / "new.yaml", cluster("memory", {"spec.size": 3}))
    assert run([old, new]) == 0
    shown = capsys.readouterr().out
    assert "status.pods.cache-2-1: cache-2-1 has failed and is deleted until it runs  [failed-pods-first]" in shown
    assert "cache-2-1 has failed: none of the 3 pods that go goes before they run  [shrink-blocked]" in shown
    assert "cache-1-0 has failed" not in shown
    assert "Pod shop" not in shown


def test_clusters_without_an_effect_are_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    many = [cluster("device", {"metadata.namespace": f"n{number}"}) for number in range(3)]
    old = write(tmp_path / "old.yaml", *many)
    new = write(tmp_path / "new.yaml", *many[:2], cluster("device", {"metadata.namespace": "n2", "spec.size": 5}))
    assert run([old, new]) == 0
    out = capsys.readouterr().out
    assert out.startswith("n2/orders: moves-data\n")
    assert out.endswith("\nnone: 2 clusters without any effect: n0/orders, n1/orders\n")
    assert run([old, new, "--all"]) == 0
    assert "n0/orders: none\n  pods: 4 stay as they are\n" in capsys.readouterr().out


def test_another_operators_cluster_is_an_object_that_no_rule_knows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = {"apiVersion": "db.example.org/v1", "kind": "AerospikeCluster", "metadata": {"name": "a", "namespace": "b"}}
    old = write(tmp_path / "old.yaml", cluster("device"), other)
    new = write(tmp_path / "new.yaml", cluster("device"), {**other, "spec": {"size": 3}})
    assert run([old, new]) == 0
    assert "AerospikeCluster b/a: data-at-risk\n" in capsys.readouterr().out


def test_a_deleted_cluster_says_which_claims_go(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cascading = cluster("device", {"spec.storage.volumes[1].cascadeDelete": True})
    new = write(tmp_path / "new.yaml", cluster("strong"))
    assert run([write(tmp_path / "old.yaml", cascading, cluster("strong")), new]) == 0
    out = capsys.readouterr().out
    assert "and with it the claims of data (cascadeDelete); the claims of spare, work stay" in out
    assert run([write(tmp_path / "old.yaml", cluster("device"), cluster("strong")), new]) == 0
    assert "the cluster is deleted; the claims of data, spare, work stay" in capsys.readouterr().out


def reason(effect: Effect, rule: str, path: str, message: str) -> Reason:
    return Reason(rule, SEVERITY_OF[effect], path, message, effect=effect)


def test_reasons_that_say_the_same_are_one_line() -> None:
    reasons = [reason(Effect.LIVE, "set-live", f"spec.a.{{n}}.{key}", "is gone") for key in "bcdef"]
    (only,) = folded(reasons)
    assert (only.path, only.message) == ("spec.a.{n}", "is gone (5 places: b, c, d, e, f)")
    assert folded(reasons[:3]) == reasons[:3]


def test_volumes_that_go_alike_are_one_line_with_their_names() -> None:
    reasons = [reason(Effect.LIVE, "a", f"spec.volumes.{{d-{n}}}", f"volume d-{n} goes") for n in range(4)]
    assert folded(reasons) == [
        reason(Effect.LIVE, "a", "spec.volumes", "volume d-0 goes (likewise d-1, d-2, d-3)"),
    ]


def test_parameters_of_a_namespace_that_is_new_are_one_line_and_values_of_others_stay() -> None:
    whole = reason(Effect.LIVE, "namespace-added", "spec.namespaces.{n}", "namespace n is new and empty")
    within = [reason(Effect.WARM_RESTART, "warm-restart", f"spec.namespaces.{{n}}.{key}", key) for key in "abcd"]
    values = [reason(Effect.LIVE, "set-live", f"spec.service.{n}", f"{n} becomes 9, set live") for n in range(5)]
    assert folded([whole, *within, *values]) == [
        whole,
        reason(Effect.WARM_RESTART, "warm-restart", "spec.namespaces.{n}", "4 parameters with it: a, b, c, d"),
        *values,
    ]


def test_the_worst_comes_first_and_clusters_alike_share_a_paragraph(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ("a", "b", "c", "d")
    edits = ({"spec.disablePDB": False}, {"spec.size": 5}, {"spec.disablePDB": False}, {"spec.image": "x:1.0.0.0"})
    old = [cluster("device", {"metadata.namespace": name}) for name in names]
    new = [cluster("device", {"metadata.namespace": name}, edit) for name, edit in zip(names, edits, strict=True)]
    assert run([write(tmp_path / "old.yaml", *old), write(tmp_path / "new.yaml", *new)]) == 1
    heads = [line for line in capsys.readouterr().out.splitlines() if line[:1] not in (" ", "")]
    assert heads == ["d/orders: refused", "b/orders: moves-data", "a/orders, c/orders: live"]


def test_a_line_is_broken_between_words_and_indented() -> None:
    line = "  live  spec.aerospikeConfig.namespaces: one two three four five six"
    assert broken(line, 40).split("\n") == [
        "  live  spec.aerospikeConfig.namespaces:",
        "      one two three four five six",
    ]


def test_what_is_left_out_is_counted_and_stays_part_of_the_effect(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = write(tmp_path / "old.yaml", cluster("device"))
    new = write(tmp_path / "new.yaml", cluster("device", {"spec.size": 5, "spec.disablePDB": True}))
    assert run([old, new, "--only", "no-pdb", "--fail-on", "moves-data"]) == 1
    out = capsys.readouterr().out
    assert out.startswith("shop/orders: moves-data\n")
    assert "[size]" not in out and "[no-pdb]" in out
    assert (
        "  left out by --only or --skip: 2 of live-field, 1 of pdb-goes, 1 of size; the effect is that of all\n" in out
    )
    assert run([old, new, "--only", "no-pdb", "--format", "json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["clusters"]
    assert (found["effect"], found["leftOut"]) == ("moves-data", {"live-field": 2, "pdb-goes": 1, "size": 1})


def test_a_cluster_with_hazards_that_are_left_out_is_not_called_quiet(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    others = [cluster("device", {"metadata.namespace": f"n{number}"}) for number in range(2)]
    old = write(tmp_path / "old.yaml", cluster("secure"), *others)
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "app-password", "namespace": "bank"}}
    new = write(tmp_path / "new.yaml", cluster("secure"), *others, {**secret, "stringData": {"pw": "x"}})
    assert run([old, new, "--skip", "key-missing"]) == 0
    out = capsys.readouterr().out
    assert "bank/accounts: none\n" in out
    assert "left out by --only or --skip: 1 of key-missing;" in out


def of_cell(cell: str, written: dict[str, Any]) -> dict[str, Any]:
    """Return an object with the label that a rendered one has."""
    metadata = written["metadata"]
    return {**written, "metadata": {**metadata, "labels": {**metadata.get("labels", {}), "aerofleet.io/cell": cell}}}


def test_objects_of_several_cells_are_compared_cell_by_cell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, other = (of_cell(cell, cluster("device")) for cell in ("fra", "ams"))
    larger = of_cell("fra", cluster("device", {"spec.size": 5}))
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "host-1"}}
    old = write(tmp_path / "old.yaml", one, other, node)
    assert run([old, write(tmp_path / "new.yaml", larger, other, node), "--all"]) == 0
    assert [line for line in capsys.readouterr().out.splitlines() if line and line[0] != " "] == [
        "fra shop/orders: moves-data",
        "ams shop/orders: none",
    ]
    assert run([old, write(tmp_path / "new.yaml", other, node), "--format", "json"]) == 0
    assert [(one["cluster"], one["effect"]) for one in json.loads(capsys.readouterr().out)["clusters"]] == [
        ("ams shop/orders", "none"),
        ("fra shop/orders", "data-at-risk"),
    ]
    assert run([write(tmp_path / "old.yaml", one, one, other), old]) == 2
    assert "AerospikeCluster shop/orders is in this file 2 times" in capsys.readouterr().err
