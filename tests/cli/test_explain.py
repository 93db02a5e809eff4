"""`aerofleet explain` names the file and the line of a value: checked against a reading of the files by the test."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from aerofleet.cli import main
from tests.fleet.project import EXAMPLE, SHOP, change, copy_of

SAMPLES = 50
PLAIN = "templates/tiers/plain.yaml"
TEAMS = sorted((EXAMPLE / "stacks" / "local" / "teams").glob("*.yaml"))


def explained(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    assert main(["explain", *arguments, "--format", "json"]) == 0
    values: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["values"]
    return values


def clusters() -> Iterator[tuple[str, str]]:
    for path in TEAMS:
        for name in yaml.safe_load(path.read_text())["clusters"]:
            yield path.stem, name


def layers(team: str, cluster: str) -> Iterator[tuple[str, yaml.Node]]:
    """(file, settings) of a cluster's layers, the strongest first, as a person would go through them."""
    team_file = f"stacks/local/teams/{team}.yaml"
    written = child(child(compose(team_file), "clusters"), cluster)
    yield team_file, written
    cell_defaults = child(compose("stacks/local/cell.yaml"), "defaults")
    if cell_defaults is not None:
        yield "stacks/local/cell.yaml", cell_defaults
    reference = child(written, "tier").value
    while reference:
        name, _, number = reference.partition("@")
        file = f"templates/tiers/{name}.yaml"
        revisions = child(compose(file), "revisions")
        number = number or max((key.value for key, _ in revisions.value), key=int)
        revision = child(revisions, number)
        yield file, child(revision, "settings")
        extends = child(revision, "extends")
        reference = extends.value if extends is not None else ""


def compose(file: str) -> Any:
    return yaml.compose((EXAMPLE / file).read_text())


def child(node: Any, key: str) -> Any:
    """The value at a key; of a list, the entry of that name or number."""
    if isinstance(node, yaml.MappingNode):
        return next((value for name, value in node.value if name.value == key), None)
    if isinstance(node, yaml.SequenceNode):
        named = [item for item in node.value if child(item, "name") is not None and child(item, "name").value == key]
        return named[0] if named else node.value[int(key)] if key.isdecimal() and int(key) < len(node.value) else None
    return None


def line_of(node: Any, path: list[str]) -> int | None:
    """The line of the key (of a list entry: of the entry) at ``path``, from 1."""
    for key in path[:-1]:
        node = child(node, key)
    if isinstance(node, yaml.MappingNode):
        return next((name.start_mark.line + 1 for name, _ in node.value if name.value == path[-1]), None)
    entry = child(node, path[-1])
    return entry.start_mark.line + 1 if entry is not None else None


def expected(team: str, cluster: str, path: str) -> str:
    """Return the place of a value: in the strongest layer that has it, or in the defaults of all namespaces."""
    keys = path.replace("[", ".").replace("]", "").split(".")
    ways = [keys, ["namespaceDefaults", *keys[2:]]] if keys[0] == "namespaces" else [keys]
    for way in ways:
        for file, settings in layers(team, cluster):
            line = line_of(settings, way)
            if line is not None:
                return f"{file}:{line}"
    line = line_of(compose(f"stacks/local/teams/{team}.yaml"), ["clusters", cluster])
    return f"stacks/local/teams/{team}.yaml:{line}"  # the name of its only namespace


def test_sampled_values_are_where_explain_says(capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    monkeypatch.chdir(EXAMPLE)
    found = [
        (team, name, value)
        for team, name in clusters()
        for value in explained(capsys, f"{team}/{name}", "--cell", "local")
        if value["layer"].startswith(("team", "tier", "cell", "name")) and value["path"] not in OF_THE_CELL
    ]
    chosen = random.Random(6).sample(found, SAMPLES)
    location_of = {
        f"{team}/{name} {value['path']}": value["location"].rpartition(":")[0] for team, name, value in chosen
    }
    wanted = {f"{team}/{name} {value['path']}": expected(team, name, value["path"]) for team, name, value in chosen}
    assert location_of == wanted
    assert len({where.rpartition(":")[0] for where in location_of.values()}) >= 5, "the sample is from few files"


OF_THE_CELL = {"serverVersion", "registry", "initImage", "networkProfile"}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("serverVersion", "    stable:"),
        ("registry", "  registry:"),
        ("initImage", "  initImage:"),
        ("networkProfile", "network:"),
    ],
)
def test_what_the_cell_says_is_where_explain_says(
    path: str, text: str, capsys: pytest.CaptureFixture[str], monkeypatch: Any
) -> None:
    monkeypatch.chdir(EXAMPLE)
    (value,) = explained(capsys, "checkout/cart", path, "--cell", "local")
    file, line, _ = value["location"].split(":")
    assert (EXAMPLE / file).read_text().splitlines()[int(line) - 1].startswith(text)


def test_what_was_given_is_where_explain_says(capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    monkeypatch.chdir(EXAMPLE)
    (value,) = explained(capsys, "payments/ledger", "allocated.ports", "--cell", "local")
    file, line, _ = value["location"].split(":")
    lines = (EXAMPLE / file).read_text().splitlines()
    assert lines[int(line) - 1] == f"      first: {value['value']}"
    assert "  payments/ledger:" in lines[int(line) - 4 : int(line)]


def test_what_a_value_overrode_is_told_from_the_lowest(capsys: pytest.CaptureFixture[str]) -> None:
    (value,) = explained(capsys, "shop/cart", "service.proto-fd-max", "--root", str(SHOP))
    assert (value["value"], value["layer"]) == (20000, "tier plain@2")
    assert value["overrode"] == [
        {"value": 15000, "layer": "tier plain@1", "location": "templates/tiers/plain.yaml:18:9"}
    ]


def test_a_formula_is_told_with_what_it_read(capsys: pytest.CaptureFixture[str]) -> None:
    path = "namespaces.cart.indexesMemoryBudget"
    (value,) = explained(capsys, "shop/cart", path, "--root", str(SHOP))
    assert value["value"] == 2_000_000 * 128 + 536_870_912
    assert (value["formula"], value["inputs"]) == ("{{ workload.objects * 128 + 536870912 }}", ["workload.objects"])


def test_a_value_that_was_taken_away_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = copy_of(SHOP, tmp_path)
    exporter = {"image": "registry.example.net/exporter:1.0.0", "cpu": 1, "memory": "64Mi"}
    change(root, {"file": PLAIN, "replace": "exporter: null", "by": f"exporter: {json.dumps(exporter)}"})
    change(root, {"file": PLAIN, "replace": "proto-fd-max: 20000", "by": "proto-fd-max: 20000\n      exporter: null"})
    (value,) = explained(capsys, "search/suggest", "exporter", "--root", str(root))
    assert (value["value"], value["location"]) == (None, f"{PLAIN}:33:7")
    assert value["overrode"] == [{"value": exporter, "layer": "tier plain@1", "location": f"{PLAIN}:15:7"}]


def test_the_secrets_that_a_cluster_needs_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    values = explained(capsys, "shop/cart", "secrets", "--root", str(SHOP))
    assert {value["path"].removeprefix("secrets."): value["value"] for value in values} == {
        "aerospike-feature-key": ["features.conf"],
        "cart.tls": ["tls.crt", "tls.key", "ca.crt"],
        "cart.user.admin": ["password"],
        "cart.user.exporter": ["password"],
        "cart.user.cart-service": ["password"],
    }


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (["shop/crt"], "there is no cluster 'shop/crt'; did you mean 'shop/cart'?"),
        (["cart"], "there is no cluster 'cart'; did you mean 'shop/cart'?"),
        (["shop/cart", "resource"], "nothing is set at 'resource'; did you mean 'resources.cpu'?"),
        (["shop/cart", "--cell", "there"], "there is no cell 'there'; did you mean 'here'?"),
    ],
)
def test_what_is_not_there_is_a_mistake(arguments: list[str], answer: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", *arguments, "--root", str(SHOP)]) == 2
    assert answer in capsys.readouterr().err


def test_the_text_says_it_for_a_person(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "shop/cart", "namespaces.cart.storage", "--root", str(SHOP)]) == 0
    assert capsys.readouterr().out == (
        'namespaces.cart.storage = "device"\n'
        "    templates/tiers/secure.yaml:9:9  tier secure@1\n"
        '    over "memory"  templates/tiers/plain.yaml:22:9  tier plain@1\n'
    )


def test_no_file_outside_the_project_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    for value in explained(capsys, "shop/cart", "--root", str(SHOP)):
        file = value["location"].split(":")[0]
        assert not Path(file).is_absolute()
        assert (SHOP / file).is_file()


def test_the_figures_behind_a_size_show_formula_inputs_and_source(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "checkout/session", "sizing", "--root", str(EXAMPLE), "--format", "json"]) == 0
    values = {value["path"]: value for value in json.loads(capsys.readouterr().out)["values"]}
    index = values["sizing.session.primary index"]
    assert index["formula"] == "64 × records"
    assert index["inputs"] == ["records = 7,609,451"]
    assert "aerospike-server" in index["layer"]
    assert all(value["formula"] and value["inputs"] and value["layer"] for value in values.values())


def test_the_figures_are_shown_only_when_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "checkout/session", "--root", str(EXAMPLE)]) == 0
    assert "sizing." not in capsys.readouterr().out


def test_a_mistake_elsewhere_is_no_reason_not_to_explain(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = copy_of(SHOP, tmp_path)
    change(root, {"file": "stacks/here/teams/search.yaml", "replace": "tier: plain", "by": "tier: plain\n    size: 9"})
    assert main(["explain", "search/suggest", "size", "--root", str(root)]) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith("size = 9\n    stacks/here/teams/search.yaml:5:5  team\n")
    assert "`aerofleet check` shows" in captured.err
    change(root, {"file": "stacks/here/cell.yaml", "replace": "site: test", "by": "site: 1"})
    assert main(["explain", "search/suggest", "size", "--root", str(root)]) == 2


def test_a_cluster_that_the_upgrade_pauses_is_told_as_paused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = copy_of(SHOP, tmp_path)
    by = "version: 4.5.0\n  previousVersion: 4.4.1\n  phase: prepare"
    change(root, {"file": "stacks/here/cell.yaml", "replace": "version: 4.5.0", "by": by})
    (value,) = explained(capsys, "shop/cart", "paused", "--root", str(root))
    assert (value["value"], value["location"]) == (True, "stacks/here/cell.yaml:16:3")


def test_a_secret_says_where_its_values_come_from(capsys: pytest.CaptureFixture[str]) -> None:
    values = {secret["path"]: secret for secret in explained(capsys, "shop/cart", "secrets", "--root", str(SHOP))}
    assert values["secrets.cart.tls"]["notes"] == [
        "from the store vault: path databases/shop/cart/tls, with tls.crt, tls.key, ca.crt",
        "check: kubectl --context here -n aerospike-shop get externalsecret cart.tls",
    ]


@pytest.mark.parametrize(
    ("cluster", "added", "path", "answer"),
    [
        ("basket", "  basket:\n    tier: plain\n", "secrets", "allocations.yaml has nothing of this cluster"),
        ("basket", "  basket:\n    tier: plain\n", "allocated.ports", "`aerofleet generate` allocates its names"),
        (
            "cart",
            "  basket: {teir: plain}\n",
            "secrets",
            "the definitions have mistakes",
        ),
    ],
)
def test_what_follows_from_the_allocations_has_a_reason_where_it_is_missing(
    cluster: str, added: str, path: str, answer: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = copy_of(SHOP, tmp_path)
    team = {"file": "stacks/here/teams/shop.yaml", "replace": "clusters:\n", "by": f"clusters:\n{added}"}
    change(project, team)
    assert main(["explain", f"shop/{cluster}", path, "--root", str(project)]) == 2
    assert answer in capsys.readouterr().err


def test_the_end_of_a_path_is_enough_for_a_hint(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "shop/session", "memory", "--root", str(SHOP)]) == 2
    assert capsys.readouterr().err.endswith("nothing is set at 'memory'; did you mean 'resources.memory'?\n")


def test_an_automatic_size_says_how_to_pin_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = copy_of(SHOP, tmp_path)
    change(
        root,
        {"file": "stacks/here/teams/search.yaml", "replace": "tier: plain\n", "by": "tier: plain\n    size: auto\n"},
    )
    (size,) = explained(capsys, "search/suggest", "size", "--root", str(root))
    assert size["notes"] == [f"to keep this size while another setting changes, write `size: {size['value']}` first"]
