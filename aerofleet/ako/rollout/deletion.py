"""The resource is deleted: claims that cascade go first, then the finalizer, and the pods by garbage collection.

Source: AKO 4.5.0, reconciler.go: deleteExternalResources, cleanUpAndRemoveFinalizer.
"""

from __future__ import annotations

from aerofleet.ako.rollout.acts import OnPods, RemoveFinalizer
from aerofleet.ako.rollout.claims import cascading, delete_claims
from aerofleet.ako.rollout.racks import current_racks
from aerofleet.ako.rollout.world import World


def delete_resource(world: World) -> None:
    """Let the resource go. Nothing is quiesced or waited for, and `paused` does not hinder it."""
    racks = {rack.identity: rack for rack in current_racks(world)}
    racks |= {rack.identity: rack for rack in world.goal.cluster.racks}
    claims = [
        claim
        for identity, rack in racks.items()
        for claim in cascading(world, rack, [pod.name for pod in reversed(world.pods_of(identity))])
    ]
    names = sorted(world.pods)
    delete_claims(world, claims, names)
    world.emit(RemoveFinalizer())
    world.away.update(names)
    world.emit(OnPods("gone", tuple(names)))
