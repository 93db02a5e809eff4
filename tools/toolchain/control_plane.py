"""The programs of the embedded control plane."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tools.toolchain.download import DownloadError, download
from tools.toolchain.go_build import go_build
from tools.toolchain.recipes import Recipe, etcd, kubernetes
from tools.toolchain.store import say, stored


@dataclass(frozen=True, slots=True)
class ControlPlanePrograms:
    etcd: Path
    kube_apiserver: Path
    kube_controller_manager: Path


def prepare_control_plane() -> ControlPlanePrograms:
    """Have all three programs; raises ToolchainError."""
    store, servers = stored(etcd(), make), stored(kubernetes(), make)
    return ControlPlanePrograms(store / "etcd", servers / "kube-apiserver", servers / "kube-controller-manager")


def make(recipe: Recipe, folder: Path) -> None:
    try:
        say(f"{recipe.name} {recipe.version}: trying the official download")
        download(recipe, folder)
    except DownloadError as error:
        say(f"{recipe.name} {recipe.version}: no official download here ({error})")
        go_build(recipe, folder)
