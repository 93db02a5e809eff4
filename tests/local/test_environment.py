"""The exports for a shell, so that plain `pulumi` works in the project folder."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from aerofleet.local.environment import exports, path_with

TOOLS = [Path("/p/tools"), Path("/p/bin")]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("/usr/bin:/bin", "/p/tools:/p/bin:/usr/bin:/bin"),
        ("/usr/bin:/p/bin:/bin", "/p/tools:/p/bin:/usr/bin:/bin"),
        ("/p/tools:/p/bin:/usr/bin:/bin", "/p/tools:/p/bin:/usr/bin:/bin"),
        ("", "/p/tools:/p/bin"),
        (":/bin:", "/p/tools:/p/bin:/bin"),
    ],
    ids=["first time", "one is there", "asked again", "no path", "the folder one stands in"],
)
def test_the_tools_come_first_and_each_once(before: str, after: str) -> None:
    assert path_with(TOOLS, before) == after


def test_a_shell_reads_what_was_meant() -> None:
    (export,) = exports({"KUBECONFIG": "/home/o'neil/my files/$x"}).splitlines()
    assert shlex.split(export) == ["export", "KUBECONFIG=/home/o'neil/my files/$x"]
