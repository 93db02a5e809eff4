"""Image, name and operations."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aerofleet.ako.cluster import Cluster
from aerofleet.ako.compatibility import MINIMUM_SERVER, admits, admitted_servers
from aerofleet.ako.image import edition, server_version
from aerofleet.ako.init_image import DEFAULT_INIT_IMAGE, OLDEST_DYNAMIC_INIT, init_image, sets_live
from aerofleet.ako.operator_files import CONFIG_VALIDATION, FUNCTIONS_OF_TYPES, VALIDATING_WEBHOOK
from aerofleet.findings import Problem, rule
from aerofleet.units.version import Range, is_at_least, passes_floor

_SERVICE_NAME = re.compile(r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")
FEDERAL_SINCE = "4.2.0"
_INIT_IMAGE_PATH = "spec.podSpec.aerospikeInitContainer.imageNameAndTag"


@rule(
    "name-dns1035",
    scope="cluster",
    severity="error",
    source=f"{VALIDATING_WEBHOOK}: validateNamingConstraints",
    operator=Range("4.4.0"),
)
def name_is_a_service_name(cluster: Cluster) -> Iterator[Problem]:
    """The name becomes a Service's: lower-case letters, digits and hyphens, a letter first."""
    if not _SERVICE_NAME.fullmatch(cluster.name):
        yield (
            "metadata.name",
            f"{cluster.name!r} can't be the name of a Service",
            "letters, digits and hyphens, a letter first",
        )


@rule(
    "name-length",
    scope="cluster",
    severity="error",
    source=f"{VALIDATING_WEBHOOK}: validateNamingConstraints",
    operator=Range("4.4.0"),
)
def name_leaves_room(cluster: Cluster) -> Iterator[Problem]:
    """Name and longest rack revision together leave room for what is appended: a label has at most 63 characters."""
    revision = max([3, *(len(rack.revision) for rack in cluster.racks)])
    over = len(cluster.name) + 3 + 7 + revision + 10 - 63
    if over > 0:
        yield (
            "metadata.name",
            f"name and rack revision are {over} characters too long together",
            f"at most {43 - revision} for the name",
        )


@rule("image-edition", scope="cluster", severity="error", source=f"{VALIDATING_WEBHOOK}: validateImage")
def image_is_enterprise(cluster: Cluster) -> Iterator[Problem]:
    """The image reference contains `enterprise`, or from operator 4.2 on `federal`: Community Edition is refused."""
    knows_federal = is_at_least(cluster.operator, FEDERAL_SINCE)
    if edition(cluster.image) not in (("enterprise", "federal") if knows_federal else ("enterprise",)):
        message = f"{cluster.image} is not an Enterprise{' or Federal' if knows_federal else ''} image"
        yield "spec.image", message, f"aerospike-server-enterprise{', or -federal' if knows_federal else ''}"


@rule("image-version", scope="cluster", severity="error", source=f"{FUNCTIONS_OF_TYPES}: GetImageVersion")
def image_has_a_version(cluster: Cluster) -> Iterator[Problem]:
    """The image's tag has a dotted version: `latest` and a bare digest are refused."""
    if not cluster.version:
        yield "spec.image", f"{cluster.image} has no version in its tag", "end it with a version, such as :8.1.1.1"


@rule("image-min", scope="cluster", severity="error", source=f"{VALIDATING_WEBHOOK}: validate")
def image_is_new_enough(cluster: Cluster) -> Iterator[Problem]:
    """The server's version is 6.0.0.0 or later."""
    if cluster.version and not passes_floor(cluster.version, MINIMUM_SERVER):
        message = f"server {cluster.version} is older than {MINIMUM_SERVER}"
        hint = f"use {MINIMUM_SERVER} or later, with all four numbers in the tag"
        yield "spec.image", message, hint


@rule("image-schema", scope="cluster", severity="error", source=f"{CONFIG_VALIDATION}: ValidateAerospikeConfigSchema")
def image_is_known(cluster: Cluster) -> Iterator[Problem]:
    """The operator carries a schema for the first three numbers of the server's version."""
    version, operator = cluster.version, cluster.operator
    if version and passes_floor(version, MINIMUM_SERVER) and not admits(version, operator):
        known = ", ".join(admitted_servers(operator))
        yield "spec.image", f"operator {operator} does not know server {version}", f"it knows {known}"


@rule(
    "init-image-version",
    scope="cluster",
    severity="error",
    source=f"{VALIDATING_WEBHOOK}: validate; {FUNCTIONS_OF_TYPES}: GetImageVersion",
)
def init_image_has_a_version(cluster: Cluster) -> Iterator[Problem]:
    """The init image's tag has a dotted version, too."""
    image = init_image(cluster)
    if not server_version(image):
        yield _INIT_IMAGE_PATH, f"{image} has no version in its tag", f"such as {DEFAULT_INIT_IMAGE}, or leave it out"


@rule("dyn-init", scope="cluster", severity="error", source=f"{VALIDATING_WEBHOOK}: validate")
def init_image_can_set_live(cluster: Cluster) -> Iterator[Problem]:
    """Dynamic configuration needs an init image of 2.2.0 or later."""
    image = init_image(cluster)
    if cluster.is_dynamic and server_version(image) and not sets_live(image):
        hint = f"use {OLDEST_DYNAMIC_INIT} or later, or leave it out"
        yield _INIT_IMAGE_PATH, f"{image} can't set parameters live", hint


@rule("op-at-create", scope="cluster", severity="error", source=f"{VALIDATING_WEBHOOK}: validateOperation")
def no_operation_before_the_first_rollout(cluster: Cluster) -> Iterator[Problem]:
    """An on-demand operation needs a cluster that was rolled out once."""
    if cluster.spec.get("operations"):
        yield "spec.operations", "an operation can't be asked of a cluster that is still being made", "add it later"


@rule(
    "acl-without-security",
    scope="cluster",
    severity="error",
    source=f"{VALIDATING_WEBHOOK}: validateAccessControlCreate",
)
def access_control_has_security(cluster: Cluster) -> Iterator[Problem]:
    """Users and roles on a new cluster need the `security` section."""
    if "aerospikeAccessControl" in cluster.spec and "security" not in cluster.config:
        yield (
            "spec.aerospikeAccessControl",
            "there are users and roles, but security is off",
            "add security: {} to aerospikeConfig",
        )
