"""The line of the definitions that brings a server's release or a tier's revision to a cluster."""

from __future__ import annotations

from aerofleet.findings import Location
from aerofleet.fleet.resolve import origin_locator
from aerofleet.policy.judged_change import JudgedChange, source_of
from aerofleet.settings.ahead import CHANNEL, entries_for
from aerofleet.settings.source import CellSource, ClusterDefinition

REFERENCE = "tier"


def server_line(judged: JudgedChange, key: str) -> Location | None:
    """Return the line of the version of a cluster (TEAM/CLUSTER): in the channels of the cell if its channel has
    another version than before, else of its `channel`, or of the entry of `ahead` that replaces it.
    """
    head, defined = judged.change.head, _defined(source_of(judged.change.head), key)
    resolved = head.resolution.settings.get(key) if head else None
    if defined is None or resolved is None:
        return None
    before, after = source_of(judged.change.base), source_of(judged.change.head)
    channel = resolved.settings.channel
    channels, old = (side.cell.file.server.channels if side and side.cell else {} for side in (after, before))
    if channel in channels and channels[channel] != old.get(channel, channels[channel]):
        return judged.place("cell", "server", "channels", channel)
    return origin_locator(resolved.merged, defined)((CHANNEL,))


def tier_line(judged: JudgedChange, key: str) -> Location | None:
    """Return the line of the revision of a cluster (TEAM/CLUSTER): of the entry of `ahead`, of `current` in the file of
    its tier where the cluster follows that as before, else of its `tier`.
    """
    before, after = source_of(judged.change.base), source_of(judged.change.head)
    defined, old = _defined(after, key), _defined(before, key)
    if after is None or defined is None:
        return None
    written = _written_tier(defined)
    if written != defined.file.tier:
        entries = ((index, entry) for index, entry in entries_for(after, defined) if entry.tier == defined.file.tier)
        index = next((index for index, _ in entries), None)
        return judged.place("cell", "ahead", index, REFERENCE) if index is not None else None
    revision = after.tiers.find(defined.file.tier)
    if revision is not None and "@" not in defined.file.tier and old is not None and _written_tier(old) == written:
        return revision.document.locate(("current",))
    return defined.locate((REFERENCE,))


def _defined(source: CellSource | None, key: str) -> ClusterDefinition | None:
    return source.cluster(key) if source else None


def _written_tier(definition: ClusterDefinition) -> object:
    """Return the tier as the team wrote it: an entry of `ahead` replaces it in the definition."""
    data = definition.document.data
    for key in (*definition.place, REFERENCE):
        data = data.get(key) if isinstance(data, dict) else None
    return data
