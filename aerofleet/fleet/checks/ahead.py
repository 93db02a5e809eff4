"""Check the clusters that are ahead of the others: an entry without effect leaves a cluster behind, unseen."""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.files.validation import nearest
from aerofleet.findings import LocatedProblem, rule, rules_in
from aerofleet.fleet.checks.definitions import Definitions, in_file
from aerofleet.settings.tiers import is_of_product

SOURCE = "Platform rule: docs/how-to/move-a-fleet-in-steps.md"


@rule("ahead-unknown", scope="cell", severity="error", source=SOURCE)
def ahead_unknown(definitions: Definitions) -> Iterator[LocatedProblem]:
    """An entry of `ahead` names a cluster, a revision or a channel that does not exist."""
    source = definitions.source
    if source.cell is None or source.unread:
        return
    document, known = source.cell.document, [cluster.key for cluster in source.clusters]
    for index, entry in enumerate(source.cell.file.ahead):
        for place, key in enumerate(entry.clusters):
            if key not in known:
                path = ("ahead", index, "clusters", place)
                yield in_file(document, path, f"there is no cluster '{key}'", nearest(key, known))
        if entry.tier and source.tiers.find(entry.tier) is None and not source.tiers.is_unread(entry.tier):
            message, hint = source.tiers.mistake_in(entry.tier)
            yield in_file(document, ("ahead", index, "tier"), message, hint)
        channels = source.cell.file.server.channels
        if entry.channel and entry.channel not in channels:
            message, hint = f"the cell has no server channel '{entry.channel}'", nearest(entry.channel, channels)
            yield in_file(document, ("ahead", index, "channel"), message, hint)


@rule("ahead-without-effect", scope="cell", severity="error", source=SOURCE)
def ahead_without_effect(definitions: Definitions) -> Iterator[LocatedProblem]:
    """An entry of `ahead` names a cluster that does not follow its tier or channel, or is in an entry before it."""
    source = definitions.source
    if source.cell is None:
        return
    document, clusters = source.cell.document, {cluster.key: cluster for cluster, _ in definitions.clusters()}
    for index, entry in enumerate(source.cell.file.ahead):
        for place, key in enumerate(entry.clusters):
            if key not in clusters:
                continue
            tier, channel = clusters[key].file.tier, definitions.settings[key].channel
            path = ("ahead", index, "clusters", place)
            if entry.tier and tier != entry.tier and source.tiers.find(entry.tier) is not None:
                follows = entry.tier.partition("@")[0]
                remedy = f"tier: {follows} at the cluster, without a revision, and one entry for it"
                if is_of_product(follows):
                    remedy = "only a tier of the project is followed: one that extends the product's"
                yield in_file(document, path, f"{key} has {tier}, and does not follow {follows}", remedy)
            elif entry.channel and channel != entry.version and entry.channel in source.cell.file.server.channels:
                remedy = f"channel: {entry.channel} at the cluster or in its tier, and one entry for it"
                message = f"{key} has the channel {channel}, and does not follow {entry.channel}"
                yield in_file(document, path, message, remedy)


RULES = rules_in(globals())
