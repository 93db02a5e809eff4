"""The lines of `aerofleet local status`."""

from __future__ import annotations

from aerofleet.local.control_plane import Status
from aerofleet.local.up_and_down import status_lines


def test_a_server_that_runs_and_does_not_answer_is_named() -> None:
    hung = Status({"etcd": 7, "kube-apiserver": 8}, "127.0.0.1:6443", "", ())
    assert not hung.healthy
    assert status_lines(hung) == [
        "  etcd            running, process 7",
        "  kube-apiserver  running, process 8",
        "  the API server on 127.0.0.1:6443 runs and does not answer",
    ]
