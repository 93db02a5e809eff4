"""The versions and hashes of the packages that a release of the product was tested with."""

from __future__ import annotations

import hashlib
import re
import zipfile
from pathlib import Path

from aerofleet.findings.stop import MistakeError

FILE = Path(__file__).with_name("requirements.txt")
IN_WHEEL = "aerofleet/toolchain/requirements.txt"


def locked_requirements() -> str:
    """Return a requirements file for `pip install --require-hashes`, with every package that the product imports.

    It does not have the product itself, see :func:`pinned_wheel`.
    """
    return FILE.read_text(encoding="utf-8")


def pinned_wheel(wheel: Path) -> str:
    """Return a requirements file for `pip install --require-hashes` with the release in ``wheel`` and its packages.

    The release is any one, also an older or a newer one than this. Raises MistakeError.
    """
    try:
        content = wheel.read_bytes()
        with zipfile.ZipFile(wheel) as archive:
            versions = [re.match(r"aerofleet-(.+?)\.dist-info/METADATA$", name) for name in archive.namelist()]
            version = next(match[1] for match in versions if match)
            packages = archive.read(IN_WHEEL).decode()
    except OSError as error:
        raise MistakeError(f"{wheel} cannot be read: {error.strerror or error}") from None
    except (zipfile.BadZipFile, StopIteration, KeyError):
        raise MistakeError(
            f"{wheel} is no wheel of aerofleet with its pins: get one with `pip download --no-deps aerofleet==VERSION`"
        ) from None
    digest = hashlib.sha256(content).hexdigest()
    return f"aerofleet=={version} \\\n    --hash=sha256:{digest}\n{packages}"
