"""Pin the product itself in requirements.txt of a project: the release of an index, or a wheel in the project."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import unquote, urlsplit

from aerofleet import __version__
from aerofleet.findings.stop import FailureError, MistakeError
from aerofleet.toolchain.requirements import locked_requirements

PRODUCT = "aerofleet"
PINS = Path("requirements.txt")
WHEELS = Path("wheels")
"""Folder of a project in which `make environment` looks for packages, too."""
MISSING = """\
# Aerofleet itself is not pinned yet: `aerofleet init . --wheel FILE` does that.
"""
RELEASE = f"{PRODUCT}=={__version__}"
ERROR_SIGNS = ("ERROR:", "error:", "×", "╰─▶")
SHA256 = re.compile(r"--hash=sha256:([0-9a-f]{64})")


class PinError(FailureError):
    """The product can't be pinned; the text has the reason and what a person can do."""


@dataclass(frozen=True, slots=True)
class ProductPin:
    """``requirement``: the product without its hashes. ``wheel``: the file that is copied into the project."""

    requirement: str
    hashes: tuple[str, ...]
    wheel: Path | None = None

    @property
    def text(self) -> str:
        return " \\\n    ".join([self.requirement, *(f"--hash=sha256:{digest}" for digest in self.hashes)]) + "\n"

    def copy_wheel(self, root: Path) -> list[Path]:
        """Copy the wheel into the project if it is not there; return the new file, below the root."""
        if self.wheel is None:
            return []
        path = WHEELS / self.wheel.name
        target = root / path
        if target.is_file() and sha256(target) in self.hashes:
            return []
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(f".{target.name}.partial")
        shutil.copyfile(self.wheel, partial)
        partial.replace(target)
        return [path]


def pins_text(pin: ProductPin | None) -> str:
    """Return the whole of requirements.txt, as `aerofleet pins` prints it for a wheel."""
    return f"{pin.text if pin else MISSING}{locked_requirements()}"


def is_of_this_release(text: str) -> bool:
    """Return whether a requirements.txt has the packages of this release, with or without the product itself."""
    return text.endswith(locked_requirements())


def product_pin(wheel: Path | None, warn: Callable[[str], None]) -> ProductPin | None:
    """Return the pin of the running product; None, with a warning, where it can't be known.

    It is ``wheel`` if there is one, else what this installation was made from: a wheel, an address or an index, which
    is asked through the person's own pip. Raises MistakeError for a wheel of another release.
    """
    if wheel is not None:
        return wheel_pin(wheel)
    try:
        return installed_pin()
    except PinError as error:
        warn(f"{error}")
        return None


def wheel_pin(wheel: Path) -> ProductPin:
    """Return the pin of a wheel, which goes into the project. Raises MistakeError."""
    if not wheel.is_file():
        raise MistakeError(f"--wheel {wheel}: there is no such file")
    name, _, rest = wheel.name.partition("-")
    version = rest.partition("-")[0]
    if name != PRODUCT or wheel.suffix != ".whl" or not version:
        raise MistakeError(
            f"--wheel {wheel}: it is no wheel of {PRODUCT}, such as {PRODUCT}-{__version__}-py3-none-any.whl"
        )
    if version != __version__:
        raise MistakeError(
            f"--wheel {wheel}: it is release {version}, and `init` of {__version__} writes the files. Install the "
            "wheel, and run `init` of that installation"
        )
    return ProductPin(RELEASE, (sha256(wheel),), wheel)


def installed_pin() -> ProductPin:
    """Return the pin of what this installation was made from. Raises PinError."""
    try:
        text = distribution(PRODUCT).read_text("direct_url.json")
    except PackageNotFoundError:
        raise PinError(unknown("it is not installed as a package")) from None
    if text is None:
        return index_pin()
    # https://packaging.python.org/en/latest/specifications/direct-url/
    origin = json.loads(text)
    url, archive = str(origin["url"]), origin.get("archive_info")
    address = urlsplit(url)
    if archive is None:
        raise PinError(unknown(f"it runs from the source in {unquote(address.path)}; `make wheel` there makes a wheel"))
    if address.scheme == "file":
        file = Path(unquote(address.path))
        if not file.is_file():
            raise PinError(unknown(f"it was installed from {file}, which is gone"))
        return wheel_pin(file)
    digest = (archive.get("hashes") or {}).get("sha256") or str(archive.get("hash") or "").removeprefix("sha256=")
    if not digest:
        raise PinError(unknown(f"it was installed from {url}, without a hash"))
    return ProductPin(f"{PRODUCT} @ {url}", (digest,))


def index_pin() -> ProductPin:
    """Ask the person's own index for the hash of this release. Raises PinError."""
    if importlib.util.find_spec("pip"):
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--dry-run"]
        command += ["--ignore-installed", "--no-deps", "--report", "-", RELEASE]
        (entry,) = json.loads(output(command))["install"]
        hashes = [str(entry["download_info"]["archive_info"]["hashes"]["sha256"])]
    elif uv := shutil.which("uv"):
        compiled = output([uv, "pip", "compile", "--quiet", "--no-deps", "--generate-hashes", "-"], RELEASE)
        hashes = SHA256.findall(compiled)
    else:
        raise PinError(unknown("there is neither pip nor uv to ask an index with"))
    if not hashes:
        raise PinError(unknown("the index has no hash of it"))
    return ProductPin(RELEASE, tuple(hashes))


def output(command: list[str], question: str = "") -> str:
    """Return the standard output of a command. Raises PinError with the end of its messages."""
    done = subprocess.run(command, input=question, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PinError(unknown(f"its hash can't be had from the index: {_last_error(done.stderr) or done.returncode}"))
    return done.stdout


def _last_error(text: str) -> str:
    """Return the last error that pip or uv printed, in one line: uv breaks its lines."""
    lines = [line.strip() for line in text.strip().splitlines()]
    first = max((at for at, line in enumerate(lines) if line.startswith(ERROR_SIGNS)), default=max(len(lines) - 1, 0))
    return " ".join(lines[first:]).removeprefix("╰─▶ ").rstrip(".")


def unknown(reason: str) -> str:
    return f"{RELEASE} is not pinned: {reason}. `aerofleet init DIR --wheel FILE` adds the pin"


def sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
