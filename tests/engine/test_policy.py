"""A policy pack, asked by the real engine before anything is made."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aerofleet.local.control_plane import ControlPlane
from tests.engine.small_stack import config_map, python_runtime
from tests.engine.test_recovery import stack_in

PACK = '''"""One mandatory policy: a ConfigMap says who answers for it."""
from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy


def owned(args, report_violation):
    if args.resource_type == "kubernetes:core/v1:ConfigMap" and "owner" not in args.props["metadata"]["labels"]:
        report_violation(f"{args.props['metadata']['name']} names no owner")


PolicyPack(
    "tiny",
    enforcement_level=EnforcementLevel.MANDATORY,
    policies=[ResourceValidationPolicy("owner", "ConfigMaps name their owner", owned)],
)
'''


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    folder = tmp_path / "pack"
    folder.mkdir()
    (folder / "PulumiPolicy.yaml").write_text(json.dumps({"runtime": python_runtime(folder)}))
    (folder / "__main__.py").write_text(PACK)
    return folder


def test_a_mandatory_policy_stops_the_preview_until_it_is_met(
    pack: Path, tmp_path: Path, pulumi_env: dict[str, str], control_plane: ControlPlane
) -> None:
    stack = stack_in("policed", tmp_path / "project", pulumi_env)
    stopped = stack.preview("--policy-pack", str(pack))
    assert stopped.returncode != 0
    assert "limits names no owner" in stopped.stdout + stopped.stderr
    assert "[mandatory]" in stopped.stdout + stopped.stderr
    owned = config_map("limits", "policed", tps="1000")
    owned["metadata"]["labels"] = {**owned["metadata"]["labels"], "owner": "shop"}
    stack.objects[1] = owned
    allowed = stack.preview("--policy-pack", str(pack))
    assert allowed.returncode == 0, allowed.stdout + allowed.stderr
