"""The network profiles: one table for builders, documentation and checks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from aerofleet.files.choices import NetworkProfile


@dataclass(frozen=True, slots=True)
class Profile:
    """One profile. ``access`` and ``alternate`` are AKO's address types. ``policies``: the traffic of these pods to
    which NetworkPolicies really apply. ``pod_security``: the level that the namespace has to enforce: AKO 4.5.0 opens
    ports of the host (``NetworkProfile.host_ports``) when a published address is not the pod's own and multiPodPerHost
    is off, and only the level privileged allows that.
    """

    access: str
    alternate: str
    fabric: str
    host_network: bool
    dns_policy: str
    policies: Literal["all", "first interface", "none"]
    pod_security: str
    clients: str


PROFILES: dict[NetworkProfile, Profile] = {
    NetworkProfile.POD: Profile(
        access="pod",
        alternate="pod",
        fabric="",
        host_network=False,
        dns_policy="ClusterFirst",
        policies="all",
        pod_security="baseline",
        clients="from inside the Kubernetes cluster, or wherever pod addresses are routed",
    ),
    NetworkProfile.HOST: Profile(
        access="hostInternal",
        alternate="hostExternal",
        fabric="",
        host_network=True,
        dns_policy="ClusterFirstWithHostNet",
        policies="none",
        pod_security="privileged",
        clients="from anywhere that reaches the hosts, so filter there",
    ),
    NetworkProfile.CONFIGURED_IP: Profile(
        access="configuredIP",
        alternate="configuredIP",
        fabric="",
        host_network=False,
        dns_policy="ClusterFirst",
        policies="all",
        pod_security="privileged",
        clients="at the address in the node label aerospike.com/configured-access-address",
    ),
    NetworkProfile.MULTUS: Profile(
        access="customInterface",
        alternate="customInterface",
        fabric="customInterface",
        host_network=False,
        dns_policy="ClusterFirst",
        policies="first interface",
        pod_security="baseline",
        clients="on the attached network, which no NetworkPolicy covers, so filter there",
    ),
}
