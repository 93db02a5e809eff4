"""The programs that the project needs, with the version and the sources of each."""

from __future__ import annotations

import hashlib
import json
import platform
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from aerofleet.findings.stop import FailureError

SOURCES = Path(__file__).parent
"""The folder with the Go modules: those that pin the programs of others, and the project's own provider."""
SYSTEM = platform.system().lower()
MACHINE = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())


class ToolchainError(FailureError):
    """A program cannot be downloaded or built; the text names the reason and what a person can install."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """One file of an official release.

    ``sums`` is the release's own checksum file, either `sha256sum` lines or one bare hash. ``wanted`` picks members
    of an archive by their base name; without it the file is the program itself.
    """

    url: str
    sums: str
    wanted: Callable[[str], bool] | None = None


@dataclass(frozen=True)
class Recipe:
    """How a set of programs is downloaded or built.

    ``source`` is a folder with the go.mod and go.sum that pin the build; all its files are part of the cache key.
    ``packages`` maps a program's file name to its Go package. ``variables`` are the linker's -X settings.
    ``build_minutes`` is the measured time of a build with an empty cache on two cores.
    """

    name: str
    source: Path
    version: str
    packages: Mapping[str, str]
    variables: Mapping[str, str]
    build_minutes: float
    artifacts: tuple[Artifact, ...] = ()

    @cached_property
    def key(self) -> str:
        """The hash of the recipe and of its source: a changed recipe is built anew, an unchanged one is not."""
        inputs = [self.name, self.version, SYSTEM, MACHINE, dict(self.packages), dict(self.variables)]
        digest = hashlib.sha256(json.dumps(inputs).encode())
        for path in sorted(self.source.rglob("*")):
            if path.is_file() and not path.name.endswith(("_test.go", ".md")):
                digest.update(f"\0{path.relative_to(self.source).as_posix()}\0".encode())
                digest.update(path.read_bytes())
        return digest.hexdigest()[:16]

    @property
    def folder(self) -> str:
        """The name of the recipe's folder in the store."""
        return f"{self.name}-{self.version}-{self.key}"


def pinned(source: Path, module: str) -> str:
    """Return the version that the go.mod in ``source`` pins for ``module``, without its v. Raises ToolchainError."""
    match = re.search(rf"^(?:require)?\s*{re.escape(module)} v(\S+)", (source / "go.mod").read_text(), re.MULTILINE)
    if match is None:
        raise ToolchainError(f"{source / 'go.mod'} has no version of {module}: add it to the require block")
    return match[1]


def pulumi() -> Recipe:
    source = SOURCES / "go/pulumi"
    version = pinned(source, "github.com/pulumi/pulumi/pkg/v3")
    machine = {"amd64": "x64"}.get(MACHINE, MACHINE)
    release = f"https://github.com/pulumi/pulumi/releases/download/v{version}"
    return Recipe(
        name="pulumi",
        source=source,
        version=version,
        packages={"pulumi": "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"},
        variables={"github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": f"v{version}"},
        build_minutes=5,
        artifacts=(
            Artifact(
                f"{release}/pulumi-v{version}-{SYSTEM}-{machine}.tar.gz",
                f"{release}/pulumi-{version}-checksums.txt",
                lambda name: name == "pulumi" or "python" in name,
            ),
        ),
    )


def etcd() -> Recipe:
    source = SOURCES / "go/etcd"
    version = pinned(source, "go.etcd.io/etcd/server/v3")
    release = f"https://github.com/etcd-io/etcd/releases/download/v{version}"
    archives = (
        Artifact(
            f"{release}/etcd-v{version}-linux-{MACHINE}.tar.gz", f"{release}/SHA256SUMS", lambda name: name == "etcd"
        ),
    )
    return Recipe(
        name="etcd",
        source=source,
        version=version,
        packages={"etcd": "go.etcd.io/etcd/server/v3"},
        variables={},
        build_minutes=0.6,
        artifacts=archives if SYSTEM == "linux" else (),
    )


def kubernetes() -> Recipe:
    source = SOURCES / "go/kubernetes"
    version = pinned(source, "k8s.io/kubernetes")
    major, minor, _ = version.split(".")
    programs = ("kube-apiserver", "kube-controller-manager")
    release = f"https://dl.k8s.io/v{version}/bin/linux/{MACHINE}"
    binaries = tuple(Artifact(f"{release}/{name}", f"{release}/{name}.sha256") for name in programs)
    return Recipe(
        name="kubernetes",
        source=source,
        version=version,
        packages={name: f"k8s.io/kubernetes/cmd/{name}" for name in programs},
        # Without them the server calls itself v0.0.0-master+$Format:%H$, which clients cannot parse.
        variables={
            "k8s.io/component-base/version.gitVersion": f"v{version}",
            "k8s.io/component-base/version.gitMajor": major,
            "k8s.io/component-base/version.gitMinor": minor,
            "k8s.io/client-go/pkg/version.gitVersion": f"v{version}",
        },
        build_minutes=6.5,
        artifacts=binaries if SYSTEM == "linux" else (),
    )


def stand_in() -> Recipe:
    """Return the recipe of the project's own Kubernetes provider. It has no releases; its program has the name of the
    official plugin.
    """
    return Recipe(
        name="kubernetes-stand-in",
        source=SOURCES / "kubernetes-stand-in",
        version="0",
        packages={"pulumi-resource-kubernetes": "."},
        variables={},
        build_minutes=1.5,
    )
