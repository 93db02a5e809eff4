"""Official downloads, each checked against the checksum file of its own release.

What cannot be had here is a :class:`DownloadError`, and a build from source takes its place. A file that is not what
its release says is a ToolchainError: somebody should look at it, and nothing takes its place.
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

from tools.toolchain.recipes import Artifact, Recipe, ToolchainError
from tools.toolchain.store import say

TIMEOUT_SECONDS = 5
"""For connecting and for each read: where the address cannot be reached, the next way should start at once."""

REPORT_SECONDS = 20
SHA256 = re.compile(r"[0-9a-fA-F]{64}")


class DownloadError(Exception):
    """The download cannot be had here; the text is the reason."""


def download(recipe: Recipe, folder: Path) -> None:
    """Fetch the recipe's official files into ``folder``.

    Raises DownloadError or, for a file with another hash, ToolchainError; nothing of that file is left.
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
    with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310  the URLs are our own, https
        return str(answer.read().decode(errors="replace"))


def checksum(sums: str, name: str) -> str:
    """The SHA-256 of ``name`` in `sha256sum` lines, or the only word of a file that holds nothing but a hash.

    Anything else, such as the page with which a proxy says no, is a DownloadError.
    """
    for line in sums.splitlines():
        digest, *names = line.split() or [""]
        if SHA256.fullmatch(digest) and names in ([], [name], [f"*{name}"]):
            return digest.lower()
    raise DownloadError(f"the release's checksum file has no SHA-256 of {name}")


def fetch(url: str, file: Path, expected: str) -> None:
    digest = hashlib.sha256()
    reported = time.monotonic()
    with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as answer, file.open("wb") as out:  # noqa: S310
        total = int(answer.headers.get("Content-Length") or 0)
        while chunk := answer.read(1 << 20):
            digest.update(chunk)
            out.write(chunk)
            if time.monotonic() - reported > REPORT_SECONDS:
                reported = time.monotonic()
                say(f"{url}: {out.tell() >> 20} of {total >> 20} MB")
        if out.tell() < total:
            raise DownloadError(f"{url}: the connection ended after {out.tell()} of {total} bytes")
    if digest.hexdigest() != expected:
        raise ToolchainError(
            f"{url}: SHA-256 is {digest.hexdigest()}, its release says {expected}. The file is not used. Somebody on "
            "the way may have changed it: find out before you go on"
        )


def unpack(artifact: Artifact, file: Path, program: Path) -> None:
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
    inner = getattr(error, "reason", None) or error
    return str(getattr(inner, "strerror", None) or inner)
