"""The closed choices that definition files offer."""

from __future__ import annotations

from enum import StrEnum


class Environment(StrEnum):
    """What a cell is for. The severity of a policy follows from it: `aerofleet.policy.severity`."""

    PRODUCTION = "production"
    STAGING = "staging"
    DEVELOPMENT = "development"


class NetworkProfile(StrEnum):
    """The way clients reach the pods of a cell; `aerofleet.fleet.network_profiles` defines each profile."""

    POD = "pod"
    HOST = "host"
    CONFIGURED_IP = "configured-ip"
    MULTUS = "multus"

    @property
    def host_ports(self) -> bool:
        """Whether the pods open ports of their host, so that two clusters on a host need different ports."""
        return self in (NetworkProfile.HOST, NetworkProfile.CONFIGURED_IP)


class HostState(StrEnum):
    ACTIVE = "active"
    MAINTENANCE = "maintenance"
    ABSENT = "absent"


class OperatorPhase(StrEnum):
    """An operator upgrade in three reviewed steps: all clusters paused, operator switched, clusters released."""

    PREPARE = "prepare"
    SWITCH = "switch"
    RELEASE = "release"


class ClusterState(StrEnum):
    """The life of a cluster. A state may only follow the one before it.

    ``retiring`` announces the end to the clients and changes nothing on the server; ``unprotected`` takes the
    protection off the AerospikeCluster; ``deleted`` deletes its objects; ``released`` gives its allocations back.
    """

    ACTIVE = "active"
    RETIRING = "retiring"
    UNPROTECTED = "unprotected"
    DELETED = "deleted"
    RELEASED = "released"


class StorageKind(StrEnum):
    MEMORY = "memory"
    DEVICE = "device"
