"""Start, stop and inspect the three programs of the embedded control plane."""

from __future__ import annotations

import shutil
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from aerofleet.local import credentials, definitions
from aerofleet.local.api_server import ApiServer, ApiServerError
from aerofleet.local.credentials import CONTEXT, LOOPBACK
from aerofleet.local.process import Process, ProcessError
from aerofleet.local.state import State

START_SECONDS = 120
"""Time limit for a start. The API server is ready after about 5 s on two idle cores; the rest is for a busy machine."""

PORT_ATTEMPTS = 5
PORT_TAKEN = "address already in use"
"""Message of a Go program whose port another program took after :func:`free_port` returned it."""

SERVICE_RANGE = "10.96.0.0/16"
CONTROLLERS = "*,-nodeipam,-node-lifecycle-controller,-taint-eviction-controller"
"""All controllers except those that need a kubelet's heartbeat: they would taint our Node objects."""

ETCD, API_SERVER, CONTROLLER_MANAGER = "etcd", "kube-apiserver", "kube-controller-manager"


class Programs(Protocol):
    """Paths of the three executables."""

    @property
    def etcd(self) -> Path: ...
    @property
    def kube_apiserver(self) -> Path: ...
    @property
    def kube_controller_manager(self) -> Path: ...


@dataclass(frozen=True, slots=True)
class Status:
    """``processes``: name → process id, or None if the process has died."""

    processes: Mapping[str, int | None]
    address: str
    version: str
    permissive: tuple[str, ...]

    @property
    def healthy(self) -> bool:
        return bool(self.version) and None not in self.processes.values()


class ControlPlane:
    """One control plane; all its data is in ``state``."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.etcd, self.api_server, self.controller_manager = (
            Process(state.processes, name) for name in (ETCD, API_SERVER, CONTROLLER_MANAGER)
        )
        self.processes = (self.etcd, self.api_server, self.controller_manager)

    def running(self) -> bool:
        return all(process.running() for process in self.processes)

    def died(self) -> tuple[Process, ...]:
        """The processes that ended without a stop."""
        return tuple(process for process in self.processes if process.known and not process.running())

    def start(self, programs: Programs, ako_definitions: Path | None) -> None:
        """Start all three programs on free ports, with the existing data. Raises ProcessError or ApiServerError.

        A program that still runs is stopped first: the ports of the others, which it uses, may belong to other
        programs.
        """
        self.stop()
        self.state.create()
        credentials.create(self.state)
        try:
            etcd_port = on_free_port(lambda: self._start_etcd(programs.etcd))
            port = on_free_port(lambda: self._start_api_server(programs.kube_apiserver, etcd_port))
            server = ApiServer(self.state, port)
            definitions.install(server, ako_definitions)
            self.api_server.wait_ready(lambda: definitions.served(server), START_SECONDS)
            # After the definitions: a quota controller that starts before them counts no AerospikeCluster for minutes,
            # and until it does, the API server refuses every one under a quota that counts them.
            on_free_port(lambda: self._start_controller_manager(programs.kube_controller_manager))
            server.apply(f"/api/v1/namespaces/kube-system/configmaps/{CONTEXT}", self._mark())
        except BaseException:
            # Also on Ctrl-C: a part of a control plane is useless.
            self.stop()
            raise

    def stop(self) -> None:
        for process in reversed(self.processes):
            process.stop()

    def remove(self) -> None:
        """Stop all programs and delete their data, Pulumi's state of the stacks on it included."""
        self.stop()
        shutil.rmtree(self.state.folder, ignore_errors=True)

    def server(self) -> ApiServer:
        return ApiServer(self.state, credentials.server_port(self.state.kubeconfig))

    def status(self) -> Status:
        pids = {process.name: process.pid if process.running() else None for process in self.processes}
        if pids[API_SERVER] is None:
            return Status(pids, "", "", ())
        server = self.server()
        try:
            release, permissive = server.get("/version")["gitVersion"], definitions.permissive_kinds(server)
        except ApiServerError:
            release, permissive = "", ()
        return Status(pids, f"{LOOPBACK}:{credentials.server_port(self.state.kubeconfig)}", release, permissive)

    def ensure_nodes(self, hosts: Mapping[str, Sequence[Mapping[str, str]]]) -> None:
        """Create a Node object for each name, with its taints. It is never ready: it has no kubelet."""
        server = self.server()
        for name, taints in hosts.items():
            metadata = {"name": name, "labels": {"kubernetes.io/hostname": name}}
            node = {"apiVersion": "v1", "kind": "Node", "metadata": metadata, "spec": {"taints": list(taints)}}
            server.apply(f"/api/v1/nodes/{name}", node)

    def _mark(self) -> dict[str, Any]:
        return {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": CONTEXT, "namespace": "kube-system"},
            "data": {"id": self.state.identity.read_text().strip()},
        }

    def _certificate(self, name: str) -> str:
        return str(self.state.certificates / name)

    def _start_etcd(self, program: Path) -> int:
        client, peer = free_port(), free_port()
        tls = [
            f"--{side}{flag}={value}"
            for side in ("", "peer-")
            for flag, value in {
                "cert-file": self._certificate("server.crt"),
                "key-file": self._certificate("server.key"),
                "trusted-ca-file": self._certificate("ca.crt"),
                "client-cert-auth": "true",
            }.items()
        ]
        command = [
            str(program),
            f"--data-dir={self.state.folder / 'etcd'}",
            f"--listen-client-urls=https://{LOOPBACK}:{client}",
            f"--advertise-client-urls=https://{LOOPBACK}:{client}",
            f"--listen-peer-urls=https://{LOOPBACK}:{peer}",
            f"--initial-advertise-peer-urls=https://{LOOPBACK}:{peer}",
            f"--initial-cluster=default=https://{LOOPBACK}:{peer}",
            # A power failure may lose this data; to wait for the disk at each write would slow down every run.
            "--unsafe-no-fsync",
            "--log-level=warn",
            *tls,
        ]
        self.etcd.start(command)
        self.etcd.wait_ready(lambda: self._answers(client, "/health"), START_SECONDS)
        return client

    def _start_api_server(self, program: Path, etcd_port: int) -> int:
        port = free_port()
        credentials.write_kubeconfigs(self.state, port)
        settings = {
            "bind-address": LOOPBACK,
            "advertise-address": LOOPBACK,
            "secure-port": port,
            "etcd-servers": f"https://{LOOPBACK}:{etcd_port}",
            "etcd-cafile": self._certificate("ca.crt"),
            "etcd-certfile": self._certificate("server.crt"),
            "etcd-keyfile": self._certificate("server.key"),
            "tls-cert-file": self._certificate("server.crt"),
            "tls-private-key-file": self._certificate("server.key"),
            "token-auth-file": self.state.tokens,
            "authorization-mode": "RBAC",
            "anonymous-auth": "false",
            # As in every real cluster that runs a storage provisioner; here no pod ever starts.
            "allow-privileged": "true",
            "service-account-issuer": "https://kubernetes.default.svc",
            "service-account-key-file": self._certificate("service-accounts.key"),
            "service-account-signing-key-file": self._certificate("service-accounts.key"),
            "service-cluster-ip-range": SERVICE_RANGE,
            # The endpoints of the `kubernetes` Service may not be on loopback, and nobody in here uses it.
            "endpoint-reconciler-type": "none",
            "profiling": "false",
        }
        self.api_server.start(arguments(program, settings))
        self.api_server.wait_ready(ApiServer(self.state, port).ready, START_SECONDS)
        return port

    def _start_controller_manager(self, program: Path) -> int:
        port = free_port()
        settings = {
            "bind-address": LOOPBACK,
            "secure-port": port,
            "kubeconfig": self.state.controller_kubeconfig,
            "controllers": CONTROLLERS,
            "use-service-account-credentials": "true",
            "service-account-private-key-file": self._certificate("service-accounts.key"),
            "root-ca-file": self._certificate("ca.crt"),
            "tls-cert-file": self._certificate("server.crt"),
            "tls-private-key-file": self._certificate("server.key"),
            "leader-elect": "false",
            "kube-api-qps": 200,
            "kube-api-burst": 400,
            "profiling": "false",
        }
        self.controller_manager.start(arguments(program, settings))
        self.controller_manager.wait_ready(lambda: self._answers(port, "/healthz"), START_SECONDS)
        return port

    def _answers(self, port: int, path: str) -> bool:
        """Return whether a program of ours reports on ``port`` that it is healthy; etcd requires our certificate."""
        trust = ssl.create_default_context(cafile=self._certificate("ca.crt"))
        trust.load_cert_chain(self._certificate("server.crt"), self._certificate("server.key"))
        try:
            url = f"https://{LOOPBACK}:{port}{path}"
            with urllib.request.urlopen(url, timeout=5, context=trust) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False


def arguments(program: Path, settings: Mapping[str, object]) -> list[str]:
    return [str(program), *(f"--{name}={value}" for name, value in settings.items())]


def on_free_port(start: Callable[[], int]) -> int:
    """Start a program that listens on a :func:`free_port`, again on another port if another program took the first."""
    for attempt in range(1, PORT_ATTEMPTS + 1):
        try:
            return start()
        except ProcessError as error:
            if PORT_TAKEN not in str(error) or attempt == PORT_ATTEMPTS:
                raise
    raise AssertionError


def free_port() -> int:
    """Return a port on which no program listens at the moment."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def died_report(processes: Iterable[Process]) -> str:
    """Return a paragraph of lines for each process that died; empty if none did."""
    return "".join(f"{process.name} had died; {process.log_tail()}\n" for process in processes)
