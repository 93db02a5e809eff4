"""The tools that derive tables say what they miss, and leave the table alone then."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

from tools.derive import crd_table, parameters


@pytest.mark.parametrize(
    ("tool", "arguments", "message"),
    [
        (crd_table, ["--compare", "4.5.0", "4.5"], r"no line of releases 4\.5\.0; it has .*4\.5"),
        (parameters, ["--compare", "8.2", "8.1.2"], r"no version 8\.2; it has .*8\.2\.0"),
        (crd_table, ["FOLDER"], r"has no folder of a release"),
        (crd_table, ["FOLDER/absent"], r"has no folder of a release"),
        (parameters, ["FOLDER"], r"no schema there"),
        (parameters, ["FOLDER/absent"], r"no schema there"),
    ],
)
def test_what_a_tool_misses_is_named(
    tool: ModuleType, arguments: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tool.TARGET.read_bytes()
    monkeypatch.setattr(sys, "argv", ["derive", *(word.replace("FOLDER", str(tmp_path)) for word in arguments)])
    with pytest.raises(SystemExit, match=message):
        tool.main()
    assert tool.TARGET.read_bytes() == before
