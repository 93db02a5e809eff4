"""The order of nodes for every partition: hashed, then adjusted for quiesced nodes, for racks and for balance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

_MASK = (1 << 64) - 1
_FNV_OFFSET, _FNV_PRIME = 0xCBF29CE484222325, 0x100000001B3


def fnv_1a(data: bytes) -> int:
    """Return the 64-bit FNV-1a hash."""
    value = _FNV_OFFSET
    for byte in data:
        value = ((value ^ byte) * _FNV_PRIME) & _MASK
    return value


def one_at_a_time(data: bytes) -> int:
    """Return Jenkins' one-at-a-time hash, in 64 bits."""
    value = 0
    for byte in data:
        value = (value + byte) & _MASK
        value = (value + (value << 10)) & _MASK
        value ^= value >> 6
    value = (value + (value << 3)) & _MASK
    value ^= value >> 11
    return (value + (value << 15)) & _MASK


@lru_cache(maxsize=1 << 18)
def node_hash(partition: int, identity: int) -> int:
    """Return the sort key of a node for a partition: each is hashed alone, then the pair (paper of 2016)."""
    pair = fnv_1a(identity.to_bytes(8, "little")).to_bytes(8, "little")
    return one_at_a_time(pair + fnv_1a(partition.to_bytes(4, "little")).to_bytes(8, "little"))


def hashed_order(partition: int, identities: Mapping[int, int]) -> list[int]:
    """Return the keys of `identities` in the order of the partition, first choice first."""
    return sorted(identities, key=lambda node: (node_hash(partition, identities[node]), identities[node]))


def rows(
    orders: Sequence[Sequence[int]],
    members: int,
    quiesced: int,
    racks: Mapping[int, int],
    copies: int,
    uniform: bool,
) -> list[list[int]]:
    """Return, for every partition, the members in succession: the first is the master, the first `copies` are replicas.

    `members` and `quiesced` are sets of nodes as bits. Quiesced members come last, unless all of them are quiesced.
    """
    active = members & ~quiesced or members
    n_racks = len({rack for node, rack in racks.items() if active >> node & 1})
    claims: list[dict[int, int]] = [dict.fromkeys(racks, 0) for _ in range(copies)]
    floor = len(orders) // max(1, active.bit_count())
    result = []
    for order in orders:
        row = [node for node in order if active >> node & 1]
        if uniform:
            row = _balanced(row, racks, min(copies, len(row)), n_racks, claims, floor)
        elif n_racks > 1:
            row = _on_distinct_racks(row, racks, min(copies, n_racks))
        rest = members & ~active
        result.append(row + [node for node in order if rest >> node & 1] if rest else row)
    return result


def _on_distinct_racks(row: list[int], racks: Mapping[int, int], wanted: int) -> list[int]:
    """Pass over every node whose rack has a copy already, until `wanted` racks have one."""
    chosen: list[int] = []
    used: set[int] = set()
    passed: list[int] = []
    for node in row:
        if len(chosen) < wanted and racks[node] not in used:
            used.add(racks[node])
            chosen.append(node)
        else:
            passed.append(node)
    return chosen + passed


def _balanced(
    row: list[int], racks: Mapping[int, int], copies: int, n_racks: int, claims: list[dict[int, int]], floor: int
) -> list[int]:
    """Choose every replica among the allowed nodes: the first below its share of that place, else the least loaded."""
    chosen: list[int] = []
    rest = row
    for place in range(copies):
        taken = claims[place]
        used = {racks[node] for node in chosen}
        allowed = [node for node in rest if racks[node] not in used] if len(used) < n_racks and n_racks > 1 else rest
        best = next((node for node in allowed if taken[node] < floor), None)
        if best is None:
            best = min(allowed, key=taken.__getitem__)
        taken[best] += 1
        chosen.append(best)
        rest = [node for node in rest if node != best]
    return chosen + rest
