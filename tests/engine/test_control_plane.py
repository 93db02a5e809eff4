"""The embedded control plane as its users meet it."""

from __future__ import annotations

from aerofleet.local.control_plane import ControlPlane


def test_it_serves_kubernetes_on_loopback_and_says_what_it_is(control_plane: ControlPlane) -> None:
    seen = control_plane.status()
    assert seen.healthy
    assert seen.address.startswith("127.0.0.1:")
    assert seen.version.startswith("v1.35.")
    mark = control_plane.server().get("/api/v1/namespaces/kube-system/configmaps/aerofleet-embedded")
    assert mark["data"]["id"] == (control_plane.state.folder / "embedded-id").read_text().strip()
