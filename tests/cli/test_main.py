"""`main` is the one place that shows what ends a verb: its findings, its message, its exit code."""

from __future__ import annotations

import ast
from types import SimpleNamespace

import pytest

from aerofleet import cli
from aerofleet.findings import Finding, Location
from aerofleet.findings.stop import FailureError, MistakeError, NoFitError, StillRunningError, StopError
from tests.fleet.project import ROOT

FINDING = Finding("yaml-syntax", "error", "a.b", "is no text", "write text", Location("cell.yaml", 3, 1))
SHOWN = "cell.yaml:3:1  a.b  is no text  [yaml-syntax]\n    write text\n"

INTERNAL = {
    "RackMergeError",
    "QuestionError",
    "PartsClashError",
    "PassEnds",
    "DownloadError",
}
"""Exceptions that no person sees: the package that raises one catches it, and makes a finding or an answer of it."""
BUILT_IN = {"Exception", "LookupError", "KeyError", "OSError", "RuntimeError", "TypeError", "ValueError"}


@pytest.mark.parametrize(
    ("error", "code", "shown"),
    [
        (FailureError("the server is away"), 1, "aerofleet render: the server is away\n"),
        (MistakeError("no cell 'x'"), 2, "aerofleet render: no cell 'x'\n"),
        (NoFitError("too large"), 3, "aerofleet render: too large\n"),
        (StillRunningError("a run has the lock"), 4, "aerofleet render: a run has the lock\n"),
        (MistakeError(findings=[FINDING]), 2, SHOWN),
        (MistakeError("nothing was written", [FINDING]), 2, f"{SHOWN}aerofleet render: nothing was written\n"),
    ],
)
def test_what_ends_a_verb_is_shown_with_its_exit_code(
    error: StopError, code: int, shown: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(_arguments: list[str]) -> int:
        raise error

    monkeypatch.setattr(cli, "import_module", lambda _name: SimpleNamespace(run=run))
    assert cli.main(["render"]) == code
    assert capsys.readouterr() == ("", shown)


def test_every_other_exception_of_the_project_is_of_the_one_family() -> None:
    others = {
        node.name
        for name in ("aerofleet", "components", "tools")
        for file in (ROOT / name).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ClassDef) and any(ast.unparse(base) in BUILT_IN for base in node.bases)
    }
    assert others - INTERNAL == {"StopError"}
