"""The Python environment with which a side's own code runs: the present one where the packages are the same, else one
that is made from the side's pins.

Only wheels are installed: nothing of a side runs before its rendering, which has no network and no secrets. For pip,
a requirement that is neither a pinned version nor the address of a wheel is refused, because pip would build it with
the code that it names.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from aerofleet.toolchain.engine import installed_uv
from aerofleet.trees.code import LOCK, RENDERING_PACKAGES, REQUIREMENTS, WHEEL_ADDRESS, Code, installed
from aerofleet.trees.own_code import OwnCodeError, running_python

SECONDS = 300
"""Longest time of one installation."""
PASSED_ON = ("PATH", "HOME", "XDG_CACHE_HOME", "SSL_CERT_FILE", "SSL_CERT_DIR", "http_proxy", "https_proxy", "no_proxy")
PASSED_PREFIXES = ("PIP_", "UV_")
"""What an installer needs to find its index and its cache."""
COMMENT = re.compile(r"(^|\s+)#.*$")
PINNED = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._-]*(\[[A-Za-z0-9._, -]*\])?\s*==\s*[A-Za-z0-9._+!-]+"
    r"(\s*;[A-Za-z0-9._<>=!~'\"() ]*?)?(\s+--hash=[a-z0-9]+:[0-9a-f]+)*"
)
"""``jinja2==3.1.6 ; python_version < "4" --hash=sha256:…``"""
ONLY_HASHES = re.compile(r"(\s+--hash=[a-z0-9]+:[0-9a-f]+)*")


def python_of(code: Code, texts: Mapping[str, bytes], folder: Path, wheels: Path | None = None) -> Path:
    """Return a Python that has the packages of a side; for a project, the product too. Raises OwnCodeError.

    ``texts``: the side's files with pins. ``folder``: an empty one, for a new environment. ``wheels``: the side's
    folder with packages that no index has.
    """
    pinned = [name for name in RENDERING_PACKAGES if name in code.pins]
    others = [name for name in pinned if installed(name) != code.pins[name]]
    if code.is_clone and not others:
        return running_python()
    for name, text in texts.items():
        folder.joinpath(name).write_bytes(text)
    environment = folder / "environment"
    uv = shutil.which("uv") or installed_uv("")
    if LOCK in texts and uv:
        sync = (str(uv), "sync", "--frozen", "--no-dev", "--no-build", "--no-install-project")
        _run([*sync, "--python", sys.executable], folder, {"UV_PROJECT_ENVIRONMENT": str(environment)})
    elif REQUIREMENTS in texts:
        _install_requirements(texts[REQUIREMENTS], folder, environment, wheels)
    else:
        differing = ", ".join(f"{name} {installed(name) or 'none'}, not {code.pins[name]}" for name in others)
        raise OwnCodeError(
            f"its packages are not installed here ({differing or 'it names no version of the product'}), and they can't"
            f" be: there is no `uv` on PATH, or no {LOCK} that names them"
        )
    return environment / "bin" / "python"


def _install_requirements(text: bytes, folder: Path, environment: Path, wheels: Path | None) -> None:
    refused = next(unpinned(text.decode(errors="replace")), None)
    if refused is not None:
        raise OwnCodeError(
            f"its packages are not installed: {REQUIREMENTS} has {refused!r}, and only NAME==VERSION, or NAME @ the"
            " https address of a wheel, is installed without running code of the change"
        )
    _run([sys.executable, "-m", "venv", str(environment)], folder)
    hashes = ["--require-hashes"] if b"--hash" in text else []
    pip = [str(environment / "bin" / "python"), "-m", "pip", "install", "--quiet", "--only-binary", ":all:", *hashes]
    links = ["--find-links", str(wheels.resolve())] if wheels and wheels.is_dir() else []
    _run([*pip, *links, "--requirement", REQUIREMENTS], folder)


def unpinned(text: str) -> Iterator[str]:
    """Yield each requirement that is no pinned version, and each option: an address, a folder, another index."""
    for line in text.replace("\\\n", " ").splitlines():
        requirement = COMMENT.sub("", line).strip()
        address = WHEEL_ADDRESS.match(requirement)
        rest = requirement[address.end() :] if address else requirement
        if requirement and not (ONLY_HASHES if address else PINNED).fullmatch(rest):
            yield requirement


def _run(command: list[str], folder: Path, more: Mapping[str, str] | None = None) -> None:
    kept = {name: value for name, value in os.environ.items() if name in PASSED_ON or name.startswith(PASSED_PREFIXES)}
    try:
        done = subprocess.run(
            command, cwd=folder, env={**kept, **(more or {})}, capture_output=True, check=False, timeout=SECONDS
        )
    except (subprocess.TimeoutExpired, OSError) as error:
        raise OwnCodeError(f"its packages can't be installed: {error}") from None
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        raise OwnCodeError(f"its packages can't be installed: {lines[-1] if lines else 'no reason is printed'}")
