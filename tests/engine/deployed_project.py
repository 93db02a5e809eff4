"""The example cell as a git repository that is deployed from, over the state that the session's project has."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from aerofleet.local.control_plane import ControlPlane
from aerofleet.units.names import DEPLOY_NAMESPACE
from tests.deploy.sides import rolled_out
from tests.engine import test_wait
from tests.engine.project_copy import STACK
from tests.fleet.project import EXAMPLE, ROOT, copy_of
from tests.trees.repository import commit, edit, git

AEROFLEET = str(ROOT / ".venv/bin/aerofleet")
CLUSTERS = "/apis/asdb.aerospike.com/v1/aerospikeclusters"
CHECKOUT = "stacks/local/teams/checkout.yaml"


@dataclass
class DeployedProject:
    """``folder``: a clone; ``env``: for `pulumi`; ``published``: the rendering of the main branch."""

    folder: Path
    env: Mapping[str, str]
    plane: ControlPlane

    @property
    def published(self) -> Path:
        return self.folder.parent / "published.json"

    def prepare(self) -> DeployedProject:
        copy_of(EXAMPLE, self.folder)
        for name in ("Pulumi.yaml", "__main__.py"):
            shutil.copyfile(ROOT / name, self.folder / name)
        shutil.copytree(ROOT / "policies", self.folder / "policies")
        for name in (".venv", "uv.lock"):
            (self.folder / name).symlink_to(ROOT / name)
        (self.folder / ".gitignore").write_text(".venv\nuv.lock\n__pycache__\n")
        (self.folder / f"stacks/Pulumi.{STACK}.yaml").unlink(missing_ok=True)
        git(self.folder, "init", "--quiet")
        self.commit()
        return self

    def commit(self, file: str = "", old: str = "", new: str = "") -> str:
        """Commit an edit, and publish what it renders, as the main branch does. Return the commit."""
        if file:
            edit(self.folder, file, old, new)
        made = commit(self.folder)
        self.publish()
        return made

    def commit_days(self, days: int) -> str:
        """Commit another time to live of checkout/cart, whatever it is now. Return the commit."""
        lines = (self.folder / CHECKOUT).read_text().splitlines()
        written = next(line.strip() for line in lines if "defaultTtl" in line)
        return self.commit(CHECKOUT, written, f"defaultTtl: {days}d")

    def publish(self) -> None:
        command = [AEROFLEET, "render", "--publish", "--root", str(self.folder)]
        done = subprocess.run(command, capture_output=True, check=True)
        self.published.write_bytes(done.stdout)

    def switch(self, revision: str) -> None:
        git(self.folder, "switch", "--quiet", "--detach", revision)
        self.publish()

    def ttl(self) -> int:
        """The default-ttl of checkout/cart on the server."""
        for one in self.plane.server().get(CLUSTERS)["items"]:
            if one["metadata"]["name"] == "cart":
                return int(one["spec"]["aerospikeConfig"]["namespaces"][0]["default-ttl"])
        raise AssertionError("no cluster cart")

    def lock_holder(self) -> str:
        path = f"/apis/coordination.k8s.io/v1/namespaces/{DEPLOY_NAMESPACE}/leases/deploy.{STACK}"
        return str(self.plane.server().get(path)["spec"].get("holderIdentity", ""))

    def uids(self) -> dict[str, str]:
        items = self.plane.server().get(CLUSTERS)["items"]
        return {one["metadata"]["name"]: one["metadata"]["uid"] for one in items}

    def roll_out(self) -> None:
        """Do what the operator does: every cluster is as its definition says."""
        for one in self.plane.server().get(CLUSTERS)["items"]:
            metadata = {key: one["metadata"][key] for key in ("name", "namespace")}
            manifest = {"apiVersion": one["apiVersion"], "kind": one["kind"], "metadata": metadata, "spec": one["spec"]}
            pods = test_wait.rolled_out(manifest)["pods"]
            test_wait.write_status(self.plane, manifest, {**rolled_out(manifest)["status"], "pods": pods})

    def command(self, *options: str) -> list[str]:
        root = ("--root", str(self.folder), "--head-render", str(self.published))
        return [AEROFLEET, "deploy", STACK, *root, *options]

    def deploy(self, *options: str, **variables: str) -> tuple[int, str]:
        """Return the exit code and all output, in one line."""
        command, env = self.command("--wait-for", "0s", *options), {**self.env, **variables}
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=300)
        return done.returncode, re.sub(r"\s+", " ", done.stdout + done.stderr)

    def start(self, *options: str) -> subprocess.Popen[bytes]:
        """A deployment in a process group of its own."""
        silent = subprocess.DEVNULL
        return subprocess.Popen(
            self.command(*options), env=self.env, stdin=silent, stdout=silent, stderr=silent, start_new_session=True
        )
