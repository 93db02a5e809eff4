"""Download official files; check every file against the checksum file of its release.

Where a download fails with a :class:`DownloadError`, the caller builds from source instead. A file whose hash is not
the one of its release is a ToolchainError: a person has to look at it, and nothing is built instead.
"""

from __future__ import annotations

import hashlib
import http.client
import re
import shutil
import tarfile
import time
import urllib.error
import urllib.request
from pathlib import Path, PurePosixPath

from aerofleet.toolchain.recipes import Artifact, Recipe, ToolchainError
from aerofleet.toolchain.store import print_progress

TIMEOUT_SECONDS = 5
"""Limit for the connection and for every read: where the address cannot be reached, the build should start soon."""

REPORT_SECONDS = 20
SHA256 = re.compile(r"[0-9a-fA-F]{64}")


class DownloadError(Exception):
    """The download fails on this machine; the text is the reason."""


def download(recipe: Recipe, folder: Path) -> None:
    """Fetch the recipe's official files into ``folder``.

    Raises DownloadError or, for a file with a wrong hash, ToolchainError; that file is removed.
    """
    if not recipe.artifacts:
        raise DownloadError("there is no official build for this system")
    for artifact in recipe.artifacts:
        name = PurePosixPath(artifact.url).name
        file = folder / f".{name}"
        try:
            fetch(artifact.url, file, checksum(read(artifact.sums), name))
            unpack(artifact, file, folder / name)
        except (OSError, http.client.HTTPException) as error:
            raise DownloadError(reason(error)) from None
        finally:
            file.unlink(missing_ok=True)


def read(url: str) -> str:
    """Return the text at the URL. Raises OSError."""
    with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310  the URLs are our own, https
        return str(answer.read().decode(errors="replace"))


def checksum(sums: str, name: str) -> str:
    """Return the SHA-256 of ``name`` from `sha256sum` lines, or from a file with a single bare hash.

    Raises DownloadError for any other text, such as the error page of a proxy.
    """
    for line in sums.splitlines():
        digest, *names = line.split() or [""]
        if SHA256.fullmatch(digest) and names in ([], [name], [f"*{name}"]):
            return digest.lower()
    raise DownloadError(f"the release's checksum file has no SHA-256 of {name}")


def fetch(url: str, file: Path, expected: str) -> None:
    """Download the URL to ``file``. Raises OSError, DownloadError, and ToolchainError for a wrong SHA-256."""
    digest = hashlib.sha256()
    reported = time.monotonic()
    with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as answer, file.open("wb") as out:  # noqa: S310
        total = int(answer.headers.get("Content-Length") or 0)
        while chunk := answer.read(1 << 20):
            digest.update(chunk)
            out.write(chunk)
            if time.monotonic() - reported > REPORT_SECONDS:
                reported = time.monotonic()
                print_progress(f"{url}: {out.tell() >> 20} of {total >> 20} MB")
        if out.tell() < total:
            raise DownloadError(f"{url}: the connection ended after {out.tell()} of {total} bytes")
    if digest.hexdigest() != expected:
        raise ToolchainError(
            f"{url}: SHA-256 is {digest.hexdigest()}, but the release's checksum file has {expected}. The file is not "
            "used. It may have been changed on its way here: find the cause before you go on"
        )


def unpack(artifact: Artifact, file: Path, program: Path) -> None:
    """Move ``file`` to ``program``, or extract the wanted members of an archive into the folder of ``program``."""
    if artifact.wanted is None:
        file.chmod(0o755)
        file.rename(program)
        return
    with tarfile.open(file) as archive:
        for member in archive:
            name = PurePosixPath(member.name).name
            content = archive.extractfile(member) if member.isfile() and artifact.wanted(name) else None
            if content is not None:
                target = program.parent / name
                with target.open("wb") as out:
                    shutil.copyfileobj(content, out)
                target.chmod(0o755)


def reason(error: Exception) -> str:
    """Return why a download failed, without the wrapping of urllib."""
    inner = getattr(error, "reason", None) or error
    return str(getattr(inner, "strerror", None) or inner)
