"""The parts of an image reference that the operator reads: tag, server version, edition."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

Edition = Literal["enterprise", "federal", ""]

DOCKER_HUB = "docker.io/"
_DOTTED = re.compile(r"[0-9]+(?:\.[0-9]+)+")


@lru_cache(maxsize=4096)
def tag(image: str) -> str:
    """Return what the operator takes for the tag; empty where there is none.

    It is everything behind the first colon after the registry, which is the part before the first slash.
    """
    registry, slash, rest = image.partition("/")
    name = rest if slash and rest.strip(":") else registry if not slash else image
    return name.partition(":")[2]


@lru_cache(maxsize=4096)
def server_version(image: str) -> str:
    """Return the longest dotted number of the tag, the last one of several; empty for ``latest`` or a bare digest."""
    numbers: list[str] = _DOTTED.findall(tag(image).partition("@")[0])
    return max(reversed(numbers), key=len, default="")


def is_enterprise(image: str) -> bool:
    """Return whether the reference names the Enterprise Edition; a registry's path counts, too."""
    return "enterprise" in image.lower()


def is_federal(image: str) -> bool:
    """Return whether the reference names the Federal Edition; one reference can name both editions."""
    return "federal" in image.lower()


def is_same_image(image: str, other: str) -> bool:
    """Return whether both are one image to the operator: Docker Hub is the default registry, ``latest`` the default
    tag.
    """
    return image == other or _plain(image) == _plain(other)


def _plain(image: str) -> str:
    short = image.removeprefix(DOCKER_HUB)
    return short if tag(short) or "@" in short else f"{short}:latest"


@lru_cache(maxsize=4096)
def edition(image: str) -> Edition:
    return "enterprise" if is_enterprise(image) else "federal" if is_federal(image) else ""
