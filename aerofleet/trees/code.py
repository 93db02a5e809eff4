"""The code and the pins of one side: what differs between two sides beside the definitions, and which code runs now."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from aerofleet import __version__
from aerofleet.load.product_files import PACKAGE
from aerofleet.trees.git import FILE, Repository

PRODUCT = "aerofleet"
LOCK, REQUIREMENTS = "uv.lock", "requirements.txt"
WHEELS = "wheels"
"""Folder of a project with packages that no index has."""
PIN_FILES = (LOCK, REQUIREMENTS, "pyproject.toml")
ENGINE_ONLY = ("__main__.py", "Pulumi.yaml", "components", "policies")
"""Code that only the engine runs: no rendering shows what a change of it does."""
CODE = (PRODUCT, *ENGINE_ONLY, *PIN_FILES)
WHEEL = f"{PRODUCT} wheel"
"""Name of a pin: the hashes of the product's wheel. Another wheel of the same version is another product."""
TOOLCHAIN = f"{PRODUCT}/toolchain/"
"""Has the versions of the engine and of the providers."""
RENDERING_PACKAGES = (
    *("jinja2", "markupsafe"),
    *("pydantic", "pydantic-core", "annotated-types", "typing-extensions", "typing-inspection"),
    *("pyyaml",),
)
"""The packages that a rendering uses; `pulumi` and the others are loaded by the engine's program only."""
IGNORED = ("__pycache__",)
WHEEL_ADDRESS = re.compile(
    r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*) *@ *https://[^\s#]+/[A-Za-z0-9._]+-(?P<version>[A-Za-z0-9._+!]+)"
    r"-[A-Za-z0-9._]+-[A-Za-z0-9._]+-[A-Za-z0-9._]+\.whl(?=\s|$)"
)
"""``aerofleet @ https://HOST/aerofleet-0.1.0-py3-none-any.whl``: pip installs such a file, and builds nothing."""


@dataclass(frozen=True, slots=True)
class Code:
    """``files``: name of a code file → id of its content, as git has it. ``pins``: package → version."""

    files: Mapping[str, str] = field(default_factory=dict)
    pins: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_clone(self) -> bool:
        """Return whether the project is a clone of the product, with the code in it."""
        return f"{PRODUCT}/__init__.py" in self.files

    @property
    def renders(self) -> dict[str, str]:
        """Return what decides how definitions are rendered: the product's files, and the packages it uses."""
        of_product = {name: content for name, content in self.files.items() if name.startswith(f"{PRODUCT}/")}
        names = RENDERING_PACKAGES if self.is_clone else (PRODUCT, *RENDERING_PACKAGES)
        return {**of_product, **{name: self.pins[name] for name in names if name in self.pins}}

    @property
    def is_running(self) -> bool:
        """Return whether this is the code that runs now, with the same packages."""
        pinned = (name for name in RENDERING_PACKAGES if name in self.pins)
        if any(installed(name) != self.pins[name] for name in pinned):
            return False
        if not self.is_clone:
            return self.pins.get(PRODUCT, __version__) == __version__
        of_product = {name: one for name, one in self.renders.items() if "/" in name}
        return of_product == running_files(algorithm_of(next(iter(of_product.values()))))


def code_of_revision(repository: Repository, commit: str) -> Code:
    """Return the code of a commit."""
    entries = [entry for entry in repository.entries(commit, *CODE) if entry.mode in FILE and not _ignored(entry.path)]
    pinned = [entry for entry in entries if entry.path in PIN_FILES]
    texts = dict(zip((entry.path for entry in pinned), repository.contents(pinned), strict=True))
    return Code({entry.path: entry.id for entry in entries}, pins_of(texts))


def code_of_folder(folder: Path, algorithm: str) -> Code:
    """Return the code below a folder. ``algorithm``: of git's ids in the repository that it is compared with."""
    paths = dict(_code_files(folder, CODE))
    texts = {name: path.read_bytes() for name, path in paths.items() if name in PIN_FILES}
    return Code({name: blob_id(path.read_bytes(), algorithm) for name, path in paths.items()}, pins_of(texts))


def algorithm_of(commit: str) -> str:
    """Return the hash that a repository uses, by the length of an id of it."""
    return "sha256" if len(commit) == 64 else "sha1"


def blob_id(content: bytes, algorithm: str) -> str:
    """Return the id that git gives to a file with this content."""
    return hashlib.new(algorithm, b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


@lru_cache(maxsize=2)
def running_files(algorithm: str = "sha1") -> dict[str, str]:
    """Return name → id of the files of the product that runs."""
    paths = _code_files(PACKAGE.parent, (PRODUCT,))
    return {name: blob_id(path.read_bytes(), algorithm) for name, path in paths}


@lru_cache(maxsize=64)
def installed(package: str) -> str:
    """Return the version of a package in the environment that runs; empty without it."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def changed_files(base: Code, head: Code) -> tuple[str, ...]:
    """Return the names of the code files that differ, sorted."""
    return tuple(sorted(name for name in {*base.files, *head.files} if base.files.get(name) != head.files.get(name)))


def engine_changes(base: Code, head: Code) -> Iterator[str]:
    """Yield what differs for the engine: ``pulumi-kubernetes 4.34.0 → 4.35.0``, or the name of a file."""
    names = (PRODUCT, WHEEL, *sorted(name for name in {*base.pins, *head.pins} if name.startswith("pulumi")))
    for name in names:
        old, new = base.pins.get(name, "none"), head.pins.get(name, "none")
        if old != new:
            yield f"{name} {old} → {new}"
    for name in changed_files(base, head):
        if name.startswith((*ENGINE_ONLY, TOOLCHAIN)):
            yield name


def pins_of(texts: Mapping[str, bytes]) -> dict[str, str]:
    """Return package → version of the lock and of the requirements, with what they need; empty where neither can be
    read.
    """
    pins = _requirements(texts.get(REQUIREMENTS, b"").decode(errors="replace"))
    try:
        lock = tomllib.loads(texts.get(LOCK, b"").decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return pins
    packages = lock.get("package", [])
    return pins | {
        one["name"]: one["version"]
        for one in packages
        if isinstance(one, dict) and isinstance(one.get("name"), str) and isinstance(one.get("version"), str)
    }


def _requirements(text: str) -> dict[str, str]:
    """Return package → version of lines such as ``jinja2==3.1.6 --hash=…``, or with the address of a wheel."""
    pins: dict[str, str] = {}
    wheel = re.search(rf"^{PRODUCT} *(?:==|@)[^\n]*(?:\n[ \t]+--hash[^\n]*)*", text, re.MULTILINE)
    if wheel and (hashes := re.findall(r"--hash=(\S+)", wheel[0])):
        pins[WHEEL] = " ".join(sorted(hashes))
    for line in text.splitlines():
        if address := WHEEL_ADDRESS.match(line):
            pins[_normal(address["name"])] = address["version"]
            continue
        name, equals, rest = line.partition("==")
        if equals and line[:1].isalnum():
            pins[_normal(name.partition("[")[0])] = rest.split(";")[0].split()[0]
    return pins


def _normal(name: str) -> str:
    return name.strip().lower().replace("_", "-")


def _code_files(folder: Path, names: Iterable[str]) -> Iterator[tuple[str, Path]]:
    for name in names:
        path = folder / name
        for file in (path,) if path.is_file() else sorted(path.rglob("*")) if path.is_dir() else ():
            if file.is_file() and not _ignored(relative := file.relative_to(folder).as_posix()):
                yield relative, file


def _ignored(name: str) -> bool:
    return any(part in IGNORED for part in name.split("/")) or name.endswith(".pyc")
