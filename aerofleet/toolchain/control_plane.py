"""The programs of the embedded control plane."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from aerofleet.toolchain.download import DownloadError, download
from aerofleet.toolchain.go_build import go_build
from aerofleet.toolchain.recipes import Recipe, etcd, kubernetes
from aerofleet.toolchain.store import print_progress, stored


@dataclass(frozen=True, slots=True)
class ControlPlanePrograms:
    etcd: Path
    kube_apiserver: Path
    kube_controller_manager: Path


def prepare_control_plane() -> ControlPlanePrograms:
    """Return the paths of the three programs, downloaded or built where they are missing. Raises ToolchainError."""
    etcd_folder, kubernetes_folder = stored(etcd(), make), stored(kubernetes(), make)
    return ControlPlanePrograms(
        etcd_folder / "etcd", kubernetes_folder / "kube-apiserver", kubernetes_folder / "kube-controller-manager"
    )


def make(recipe: Recipe, folder: Path) -> None:
    """Download the recipe's programs into ``folder``, or build them where the download fails."""
    try:
        print_progress(f"{recipe.name} {recipe.version}: trying the official download")
        download(recipe, folder)
    except DownloadError as error:
        print_progress(f"{recipe.name} {recipe.version}: the official download failed ({error})")
        go_build(recipe, folder)
