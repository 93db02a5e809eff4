"""A recovery where nobody can see who has a stack's lock; all else runs the real engine (tests/engine)."""

from __future__ import annotations

from pathlib import Path

import pytest

from aerofleet.engine.pulumi import Engine
from aerofleet.engine.settle import recover

PULUMI = """\
#!/bin/sh
echo "$@" >> {log}
case "$*" in
  *whoami*) echo '{{"url": "s3://states"}}' ;;
  *"stack ls"*) echo '[{{"name": "prod"}}]' ;;
  *"stack export"*) echo '{{"deployment": {{"pending_operations": {pending}}}}}' ;;
  *history*) echo '[]' ;;
esac
"""
UPDATE = '[{"type": "updating", "resource": {"urn": "a::b::c", "type": "kubernetes:core/v1:ConfigMap"}}]'


@pytest.mark.parametrize(("pending", "message"), [("[]", "nothing was left open"), (UPDATE, "again      c")])
def test_a_lock_of_somebody_who_may_be_at_work_is_left_alone(
    pending: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No bucket can be had here, so a script answers in the engine's place; that refuses a locked stack by itself."""
    log, program = tmp_path / "log", tmp_path / "pulumi"
    program.write_text(PULUMI.format(log=log, pending=pending))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    lines: list[str] = []
    assert recover(Engine(tmp_path), "prod", lines.append, dry_run=False)
    shown = "\n".join(lines)
    assert message in shown
    assert "if nothing runs for sure, `pulumi cancel prod` does it" in shown
    assert "cancel" not in log.read_text()
