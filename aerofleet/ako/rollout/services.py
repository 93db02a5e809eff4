"""Services and the PodDisruptionBudget.

Source: AKO 4.5.0, service.go: createOrUpdateSTSHeadlessSvc, reconcileSTSLoadBalancerSvc, podServiceNeeded;
poddistruptionbudget.go: reconcilePDB.
"""

from __future__ import annotations

from collections.abc import Iterable

from aerofleet.ako.cluster import Cluster
from aerofleet.ako.config import section
from aerofleet.ako.rollout.acts import OnBudget, OnService
from aerofleet.ako.rollout.world import World

_ACCESS = ("access", "tlsAccess", "alternateAccess", "tlsAlternateAccess")
_WITHOUT_SERVICE = frozenset({"pod", "customInterface"})


def has_pod_services(cluster: Cluster) -> bool:
    """Return whether each pod has a Service of its own: several pods a host, and addresses outside of the pod."""
    policy = section(cluster.spec, "aerospikeNetworkPolicy")
    published = {str(policy.get(way, "")) for way in _ACCESS}
    return cluster.pod_spec.get("multiPodPerHost") is True and bool(published - _WITHOUT_SERVICE)


def has_load_balancer(cluster: Cluster) -> bool:
    return section(cluster.spec, "seedsFinderServices").get("loadBalancer") is not None


def first_services(cluster: Cluster, pods: Iterable[str]) -> set[str]:
    """Return the names of the Services of a cluster that is rolled out."""
    names = {cluster.name}
    if has_load_balancer(cluster):
        names.add(f"{cluster.name}-lb")
    return names | set(pods) if has_pod_services(cluster) else names


def make_headless_service(world: World) -> None:
    """Create the cluster's own Service, if it is not there."""
    _create(world, [world.name])


def serve_pods(world: World, pods: Iterable[str]) -> None:
    """Create the Services of ``pods``, where pods have some."""
    if has_pod_services(world.goal.cluster):
        _create(world, pods)


def drop_pod_services(world: World, pods: Iterable[str]) -> None:
    """Delete the Services of ``pods``."""
    if world.goal.cluster.pod_spec.get("multiPodPerHost") is True:
        _delete(world, pods)


def make_load_balancer(world: World) -> None:
    """Create or delete the Service of type LoadBalancer, as the spec says."""
    name = f"{world.name}-lb"
    if has_load_balancer(world.goal.cluster):
        _create(world, [name])
    else:
        _delete(world, [name])


def make_budget(world: World) -> None:
    """Create, change or delete the PodDisruptionBudget, as the spec says."""
    spec = world.goal.cluster.spec
    wanted = spec.get("maxUnavailable")
    if spec.get("disablePDB") is True:
        if world.budget is not None and not (world.status and world.status.cluster.spec.get("disablePDB") is True):
            world.emit(OnBudget("delete-pdb"))
            world.budget = None
    elif world.budget is None:
        world.emit(OnBudget("create-pdb", wanted))
        world.budget = wanted
    elif str(world.budget) != str(wanted):
        world.emit(OnBudget("update-pdb", wanted))
        world.budget = wanted


def _create(world: World, names: Iterable[str]) -> None:
    new = [name for name in names if name not in world.services]
    if new:
        world.services.update(new)
        world.emit(OnService("create-service", tuple(new)))


def _delete(world: World, names: Iterable[str]) -> None:
    gone = [name for name in names if name in world.services]
    if gone:
        world.services.difference_update(gone)
        world.emit(OnService("delete-service", tuple(gone)))
