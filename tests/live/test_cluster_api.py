"""An API server that does not answer is reported, within a time that a person waits."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from aerofleet.live import cluster_api
from aerofleet.live.cluster_api import ClusterApi, ClusterUnreachableError


def test_a_server_that_takes_the_call_and_says_nothing_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        kubeconfig = {
            "current-context": "silent",
            "contexts": [{"name": "silent", "context": {"cluster": "silent", "user": "me"}}],
            "clusters": [{"name": "silent", "cluster": {"server": address}}],
            "users": [{"name": "me", "user": {}}],
        }
        (tmp_path / "kubeconfig").write_text(json.dumps(kubeconfig))
        monkeypatch.setenv("KUBECONFIG", str(tmp_path / "kubeconfig"))
        monkeypatch.setattr(cluster_api, "ANSWER_SECONDS", 0.2)
        with pytest.raises(ClusterUnreachableError, match="context 'silent' did not answer"):
            ClusterApi("silent").get("v1", "Namespace", "", "shop")


def test_a_missing_kubeconfig_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "gone"))
    with pytest.raises(ClusterUnreachableError, match=rf"no context 'prod' .* KUBECONFIG is {tmp_path}/gone"):
        ClusterApi("prod")
    monkeypatch.delenv("KUBECONFIG")
    with pytest.raises(ClusterUnreachableError, match=r"KUBECONFIG is not set.*aerofleet env"):
        ClusterApi("prod")
