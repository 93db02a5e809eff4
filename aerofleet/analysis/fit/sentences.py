"""Say what is too little on the hosts: with the numbers, and who asks for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from aerofleet.analysis.fit.packing import Answer, Lack, Pods
from aerofleet.analysis.fit.room import Dimension, RackRoom
from aerofleet.units.amount import counted

MOST_NAMED = 4
"""Most clusters that a sentence names."""


def shortage(room: RackRoom, answer: Answer, lack: Lack | None, hosts: int) -> str:
    """Return why the pods of a rack are not on ``hosts`` hosts, as a clause without the rack.

    ``answer`` is ``impossible``, with ``lack``, or ``unknown``: no placement was found, and there may be one.
    """
    number, total = counted(hosts, "host"), counted(sum(group.count for group in room.pods), "pod")
    if lack is None or answer == "unknown":
        return f"no placement of the {total} on {number} was found, and there may be one"
    text = _of_kind(room, lack, hosts)
    if lack.beside:
        taken = ", ".join(f"{group.name} {needs(room.dimensions, group)}" for group in lack.beside[:MOST_NAMED])
        more = len(lack.beside) - MOST_NAMED
        text += f", beside the pods that every host has ({taken}{_more(more)})"
    return text


def expected_gap(room: RackRoom, lack: Lack | None) -> str:
    """Return what is too little of what the hosts are expected to have left for pods, which is more than what certainly
    is; empty where that is known exactly, or where no sum is short.
    """
    if lack is None or lack.kind != "sum" or lack.beside or room.is_exact:
        return ""
    dimension, left = room.dimensions[lack.dimension], room.there(lack.dimension)
    if left >= lack.there:
        return ""
    gap = dimension.text(lack.asked - left)
    return f"; about {dimension.text(left)} of it is left for pods beside kernel and system, so plan for {gap} less"


def _of_kind(room: RackRoom, lack: Lack, hosts: int) -> str:
    number, total = counted(hosts, "host"), counted(sum(group.count for group in lack.pods), "pod")
    dimension = room.dimensions[lack.dimension]
    names = who(lack.pods, dimension, lack.dimension)
    if lack.kind == "sum":
        have = f"{number} {'has' if hosts == 1 else 'have'} {dimension.text(lack.there)}"
        missing = f"{dimension.text(lack.missing)} too little"
        return f"the pods ask for {dimension.said(lack.asked)}, and {have}: {missing} ({names})"
    if lack.kind == "large":
        asked = f"{counted(lack.asked, 'pod')} ask for {dimension.said(lack.least)} or more each"
        hold = f"{number} {'holds' if hosts == 1 else 'hold'} {lack.there} of them"
        return f"{asked}, and {hold} ({names})"
    if lack.kind == "hosts":
        (group,) = lack.pods
        own = ", each on a host of its own" if group.apart and group.count > 1 else ""
        able = f"{lack.there or 'none'} of {number} can hold one" if hosts > 1 else "the host can't hold it"
        asked = f"{needs(room.dimensions, group)}{' each' if group.count > 1 else ''}"
        return f"{group.name} has {total} ({asked}){own}, and {able if hosts else 'there is no host'}"
    asked = " and ".join(one.said(room.asked(index)) for index, one in enumerate(room.dimensions[:2]))
    largest = [max(host.room[index] for host in room.at_most) for index in range(2)]
    have = " and ".join(one.said(amount) for one, amount in zip(room.dimensions, largest, strict=False))
    return (
        f"{total} don't fit on {number}, however they are placed: they ask for {asked} together, and a host has {have} "
        f"at most ({names})"
    )


def who(pods: Iterable[Pods], dimension: Dimension, index: int) -> str:
    """Return the clusters by what they ask for: ``shop/cart 2 × 64 GiB, ads/clicks 24 GiB``."""
    ordered = sorted(pods, key=lambda group: (-group.count * group.need[index], group.name))
    named = [f"{group.name} {each(group, dimension, index)}" for group in ordered[:MOST_NAMED]]
    return ", ".join(named) + _more(len(ordered) - MOST_NAMED)


def _more(clusters: int) -> str:
    return f", and {counted(clusters, 'cluster')} more" if clusters > 0 else ""


def each(group: Pods, dimension: Dimension, index: int) -> str:
    """Return what the pods of a cluster ask for: ``2 × 64 GiB``."""
    text = dimension.text(group.need[index])
    return text if group.count == 1 else f"{group.count} × {text}"


def needs(dimensions: Sequence[Dimension], group: Pods) -> str:
    """Return what one pod asks for: ``24 GiB of memory, 8 CPUs``."""
    return ", ".join(dimension.said(group.need[index]) for index, dimension in enumerate(dimensions[:2]))


def racks_text(racks: Sequence[str]) -> str:
    """Return ``rack a``, ``racks a, b and c``."""
    if len(racks) == 1:
        return f"rack {racks[0]}"
    return f"racks {', '.join(racks[:-1])} and {racks[-1]}"
