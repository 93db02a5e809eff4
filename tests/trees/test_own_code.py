"""A side whose code differs is rendered by its own code, which sees nothing of the one who reviews it."""

from __future__ import annotations

import ast
import json
import socket
from pathlib import Path
from typing import Any

import pytest

from aerofleet.cli import main
from aerofleet.trees import isolation, own_code
from aerofleet.trees.isolation import isolation_level
from tests.trees.repository import commit, edit

EXPORTER = "aerofleet/features/exporter/build.py"
SIDECARS = '"sidecars": [container(cluster, exporter)]'
CLI = "aerofleet/cli/__init__.py"
MAIN = "    arguments = list(sys.argv[1:] if argv is None else argv)\n"


def reviewed(root: Path, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, dict[str, Any]]:
    code = main(["review", "--root", str(root), "--format", "json", *options])
    return code, json.loads(capsys.readouterr().out)


def test_a_line_of_code_is_the_cause(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(clone, EXPORTER, SIDECARS, '"sidecars": [{**container(cluster, exporter), "tty": True}]')
    code, review = reviewed(clone, capsys)
    assert (code, review["verdict"]) == (0, "moves-data")
    assert [review[side]["renderedBy"] for side in ("base", "head")] == ["running-code", "own-code"]
    assert review["changedCode"] == [EXPORTER]
    assert {cluster["byChangedCode"] for cluster in review["clusters"]} == {True}
    (cause,) = review["clusters"][0]["cause"]
    line = next(at for at, text in enumerate((clone / EXPORTER).read_text().splitlines(), 1) if '"tty"' in text)
    assert (cause["layer"], cause["location"]["file"], cause["location"]["line"]) == ("code", EXPORTER, line)


def test_code_that_renders_the_same_changes_nothing(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(clone, EXPORTER, SIDECARS, f"{SIDECARS[:-1]},  # a comment\n    ]")
    code, review = reviewed(clone, capsys)
    assert (code, review["verdict"], review["clusters"], review["objects"]) == (0, "none", [], [])
    assert review["head"]["renderedBy"] == "own-code"


def test_code_and_a_definition_each_have_their_clusters(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(clone, EXPORTER, SIDECARS, '"sidecars": [container(cluster, exporter)] * (1 + (cluster.team == "payments"))')
    edit(clone, "stacks/local/teams/checkout.yaml", "defaultTtl: 30d", "defaultTtl: 40d")
    _, review = reviewed(clone, capsys)
    (cart,) = (cluster for cluster in review["clusters"] if cluster["cluster"] == "cart")
    assert not cart["byChangedCode"]
    assert [cause["layer"] for cause in cart["cause"]] == ["team"]
    assert all(cluster["byChangedCode"] for cluster in review["clusters"] if cluster is not cart)


def test_a_mistake_of_base_beside_other_code_leaves_the_whole_cell_unknown(
    clone: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(clone, "stacks/local/teams/checkout.yaml", "defaultTtl", "defaultTl")
    commit(clone)
    edit(clone, "stacks/local/teams/checkout.yaml", "defaultTl", "defaultTtl")
    edit(clone, EXPORTER, SIDECARS, '"sidecars": [{**container(cluster, exporter), "tty": True}]')
    code, review = reviewed(clone, capsys, "--base", "HEAD")
    assert (code, review["verdict"]) == (1, "unknown")
    (unknown,) = review["unknown"]
    assert (unknown["cell"], unknown["side"], unknown["names"], unknown["isMended"]) == ("local", "base", [], True)
    assert unknown["clusters"] == review["counts"]["unknown"] == 5
    assert unknown["mistakes"][0]["location"]["file"] == "stacks/local/teams/checkout.yaml"
    assert {cluster["cell"] for cluster in review["clusters"]} == {"staging"}


def test_a_setting_that_only_the_new_code_knows(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fragment = "aerofleet/files/cluster/exporter.py"
    edit(clone, fragment, "    image:", '    tty: Flag = Field(False, description="x")\n    image:')
    edit(clone, fragment, "from pydantic", "from aerofleet.files.quantities import Flag\nfrom pydantic")
    edit(clone, EXPORTER, SIDECARS, '"sidecars": [{**container(cluster, exporter), "tty": exporter.tty}]')
    edit(clone, "templates/tiers/base.yaml", "      exporter:\n", "      exporter:\n        tty: true\n")
    _, review = reviewed(clone, capsys)
    assert review["verdict"] == "moves-data"
    assert not review["unknown"]


def printing(text: str) -> str:
    """Return code that prints a text and says that all went well."""
    return f"    sys.stdout.write({text!r}); return 0\n"


OTHER_STACK = {"objects": [{"stack": "prod", "object": {"kind": "X", "metadata": {"name": "x"}}}]}
ANSWER = json.dumps({"cell": "local", "status": 0, "text": "{}"}) + "\n"
FAKES = {
    "a verdict": printing('{"verdict": "none"}\n'),
    "no objects": printing('{"schema": "aerofleet.io/render/v1", "stacks": {}, "objects": 3}'),
    "another cell": printing(json.dumps(OTHER_STACK)),
    "many lines": "    sys.__stdout__.write('{}\\n' * 1000); return 0\n",
    "its own answers": f"    import os; os.write(1, {ANSWER.encode()!r}); os._exit(0)\n",
    "an exit": "    raise SystemExit(0)\n",
    "nesting": printing("[" * 100_000),
}


@pytest.mark.parametrize("fake", FAKES)
def test_what_is_no_rendering_is_unknown(clone: Path, capsys: pytest.CaptureFixture[str], fake: str) -> None:
    edit(clone, CLI, MAIN, FAKES[fake] + MAIN)
    code, review = reviewed(clone, capsys)
    assert (code, review["verdict"]) == (1, "unknown")
    assert "--head-render" in review["unknown"][0]["wayOut"]
    assert review["counts"]["unknown"] == 6


def test_the_code_sees_no_variable_of_the_reviewer(
    clone: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "canary-5d1c")
    monkeypatch.setenv("PYTHONPATH", "canary-5d1c")
    edit(clone, CLI, MAIN, f"    import os; sys.stderr.write(str(dict(os.environ))); return 1\n{MAIN}")
    code, review = reviewed(clone, capsys)
    text = json.dumps(review)
    assert code == 1
    assert "PATH" in text
    assert "canary-5d1c" not in text
    assert "HOME" not in text


@pytest.mark.skipif(isolation_level() == "none", reason="no unshare with user namespaces on this system")
def test_the_code_has_no_network(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        call = f"    import socket; socket.create_connection(('127.0.0.1', {port}), 5)\n"
        edit(clone, CLI, MAIN, call + MAIN)
        code, review = reviewed(clone, capsys)
        server.settimeout(0)
        with pytest.raises(BlockingIOError):
            server.accept()
    assert (code, review["verdict"]) == (1, "unknown")
    assert "unreachable" in review["unknown"][0]["reason"]


IN_ITS_PLACE = """\
    import ctypes, os, pathlib
    seen = sorted(os.listdir("/"))
    secret = pathlib.Path({secret!r})
    writable = []
    for folder in ("/usr", {code!r}, {root!r}):
        try:
            pathlib.Path(folder, "written").write_text("x")
            writable.append(folder)
        except OSError:
            pass
    libc = ctypes.CDLL(None)
    # Once more as root of a further namespace: remount, bind, with the flag "may be written" (none).
    again = [libc.mount(None, b"/usr", None, ctypes.c_ulong(0x1020), None), libc.unshare(0x10020000)]
    again.append(libc.mount(None, b"/usr", None, ctypes.c_ulong(0x1020), None))
    pathlib.Path("/tmp/own").write_text("x")
    home = os.path.exists({home!r})
    sys.stderr.write(str((seen, secret.exists(), home, writable, again[0], again[2], os.environ.get("TMPDIR"))))
    return 1
"""


@pytest.mark.skipif(isolation_level() != "files", reason="no mounts in a user namespace on this system")
def test_the_code_sees_no_file_of_the_machine(clone: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    secret = tmp_path / "secret"
    secret.write_text("canary")
    values = {
        "secret": str(secret),
        "code": str(clone / "aerofleet"),
        "root": str(clone),
        "home": str(Path.home() / ".ssh"),
    }
    edit(clone, CLI, MAIN, IN_ITS_PLACE.format(**values) + MAIN)
    code, review = reviewed(clone, capsys)
    reason = review["unknown"][0]["reason"]
    seen, *facts = ast.literal_eval(reason[reason.index("([") :])
    assert code == 1
    assert facts == [False, False, [], -1, -1, "/tmp"]
    assert {"etc", "tmp", "usr"} <= set(seen)
    assert not {"boot", "home", "mnt", "proc", "run", "srv", "sys", "var"} & set(seen)
    assert not Path("/tmp/own").exists()
    assert not (clone / "written").exists()


@pytest.mark.parametrize("level", ["network", "none"])
def test_less_isolation_is_named_and_fails_nothing(
    clone: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, level: isolation.Level
) -> None:
    if level == "network" and isolation_level() == "none":
        pytest.skip("no unshare with user namespaces on this system")
    monkeypatch.setattr(own_code, "isolation_level", lambda: level)
    edit(clone, EXPORTER, SIDECARS, f"{SIDECARS[:-1]},  # a comment\n    ]")
    code, review = reviewed(clone, capsys)
    assert (code, review["verdict"]) == (0, "none")
    assert review["head"]["notes"] == list(isolation.NOTES[level])


def test_a_system_without_unshare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert isolation.isolation_level.__wrapped__() == "none"


def test_a_system_whose_unshare_makes_no_mounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where a security module refuses mounts: the program of the system fails with --mount, and runs the rest."""
    program = tmp_path / "unshare"
    program.write_text("#!/bin/sh\nfor one; do case $one in --mount) exit 1;; esac; done\nexit 0\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert isolation.isolation_level.__wrapped__() == "network"


def test_code_that_does_not_end_is_ended(
    clone: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_code, "SECONDS", 1)
    edit(clone, CLI, MAIN, f"    while True: pass\n{MAIN}")
    code, review = reviewed(clone, capsys)
    assert (code, review["verdict"]) == (1, "unknown")


def test_output_has_a_limit(clone: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_code, "MAX_BYTES", 1_000_000)
    edit(clone, CLI, MAIN, f"    while True: sys.__stdout__.write('x' * 1000)\n{MAIN}")
    code, review = reviewed(clone, capsys)
    assert (code, review["verdict"]) == (1, "unknown")


def test_another_package_that_renders_is_unknown(
    clone: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.setenv("XDG_CACHE_HOME", str(clone / "no cache with a uv"))
    text = (clone / "uv.lock").read_text()
    version = text.partition('name = "pydantic"\nversion = "')[2].partition('"')[0]
    edit(clone, "uv.lock", f'name = "pydantic"\nversion = "{version}"', 'name = "pydantic"\nversion = "2.999.0"')
    code, review = reviewed(clone, capsys)
    assert (code, review["verdict"]) == (1, "unknown")
    assert "not 2.999.0" in review["unknown"][0]["reason"]


def test_another_provider_needs_a_preview(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (clone / "uv.lock").read_text()
    version = text.partition('name = "pulumi-kubernetes"\nversion = "')[2].partition('"')[0]
    old = f'name = "pulumi-kubernetes"\nversion = "{version}"'
    edit(clone, "uv.lock", old, 'name = "pulumi-kubernetes"\nversion = "4.999.0"')
    edit(clone, "__main__.py", '"""', '""" ')
    code, review = reviewed(clone, capsys)
    assert (code, review["verdict"]) == (0, "none")
    (preview,) = review["enginePreviews"]
    assert preview["stacks"] == ["local", "staging"]
    assert preview["pins"] == [f"pulumi-kubernetes {version} → 4.999.0", "__main__.py"]
