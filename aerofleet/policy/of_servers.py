"""Policies of the servers: their images, releases, memory and feature key."""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.ako.admission import config_rules
from aerofleet.ako.compatibility import OPERATOR, release_of
from aerofleet.ako.hazards import of_cluster, of_memory
from aerofleet.findings import LocatedProblem
from aerofleet.policy.policy import policies_in, policy
from aerofleet.policy.raised import raised, raising
from aerofleet.policy.rendered_object import RenderedObject

DOCKER_HUB = "docker.io"


def registry_of(image: str) -> str:
    """Return the host of an image reference. Without one it is Docker Hub's, as for the container runtime: the first
    part is a host if it has a dot or a port, or is localhost.
    """
    host, slash, _ = image.partition("/")
    return host if slash and ("." in host or ":" in host or host == "localhost") else DOCKER_HUB


def is_from(image: str, registry: str) -> bool:
    """Return whether an image is below ``registry``: a host, or a host with a path."""
    reference = image if registry_of(image) != DOCKER_HUB or image.startswith(DOCKER_HUB) else f"{DOCKER_HUB}/{image}"
    return reference.startswith(f"{registry.rstrip('/')}/")


def is_pinned(image: str) -> bool:
    """Return whether a reference has a digest, or a tag other than ``latest``."""
    name, _, digest = image.rpartition("/")[2].partition("@")
    tag = name.partition(":")[2]
    return bool(digest) or tag not in ("", "latest")


@policy(
    "image-elsewhere",
    kind="state",
    remedy="an image of the cell's registry, or its registry in policy.registries of cell.yaml",
    in_pack=True,
)
def image_elsewhere(rendered: RenderedObject) -> Iterator[LocatedProblem]:
    """The images of a cluster come from the host of the cell's registry: nobody here mirrors or scans others."""
    allowed = (registry_of(rendered.cell.server.registry + "/"), *rendered.cell.policy.registries)
    for path, image in rendered.images() if rendered.clusters else ():
        if not any(is_from(image, registry) for registry in allowed):
            yield LocatedProblem(path, f"{image} is from {registry_of(image)}, not from {', '.join(allowed)}")


@policy(
    "image-unpinned",
    kind="state",
    remedy="a tag with a version, or a digest",
    in_pack=True,
)
def image_unpinned(rendered: RenderedObject) -> Iterator[LocatedProblem]:
    """Every image has a tag other than latest, or a digest: else a pod that restarts may run other code, unreviewed."""
    for path, image in rendered.images():
        if not is_pinned(image):
            yield LocatedProblem(path, f"{image} may be another image tomorrow")


@policy(
    "release-unjudged",
    kind="state",
    remedy="a release in the tables, or add it to them (docs/how-to/add-a-release.md)",
    in_pack=True,
    raises=(config_rules.parameters_are_of_an_older_version,),
)
def release_unjudged(rendered: RenderedObject) -> Iterator[LocatedProblem]:
    """The operator's and the server's releases are in the tables: else nobody knows what a change of them does."""
    operator = rendered.cell.operator.version
    if rendered.clusters and release_of(operator) is None:
        yield LocatedProblem("spec", f"operator {operator} is judged as {OPERATOR}: everything is an estimate")
    yield from raised(rendered, config_rules.parameters_are_of_an_older_version)


MEMORY_TOO_SMALL = raising(
    "memory-too-small",
    "The memory of a pod holds its data and indexes: else the kernel kills the server when they fill.",
    of_memory.memory_over_limit,
    remedy="more memory in resources, or less data in memory",
)


FEATURE_KEY_MISSING = raising(
    "feature-key-missing",
    "A cluster of several nodes has a feature key: without one its nodes don't form a cluster.",
    of_cluster.no_feature_key,
    remedy="service.feature-key-file, mounted from a Secret",
)


RULES = policies_in(globals())
