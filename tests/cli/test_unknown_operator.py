"""An unknown release is judged only on request, and every result is marked as an estimate."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from aerofleet.ako.compatibility import OPERATOR
from aerofleet.cli import main
from tests.fleet.project import SHOP, copy_of

MARK = f"(an estimate: operator 9.0.0 is not known and is judged as {OPERATOR})"
BROKEN = """\
apiVersion: asdb.aerospike.com/v1
kind: AerospikeCluster
metadata: {name: a, namespace: b}
spec: {size: 300, image: "aerospike-server-enterprise:8.1.1.1"}
"""


def test_a_cell_says_that_an_estimate_will_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = copy_of(SHOP, tmp_path)
    cell = root / "stacks" / "here" / "cell.yaml"
    newer = "  version: 9.0.0\n  estimateUnknownRelease: true"
    cell.write_text(re.sub(r"(?m)^  version: \d+\.\d+\.\d+$", newer, cell.read_text(), count=1))
    code = main(["check", "--root", str(root), "--format", "json"])
    findings = json.loads(capsys.readouterr().out)["findings"]
    estimates = [finding for finding in findings if finding["rule"] == "operator-estimate"]
    assert [finding["severity"] for finding in estimates] == ["warning"]
    assert code == 0


def test_an_option_says_so_for_raw_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "cluster.yaml"
    file.write_text(BROKEN)
    with pytest.raises(SystemExit):
        main(["lint", "--operator", "9.0.0", str(file)])
    assert "--estimate-unknown-operator judges it as" in " ".join(capsys.readouterr().err.split())
    options = ["--operator", "9.0.0", "--estimate-unknown-operator"]
    assert main(["lint", *options, "--format", "json", str(file)]) == 2
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert findings
    assert all(MARK in finding["message"] for finding in findings)
