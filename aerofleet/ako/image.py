"""What the operator reads out of an image reference."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

Edition = Literal["enterprise", "federal", ""]

DOCKER_HUB = "docker.io/"
_DOTTED = re.compile(r"[0-9]+(?:\.[0-9]+)+")


@lru_cache(maxsize=4096)
def tag(image: str) -> str:
    """What the operator takes for the tag: all behind the first colon that follows the registry (the part before the
    first slash); empty where there is none.
    """
    registry, slash, rest = image.partition("/")
    name = rest if slash and rest.strip(":") else registry if not slash else image
    return name.partition(":")[2]


@lru_cache(maxsize=4096)
def server_version(image: str) -> str:
    """The longest dotted number of the tag, the last of them where several are, empty where the tag has none
    (``latest``, a bare digest).
    """
    found: list[str] = _DOTTED.findall(tag(image).partition("@")[0])
    return max(reversed(found), key=len, default="")


def is_enterprise(image: str) -> bool:
    """A substring of the whole reference decides, so a registry's path counts too."""
    return "enterprise" in image.lower()


def is_federal(image: str) -> bool:
    """The same for the Federal Edition; both can be true of one reference."""
    return "federal" in image.lower()


def is_same_image(image: str, other: str) -> bool:
    """As the operator tells it of a running pod: Docker Hub needs no name, and no tag is ``latest``."""
    return image == other or _plain(image) == _plain(other)


def _plain(image: str) -> str:
    short = image.removeprefix(DOCKER_HUB)
    return short if tag(short) or "@" in short else f"{short}:latest"


@lru_cache(maxsize=4096)
def edition(image: str) -> Edition:
    return "enterprise" if is_enterprise(image) else "federal" if is_federal(image) else ""
