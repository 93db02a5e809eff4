"""The bytes through the network card of a node, per direction: network cards are full duplex."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Traffic:
    """The traffic of one node in bytes per second."""

    client_in: int
    client_out: int
    fabric_in: int
    fabric_out: int
    xdr_out: int

    @property
    def bytes_in(self) -> int:
        return self.client_in + self.fabric_in

    @property
    def bytes_out(self) -> int:
        return self.client_out + self.fabric_out + self.xdr_out


def traffic(  # noqa: PLR0913 - the quantities of a formula
    *,
    reads: int,
    writes: int,
    replica_writes: int,
    copies: int,
    record_bytes: int,
    frame_bytes: int,
    xdr_destinations: int,
) -> Traffic:
    """Return the traffic of a node. ``reads`` and ``writes`` are requests of clients, ``replica_writes`` those of other
    nodes.

    Every message has a frame. The request of a read, and the answer to a write and to a replica write, are only a
    frame. A node sends each write of its clients to the nodes with the other ``copies``.
    """
    full = record_bytes + frame_bytes
    sent = writes * (copies - 1)
    return Traffic(
        client_in=writes * full + reads * frame_bytes,
        client_out=reads * full + writes * frame_bytes,
        fabric_in=replica_writes * full + sent * frame_bytes,
        fabric_out=sent * full + replica_writes * frame_bytes,
        xdr_out=writes * full * xdr_destinations,
    )
