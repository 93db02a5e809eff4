"""A node that answers Aerospike's info protocol on loopback, as far as a client asks while it connects and for
statistics. It holds no data: the client library is the real one, only the far end is this."""

from __future__ import annotations

import base64
import socketserver
import struct
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

PARTITIONS = 4096
PROTOCOL_VERSION, TYPE_INFO = 2, 1


class InfoServer(socketserver.ThreadingTCPServer):
    """``answers`` maps an info command to its answer; commands that are asked otherwise get an empty one. The
    ``silent`` command ends the connection."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, node: str, answers: Mapping[str, str], silent: str) -> None:
        super().__init__(("127.0.0.1", 0), InfoHandler)
        self.silent = silent
        self.port = self.server_address[1]
        every_partition = base64.b64encode(b"\xff" * (PARTITIONS // 8)).decode()
        self.answers = {
            "node": node,
            "build": "8.1.1.1",
            "features": "batch-any;pipelining;peers;pquery;query-show",
            "partition-generation": "1",
            "rebalance-generation": "1",
            "peers-generation": "1",
            "service-clear-std": f"127.0.0.1:{self.port}",
            "peers-clear-std": f"1,{self.port},[]",
            "replicas": f"cart:0,1,{every_partition}",
            **answers,
        }
        self.asked: list[str] = []


class InfoHandler(socketserver.StreamRequestHandler):
    server: InfoServer

    def handle(self) -> None:
        while len(header := self.rfile.read(8)) == 8:
            (word,) = struct.unpack(">Q", header)
            commands = self.rfile.read(word & 0xFFFFFFFFFFFF).decode().split("\n")
            if self.server.silent and self.server.silent in commands:
                return
            lines = [f"{command}\t{self.server.answers.get(command, '')}" for command in commands if command]
            self.server.asked += [command for command in commands if command]
            body = ("\n".join(lines) + "\n").encode()
            self.wfile.write(struct.pack(">Q", PROTOCOL_VERSION << 56 | TYPE_INFO << 48 | len(body)) + body)


@contextmanager
def info_server(node: str, answers: Mapping[str, str], silent: str = "") -> Iterator[InfoServer]:
    """Serve one node until the block ends."""
    with InfoServer(node, answers, silent) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
