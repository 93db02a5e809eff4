"""A stack small enough to crash on purpose: the real components over a handful of objects, without any definitions."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[2]
LABELS = {"app.kubernetes.io/managed-by": "aerofleet", "aerofleet.io/cell": "small"}

PROGRAM = '''"""The components over the objects in objects.json."""
import json
import signal
import sys
from pathlib import Path

import pulumi
import pulumi_kubernetes as kubernetes

signal.signal(signal.SIGINT, signal.SIG_DFL)
sys.path.insert(0, PROJECT)
from aerofleet.manifests.rendered import RenderedCluster, RenderedTeam
from components.team_space import TeamSpace, TeamSpaceArgs

cell = json.loads((Path(__file__).parent / "objects.json").read_text())
clusters = tuple(
    RenderedCluster(obj["metadata"]["name"], obj["metadata"]["name"], cell["protected"], (obj,))
    for obj in cell["clusters"]
)
team = RenderedTeam("shop", "", cell["namespace"], cell["protected"], tuple(cell["objects"]), clusters)
provider = kubernetes.Provider("kubernetes", context=cell["context"], cluster_identifier="small")
TeamSpace("shop", TeamSpaceArgs(team), pulumi.ResourceOptions(providers=[provider]))
'''


def config_map(name: str, namespace: str = "shop", **data: str) -> dict[str, Any]:
    metadata = {"name": name, "namespace": namespace, "labels": LABELS}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


def namespace(name: str = "shop") -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": LABELS}}


def cluster(name: str = "cart", in_namespace: str = "shop") -> dict[str, Any]:
    return {
        "apiVersion": "asdb.aerospike.com/v1",
        "kind": "AerospikeCluster",
        "metadata": {"name": name, "namespace": in_namespace, "labels": LABELS},
        "spec": {
            "size": 2,
            "image": "registry.example.net/aerospike/aerospike-server-enterprise:8.1.1.1",
            "aerospikeConfig": {
                "service": {"proto-fd-max": 15000},
                "network": {
                    "service": {"port": 3000},
                    "heartbeat": {"port": 3002},
                    "fabric": {"port": 3001},
                },
                "namespaces": [
                    {
                        "name": "cart",
                        "replication-factor": 2,
                        "storage-engine": {"type": "memory", "data-size": 1 << 30},
                    }
                ],
            },
        },
    }


def python_runtime(folder: Path) -> dict[str, Any]:
    """The runtime of a program in ``folder`` that uses the project's environment.

    With the lock file and without pyproject.toml: the official language host reads the packages from the lock, and
    installs nothing into an environment that is everybody's.
    """
    (folder / "uv.lock").symlink_to(PROJECT / "uv.lock")
    return {"name": "python", "options": {"toolchain": "uv", "virtualenv": str(PROJECT / ".venv")}}


@dataclass
class SmallStack:
    """``env`` is what `aerofleet env` exports; ``context`` the kubeconfig context of the control plane."""

    folder: Path
    env: Mapping[str, str]
    context: str
    name: str = "small"
    protected: bool = False
    objects: list[dict[str, Any]] = field(default_factory=lambda: [namespace(), config_map("limits", tps="1000")])
    clusters: list[dict[str, Any]] = field(default_factory=lambda: [cluster()])

    def prepare(self) -> SmallStack:
        """Write the project and make the stack."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "Pulumi.yaml").write_text(json.dumps({"name": "small", "runtime": python_runtime(self.folder)}))
        (self.folder / "__main__.py").write_text(PROGRAM.replace("PROJECT", repr(str(PROJECT)), 1))
        self.pulumi("stack", "init", self.name).check_returncode()
        return self

    def pulumi(self, *arguments: str, **extra_env: str) -> subprocess.CompletedProcess[str]:
        """Run the engine on the objects as they are now."""
        command, env = self._prepared(*arguments, **extra_env)
        return subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=300)

    def _prepared(self, *arguments: str, **extra_env: str) -> tuple[list[str], dict[str, str]]:
        """Command and environment, with the objects as they are now written where the program reads them."""
        namespace_name = next((obj["metadata"]["name"] for obj in self.objects if obj["kind"] == "Namespace"), "")
        content = {
            "context": self.context,
            "protected": self.protected,
            "namespace": namespace_name,
            "objects": self.objects,
            "clusters": self.clusters,
        }
        (self.folder / "objects.json").write_text(json.dumps(content))
        env = {**os.environ, **self.env, **extra_env}
        program = shutil.which("pulumi", path=env["PATH"])
        assert program, "the toolchain fixture puts pulumi on PATH"
        return [program, "--cwd", str(self.folder), "--non-interactive", "--color", "never", *arguments], env

    def up(self, **extra_env: str) -> subprocess.CompletedProcess[str]:
        return self.pulumi("up", "--yes", "--skip-preview", "--stack", self.name, **extra_env)

    def start_up(self, **extra_env: str) -> subprocess.Popen[bytes]:
        """An `up` that goes on by itself, in a process group of its own with all that it starts."""
        command, env = self._prepared("up", "--yes", "--skip-preview", "--stack", self.name, **extra_env)
        silent = subprocess.DEVNULL
        return subprocess.Popen(command, env=env, stdin=silent, stdout=silent, stderr=silent, start_new_session=True)

    def preview(self, *arguments: str, **extra_env: str) -> subprocess.CompletedProcess[str]:
        return self.pulumi("preview", "--diff", "--stack", self.name, *arguments, **extra_env)

    def recover(self) -> subprocess.CompletedProcess[str]:
        command = [str(PROJECT / ".venv/bin/aerofleet"), "recover", self.name, "--root", str(self.folder)]
        env = {**os.environ, **self.env}
        return subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=300)

    def state(self) -> dict[str, Any]:
        done = self.pulumi("stack", "export", "--stack", self.name)
        done.check_returncode()
        exported: dict[str, Any] = json.loads(done.stdout)
        return exported

    def urns(self) -> list[str]:
        """Every resource the state holds."""
        return [str(resource["urn"]) for resource in self.state()["deployment"].get("resources", [])]
