"""The embedded control plane as its users meet it."""

from __future__ import annotations

import json
import os
import signal
import stat
from pathlib import Path

import pytest

from aerofleet.local.api_server import ApiServer, ApiServerError
from aerofleet.local.control_plane import ControlPlane, died_report
from aerofleet.local.definitions import permissive_kinds
from aerofleet.local.process import ProcessError
from aerofleet.local.state import State
from tools.toolchain.control_plane import ControlPlanePrograms


def test_it_serves_kubernetes_on_loopback_and_says_what_it_is(control_plane: ControlPlane) -> None:
    seen = control_plane.status()
    assert seen.healthy
    assert seen.address.startswith("127.0.0.1:")
    assert seen.version.startswith("v1.35.")
    mark = control_plane.server().get("/api/v1/namespaces/kube-system/configmaps/aerofleet-embedded")
    assert mark["data"]["id"] == (control_plane.state.folder / "embedded-id").read_text().strip()
