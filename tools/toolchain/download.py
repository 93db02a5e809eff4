"""Official downloads, each checked against the checksum file of its own release."""

from __future__ import annotations

import hashlib
import http.client
import shutil
import tarfile
import urllib.error
import urllib.request
from pathlib import Path, PurePosixPath

from tools.toolchain.recipes import Artifact, Recipe

TIMEOUT_SECONDS = 5
"""For connecting and for each read: where the address cannot be reached, the next way should start at once."""


class DownloadError(Exception):
    """The download cannot be had here; the text is the reason."""


def download(recipe: Recipe, folder: Path) -> None:
    """Fetch the recipe's official files into ``folder``; raises DownloadError, and nothing of that file is left."""
    if not recipe.artifacts:
        raise DownloadError("there is no official build for this system")
    for artifact in recipe.artifacts:
        name = PurePosixPath(artifact.url).name
        file = folder / f".{name}"
        try:
            fetch(artifact.url, file, checksum(read(artifact.sums), name))
        except (OSError, http.client.HTTPException) as error:
            file.unlink(missing_ok=True)
            raise DownloadError(reason(error)) from None
        except DownloadError:
            file.unlink(missing_ok=True)
            raise
        unpack(artifact, file, folder / name)


def read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310  the URLs are our own, https
        return str(answer.read().decode())


def checksum(sums: str, name: str) -> str:
    """The SHA-256 of ``name`` in `sha256sum` lines, or the only word of a file that holds nothing but a hash."""
    for line in sums.splitlines():
        words = line.split()
        if len(words) == 1 or (len(words) == 2 and words[1].removeprefix("*") == name):
            return words[0].lower()
    raise DownloadError(f"the release's checksum file does not name {name}")


def fetch(url: str, file: Path, expected: str) -> None:
    digest = hashlib.sha256()
    with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as answer, file.open("wb") as out:  # noqa: S310
        while chunk := answer.read(1 << 20):
            digest.update(chunk)
            out.write(chunk)
    if digest.hexdigest() != expected:
        raise DownloadError(f"{url}: SHA-256 is {digest.hexdigest()}, its release says {expected}")


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
    file.unlink()


def reason(error: Exception) -> str:
    inner = getattr(error, "reason", None) or error
    return str(getattr(inner, "strerror", None) or inner)
