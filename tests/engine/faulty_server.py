"""The real API server behind a door that fails on demand: what reaches it is real, what comes back may not."""

from __future__ import annotations

import http.server
import json
import math
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import urllib3
import yaml

from aerofleet.local.control_plane import ControlPlane
from aerofleet.local.credentials import LOOPBACK

RETRY_AFTER_SECONDS = 1
HELD_SECONDS = 50
"""Less than a client waits for an answer: a test that forgets the door must not hang."""
TOO_MANY_REQUESTS = 429
PASSED_ON = ("Authorization", "Accept", "Content-Type", "User-Agent")
PASSED_BACK = ("Content-Type", "Warning", "Retry-After")


@dataclass
class Fault:
    """What happens to the requests that are a ``method`` whose path ends in ``path``.

    ``status`` answers them instead of the server; ``lost`` lets the server write and drops its answer. ``times`` is how
    many of them it happens to.
    """

    method: str
    path: str
    status: int = 0
    lost: bool = False
    times: float = math.inf

    def hits(self, method: str, path: str) -> bool:
        hit = method == self.method and urlsplit(path).path.endswith(self.path) and "dryRun" not in path
        self.times -= hit
        return hit and self.times >= 0


@dataclass
class FaultyServer:
    """``kubeconfig`` leads through the door; ``fault`` may be set and taken away at any time.

    :meth:`hold` keeps every answer back until :meth:`release`; ``held`` is set as soon as one is.
    """

    kubeconfig: Path
    fault: Fault | None = None
    held: threading.Event = field(default_factory=threading.Event)
    _open: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._open.set()

    def hold(self) -> None:
        self._open.clear()

    def release(self) -> None:
        self._open.set()

    def wait(self) -> None:
        if not self._open.is_set():
            self.held.set()
            self._open.wait(HELD_SECONDS)


@contextmanager
def faulty(plane: ControlPlane, folder: Path) -> Iterator[FaultyServer]:
    settings = yaml.safe_load(plane.state.kubeconfig.read_text())
    upstream = settings["clusters"][0]["cluster"]["server"]
    pool = urllib3.HTTPSConnectionPool(
        LOOPBACK, urlsplit(upstream).port, ca_certs=str(plane.state.certificates / "ca.crt"), retries=False, maxsize=16
    )
    door = FaultyServer(folder / "kubeconfig")

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            door.wait()
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            fault = door.fault if door.fault and door.fault.hits(self.command, self.path) else None
            if fault and fault.status:
                refused = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": fault.status}
                content = json.dumps({**refused, "message": "etcdserver: request timed out"}).encode()
                # A server that has too many requests says when to come back; that is what clients wait for.
                later = {"Retry-After": str(RETRY_AFTER_SECONDS)} if fault.status == TOO_MANY_REQUESTS else {}
                self.reply(fault.status, content, {"Content-Type": "application/json", **later})
                return
            headers = {name: self.headers[name] for name in PASSED_ON if name in self.headers}
            result = pool.request(self.command, self.path, body=body, headers=headers)
            if fault and fault.lost:
                self.close_connection = True
                return
            self.reply(
                result.status,
                result.data,
                {name: result.headers[name] for name in PASSED_BACK if name in result.headers},
            )

        def reply(self, status: int, content: bytes, headers: Mapping[str, str]) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: what went wrong shows in what the engine prints."""

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = answer

    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(plane.state.certificates / "server.crt", plane.state.certificates / "server.key")
    with http.server.ThreadingHTTPServer((LOOPBACK, 0), Handler) as server:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings["clusters"][0]["cluster"]["server"] = f"https://{LOOPBACK}:{server.server_port}"
        folder.mkdir()
        door.kubeconfig.write_text(yaml.safe_dump(settings))
        (folder / "embedded-id").write_text(plane.state.identity.read_text())
        try:
            yield door
        finally:
            server.shutdown()
