"""Laws that hold for every cluster and every change, whatever its values are."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from aerofleet.ako.change import change_of
from aerofleet.analysis.verdict import QuestionError, answer
from aerofleet.findings.effect import Effect
from tests.ako.specimen import cases, cluster, edited

BASES = ("device", "memory", "secure", "strong", "files")
Path = tuple[str | int, ...]

bases = st.sampled_from(BASES)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
few = settings(max_examples=60, deadline=None)


def paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """Every path of a tree, sections and values."""
    children: Any = ()
    if isinstance(value, dict):
        children = value.items()
    elif isinstance(value, list):
        children = enumerate(value)
    for key, item in children:
        yield (*path, key)
        yield from paths(item, (*path, key))


def at(value: Any, path: Path) -> Any:
    for key in path:
        value = value[key]
    return value


def put(root: Any, path: Path, value: Any) -> Any:
    changed = copy.deepcopy(root)
    at(changed, path[:-1])[path[-1]] = value
    return changed


def another(value: Any) -> Any:
    """A value of the same type that is not the same."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    return f"{value}x"


leaves = {
    (base, path)
    for base in BASES
    for path in paths(cluster(base)["spec"]["aerospikeConfig"])
    if not isinstance(at(cluster(base)["spec"]["aerospikeConfig"], path), (dict, list))
}


@given(bases)
@few
def test_the_same_has_no_effect(base: str) -> None:
    assert change_of(cluster(base), cluster(base)).effect == Effect.NONE


@given(st.sampled_from(sorted(leaves, key=str)))
@few
def test_no_change_of_a_value_is_ever_without_effect(leaf: tuple[str, Path]) -> None:
    base, path = leaf
    old = cluster(base)
    where: Path = ("spec", "aerospikeConfig", *path)
    new = put(old, where, another(at(old, where)))
    change = change_of(old, new)
    assert change.effect > Effect.NONE
    assert any(reason.path for reason in change.reasons)


@given(st.sampled_from(sorted(leaves, key=str)))
@few
def test_nothing_taken_away_is_ever_without_effect(leaf: tuple[str, Path]) -> None:
    base, path = leaf
    old, where = cluster(base), ("spec", "aerospikeConfig", *path)
    new = copy.deepcopy(old)
    del at(new, where[:-1])[where[-1]]
    # The operator writes `console: info` itself.
    if path[:1] != ("logging",):
        assert change_of(old, new).effect > Effect.NONE


@given(st.permutations(["/dev/a", "/dev/b", "/dev/c"]))
@few
def test_another_order_restarts(order: list[str]) -> None:
    volumes = {
        f"spec.storage.volumes[{4 + index}]": {
            "name": f"v{index}",
            "aerospike": {"path": path},
            "source": {"persistentVolume": {"storageClass": "raw", "volumeMode": "Block", "size": "1Gi"}},
        }
        for index, path in enumerate(["/dev/a", "/dev/b", "/dev/c"])
    }
    devices = "spec.aerospikeConfig.namespaces[0].storage-engine.devices"
    old = cluster("device", volumes, {devices: ["/dev/a", "/dev/b", "/dev/c"]})
    new = cluster("device", volumes, {devices: order})
    same = order == ["/dev/a", "/dev/b", "/dev/c"]
    assert change_of(old, new).effect == (Effect.NONE if same else Effect.WARM_RESTART)


LISTS = {
    "namespaces": [{"name": name, "storage-engine": {"type": "memory", "data-size": 1 << 30}} for name in "abc"],
    "logging": [{"name": name, "any": "info"} for name in ("console", "/a", "/b")],
    "xdr.dcs": [{"name": name, "node-address-ports": ["far 3000"]} for name in "abc"],
    "xdr.dcs[0].namespaces[0].ignore-sets": ["a", "b", "c"],
    "network.tls": [{"name": name, "ca-file": "/etc/aerospike/keys/ca"} for name in "abc"],
}


@given(st.sampled_from(sorted(LISTS)), st.permutations(range(3)))
@few
def test_another_order_of_anything_restarts_servers_and_is_told(key: str, order: list[int]) -> None:
    xdr = {"spec.aerospikeConfig.xdr": {"dcs": [{"name": "far", "namespaces": [{"name": "orders"}]}]}}
    path, values = f"spec.aerospikeConfig.{key}", LISTS[key]
    old = cluster("device", xdr, {path: values})
    new = cluster("device", xdr, {path: [values[place] for place in order]})
    change = change_of(old, new)
    assert change.restarts.kinds == ["noRestart" if order == [0, 1, 2] else "quickRestart"]
    assert [hazard.rule for hazard in change.hazards if hazard.rule == "order-restarts"] == (
        [] if order == [0, 1, 2] else ["order-restarts"]
    )


@given(st.sampled_from([None, [], "", "null"]), st.sampled_from(["service", "network.fabric", "namespaces[0]"]))
@few
def test_what_writes_no_line_touches_no_pod(nothing: Any, section: str) -> None:
    new = cluster("device", {f"spec.aerospikeConfig.{section}.made-up": nothing})
    change = change_of(cluster("device"), new)
    assert change.restarts.kinds == ["noRestart"]
    assert "made-up" in "".join(reason.path for reason in change.reasons)


LEAST = {
    "noRestartUpdateConf": Effect.LIVE,
    "quickRestart": Effect.WARM_RESTART,
    "podRestart": Effect.ROLLING_RESTART,
    "imageChange(podRestart)": Effect.ROLLING_RESTART,
    "new": Effect.MOVES_DATA,
    "removed": Effect.MOVES_DATA,
    "scaledDown": Effect.MOVES_DATA,
    "crash": Effect.REFUSED,
}
EDITS = {
    base: [{**pair.get("was", {}), **pair["to"]} for pair in cases("effects") if pair["base"] == base] for base in BASES
}


@given(bases, st.data())
@settings(max_examples=150, deadline=None)
def test_no_effect_is_milder_than_what_the_pods_do(base: str, data: st.DataObject) -> None:
    old, new = cluster(base), cluster(base)
    for edit in data.draw(st.lists(st.sampled_from(EDITS[base]), min_size=1, max_size=3)):
        try:
            new = edited(new, edit)
        except (IndexError, KeyError, TypeError):
            continue  # an edit before took away what this one edits
    change = change_of(old, new)
    assert change.effect >= max((LEAST[kind] for kind in change.restarts.kinds if kind in LEAST), default=Effect.NONE)
    paths = " ".join(reason.path for reason in change.reasons)
    for restart in change.restarts.racks:
        for difference in restart.config.differences:
            assert f".{difference.key}" in paths


@given(st.sampled_from(["addresses", "mesh-seed-address-ports"]), st.integers(1, 1000))
@few
def test_what_is_half_applied_is_never_plainly_live(hidden: str, limit: int) -> None:
    new = cluster(
        "device",
        {
            f"spec.aerospikeConfig.network.heartbeat.{hidden}": ["10.0.0.1"],
            "spec.aerospikeConfig.service.proto-fd-max": limit,
        },
    )
    change = change_of(cluster("device"), new)
    assert change.effect >= Effect.WARM_RESTART
    assert "half-applied" in {hazard.rule for hazard in change.hazards}


PLACES = {base: sorted(paths(cluster(base)), key=str) for base in BASES}


@given(json_values)
@few
def test_any_json_is_answered_or_called_no_question(question: Any) -> None:
    try:
        answer(question)
    except QuestionError as error:
        assert str(error)


@given(bases, st.data())
@settings(max_examples=400, deadline=None)
def test_any_junk_in_a_cluster_is_judged(base: str, data: st.DataObject) -> None:
    good = cluster(base)
    junk = put(good, data.draw(st.sampled_from(PLACES[base])), data.draw(json_values))
    for question in (
        {"verb": "create", "spec": junk},
        {"verb": "update", "old": good, "new": junk},
        {"verb": "update", "old": junk, "new": good},
        {"verb": "restart", "old": good, "new": junk},
        {"verb": "rollout", "old": good, "new": junk},
        {"verb": "rollout", "old": junk, "new": good},
        {"verb": "rollout", "old": None, "new": junk},
        {"verb": "rollout", "old": junk, "new": None},
        {"verb": "rollout", "old": good, "new": good, "statusPatch": {"spec": junk, "pods": junk, "rackConfig": junk}},
        {"verb": "update", "old": good, "new": good, "statusPatch": {"spec": junk, "pods": junk, "rackConfig": junk}},
    ):
        assert json.loads(json.dumps(answer(question)))


OPERATORS_OWN = re.compile(r"^logging\.|\.(rack-id|cluster-name|mode|tls-authenticate-client)$")


@given(bases, st.data())
@few
def test_any_junk_in_a_configuration_is_compared(base: str, data: st.DataObject) -> None:
    good = cluster(base)["spec"]["aerospikeConfig"]
    where = data.draw(st.sampled_from(sorted(paths(good), key=str)))
    junk = put(good, where, data.draw(json_values))
    for old, new in ((good, junk), (junk, good)):
        found = answer({"verb": "effect", "version": "8.1.1", "old": old, "new": new})
        # Nothing but what the operator writes itself may differ without a restart.
        assert found["restart"] != "noRestart" or all(OPERATORS_OWN.search(key) for key in found["changed"])
