"""Enter a file system of its own, then run a program: only named folders are there, and they can't be written.

It runs by its path as the first process of new user, mount, network and process namespaces, in which it is root. It
imports nothing of the product, and needs no program of the system. What it runs has no capability, so it can't take a
restriction back.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_REMOUNT = 0x1, 0x2, 0x4, 0x20
MS_BIND, MS_REC, MS_PRIVATE, MS_RELATIME = 0x1000, 0x4000, 0x40000, 0x200000
MNT_DETACH = 2
KEPT_FLAGS = 0x2 | 0x4 | 0x8 | 0x400 | 0x800
"""Flags that statvfs(3) and mount(2) have alike: nosuid, nodev, noexec, noatime, nodiratime. A user can't drop one."""
ST_RELATIME = 0x1000
PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 24, 38
CAPABILITIES = 64
DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")
SIZE = "size=1000000000,mode=755"
"""Bytes of what the program can write, in memory."""
TEMPORARY, OLD = Path("/tmp"), Path("/.old")  # noqa: S108 - of the new file system

libc = ctypes.CDLL(None, use_errno=True)


def main(root: Path, paths: Sequence[str], command: Sequence[str]) -> None:
    """Make ``root``, an empty folder, the root of a file system with ``paths`` at their places, and become ``command``.
    Raises OSError where the system does not allow that.
    """
    mount(None, Path("/"), None, MS_REC | MS_PRIVATE)
    mount("tmpfs", root, "tmpfs", MS_NOSUID | MS_NODEV, SIZE)
    for path in sorted({*paths, *map(os.path.realpath, paths)}):
        if os.path.lexists(path):
            show(root, Path(path))
    for device in DEVICES:
        show(root, Path(device), read_only=False)
    below(root, TEMPORARY).mkdir(parents=True, exist_ok=True)
    below(root, OLD).mkdir()
    check(libc.pivot_root(bytes(root), bytes(below(root, OLD))), "pivot_root")
    os.chdir(TEMPORARY)
    os.environ["TMPDIR"] = str(TEMPORARY)
    check(libc.umount2(bytes(OLD), MNT_DETACH), "umount")
    OLD.rmdir()
    for number in range(CAPABILITIES):
        libc.prctl(PR_CAPBSET_DROP, number, 0, 0, 0)
    check(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl")
    os.execv(command[0], list(command))  # noqa: S606 - no shell is wanted


def show(root: Path, path: Path, *, read_only: bool = True) -> None:
    """Show a file or a folder of the machine at its own path below the new root."""
    target = below(root, path)
    if os.path.lexists(target):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    if path.is_symlink():
        target.symlink_to(path.readlink())
        return
    if path.is_dir():
        target.mkdir()
    else:
        target.touch()
    mount(str(path), target, None, MS_BIND | MS_REC)
    if read_only:
        for point in mounts_below(target):
            flags = os.statvfs(point).f_flag
            kept = flags & KEPT_FLAGS | (MS_RELATIME if flags & ST_RELATIME else 0)
            mount(None, point, None, MS_REMOUNT | MS_BIND | MS_RDONLY | kept)


def below(root: Path, path: Path) -> Path:
    """Return the place of an absolute path below another root."""
    return root / path.relative_to("/")


def mounts_below(target: Path) -> list[Path]:
    """Return the places of all mounts at and below a folder: a mount flag counts for one mount only."""
    lines = Path("/proc/self/mountinfo").read_bytes().splitlines()
    # The system writes spaces and other such characters as \040.
    points = [line.split()[4].decode("unicode_escape").encode("latin-1") for line in lines]
    return [path for path in dict.fromkeys(Path(os.fsdecode(point)) for point in points) if path.is_relative_to(target)]


def mount(source: str | None, target: Path, kind: str | None, flags: int, options: str | None = None) -> None:
    """Call mount(2). Raises OSError."""
    first, second, third = (os.fsencode(one) if one is not None else None for one in (source, kind, options))
    check(libc.mount(first, bytes(target), second, ctypes.c_ulong(flags), third), f"mount {target}")


def check(result: int, what: str) -> None:
    """Raise OSError for a result that is not 0."""
    if result:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), json.loads(sys.argv[2]), sys.argv[3:])
