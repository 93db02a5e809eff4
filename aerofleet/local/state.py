"""The files of the embedded control plane on disk."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from aerofleet.findings.stop import FailureError
from aerofleet.load.whole_file import READABLE_BY_OWNER, write_whole

PRIVATE_FOLDER = 0o700


def state_home() -> Path:
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state"
    return Path(base) / "aerofleet"


class ControlPlaneInUseError(FailureError):
    """The control plane has the stacks of another project."""


@dataclass(frozen=True, slots=True)
class State:
    """The paths below ``folder``, which `aerofleet local down` removes. All data is in it."""

    folder: Path

    @property
    def kubeconfig(self) -> Path:
        return self.folder / "kubeconfig"

    @property
    def certificates(self) -> Path:
        return self.folder / "certificates"

    @property
    def tokens(self) -> Path:
        return self.folder / "tokens.csv"

    @property
    def controller_kubeconfig(self) -> Path:
        return self.folder / "controller-manager.kubeconfig"

    @property
    def identity(self) -> Path:
        """File with an identity that the server has, too, so that a tool can check that both belong together."""
        return self.folder / "embedded-id"

    @property
    def processes(self) -> Path:
        return self.folder / "processes"

    @property
    def lock(self) -> Path:
        """Lock file beside the folder, so that it outlives the folder's removal."""
        return self.folder.with_name(f".{self.folder.name}.lock")

    @property
    def run_lock(self) -> Path:
        """Lock file for the whole of `local up --apply` and `local down --destroy`: a second run must not recover
        operations of the first.
        """
        return self.folder.with_name(f".{self.folder.name}.run.lock")

    @property
    def backend(self) -> Path:
        """Folder of Pulumi's state for the stacks on this control plane: without the server the state is useless."""
        return self.folder / "pulumi"

    @property
    def passphrase(self) -> Path:
        return self.folder / "pulumi-passphrase"

    @property
    def project(self) -> Path:
        """File with the folder of the project whose stacks are on this control plane."""
        return self.folder / "project"

    def exists(self) -> bool:
        return self.folder.is_dir()

    def user(self) -> Path | None:
        """Return the folder of the project that uses the control plane; None if none has claimed it."""
        return Path(self.project.read_text(encoding="utf-8").strip()) if self.project.is_file() else None

    def require(self, root: Path) -> None:
        """Raise ControlPlaneInUseError if another project than that of ``root`` uses the control plane."""
        user = self.user()
        if user not in (None, root.resolve()):
            raise ControlPlaneInUseError(
                f"the embedded control plane of this machine has the stacks of another project, {user}. To end it: "
                f"`aerofleet local down --root {user}`. To run a second one, set XDG_STATE_HOME to another folder"
            )

    def claim(self, root: Path) -> None:
        """Record that the project of ``root`` uses the control plane. Raises ControlPlaneInUseError."""
        self.require(root)
        self.create()
        write_private(self.project, f"{root.resolve()}\n")

    def create(self) -> None:
        for folder in (self.folder, self.certificates, self.processes, self.backend):
            folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)


def default_state() -> State:
    return State(state_home() / "local")


def write_private(path: Path, content: str) -> None:
    """Write a whole file that only its owner can read."""
    write_whole(path, content, READABLE_BY_OWNER)
