"""The AerospikeCluster custom resource."""

from __future__ import annotations

from typing import Any

from aerofleet.files.cell import Seeds
from aerofleet.files.choices import NetworkProfile
from aerofleet.files.metal import Taint
from aerofleet.fleet.build_cluster import EXPORTER_USER
from aerofleet.fleet.cell import Cell
from aerofleet.fleet.cluster import Cluster, Exporter, Resources, Restart, Role, Tls, User
from aerofleet.manifests.aerospike_config import aerospike_config
from aerofleet.manifests.metadata import cluster_metadata
from aerofleet.manifests.network import PROFILES, Profile
from aerofleet.manifests.volumes import CA_FILE, EXPORTER_CONTAINER, TLS_PATH, storage
from aerofleet.units.kubernetes_quantity import kubernetes_bytes, kubernetes_cpu
from aerofleet.units.names import RECONCILE_ANNOTATION, bounded

INIT_RESOURCES = {"cpu": "500m", "memory": "512Mi"}
NETWORKS_ANNOTATION = "k8s.v1.cni.cncf.io/networks"
OPERATION_ID_LIMIT = 20
PASSWORD_VARIABLE = "EXPORTER_PASSWORD"  # noqa: S105 - its name


def aerospike_cluster(cell: Cell, cluster: Cluster) -> dict[str, Any]:
    profile = PROFILES[cluster.network_profile]
    spec: dict[str, Any] = {
        "size": cluster.size,
        "image": cluster.image,
        "maxUnavailable": cluster.batches.max_unavailable,
        "enableDynamicConfigUpdate": cluster.dynamic_config,
        "rackConfig": rack_config(cluster),
        "aerospikeNetworkPolicy": network_policy(cluster, profile),
        "podSpec": pod_spec(cluster, profile),
        "storage": storage(cluster),
        "aerospikeConfig": aerospike_config(cluster),
    }
    if cluster.security.enabled:
        spec["aerospikeAccessControl"] = access_control(cluster)
    if cluster.security.tls:
        spec["operatorClientCert"] = operator_certificates(cluster.security.tls)
    if cell.seeds and cluster.client_cidrs:
        spec["seedsFinderServices"] = {"loadBalancer": seeds_balancer(cell.seeds, cluster)}
    if cluster.paused:
        spec["paused"] = True
    if cluster.host_blocks:
        spec["k8sNodeBlockList"] = list(cluster.host_blocks)
    if cluster.restart:
        spec["operations"] = [operation(cluster.restart)]
    metadata = cluster_metadata(cell, cluster, cluster.resource_name)
    if cluster.reconcile_request:
        # A change of annotations has the operator reconcile the cluster; a change of a Secret does not.
        metadata["annotations"] = {RECONCILE_ANNOTATION: cluster.reconcile_request}
    return {
        "apiVersion": "asdb.aerospike.com/v1",
        "kind": "AerospikeCluster",
        "metadata": metadata,
        "spec": spec,
    }


def operation(restart: Restart) -> dict[str, Any]:
    """Return the operation for a restart. The operator runs an id once, and its webhook refuses another kind with the
    same id, so the id contains the kind.
    """
    kind = "WarmRestart" if restart.how == "warm" else "PodRestart"
    return {"kind": kind, "id": bounded(f"{restart.how}-{restart.reason}", OPERATION_ID_LIMIT)}


def rack_config(cluster: Cluster) -> dict[str, Any]:
    """Return the racks, with every namespace on all of them: the operator's batch rules and the loss of a rack need
    that.
    """
    config: dict[str, Any] = {
        "namespaces": [namespace.name for namespace in cluster.namespaces],
        "racks": [
            {"id": rack.id, "rackLabel": rack.label, **({"revision": rack.revision} if rack.revision else {})}
            for rack in cluster.racks
        ],
    }
    if cluster.batches.rolling_update:
        config["rollingUpdateBatchSize"] = cluster.batches.rolling_update
    if cluster.batches.scale_down:
        config["scaleDownBatchSize"] = cluster.batches.scale_down
    return config


def network_policy(cluster: Cluster, profile: Profile) -> dict[str, Any]:
    policy: dict[str, Any] = {
        "access": profile.access,
        "alternateAccess": profile.alternate,
        "tlsAccess": profile.access,
        "tlsAlternateAccess": profile.alternate,
    }
    if cluster.network_profile is NetworkProfile.MULTUS:
        # A node sends clients every address of these networks: one that they can't reach costs them a timeout.
        for_clients, between_nodes = [cluster.networks[0]], [cluster.networks[-1]]
        policy |= {"fabric": profile.fabric, "tlsFabric": profile.fabric}
        for kind in ("Access", "AlternateAccess", "TLSAccess", "TLSAlternateAccess"):
            policy[f"custom{kind}NetworkNames"] = for_clients
        for kind in ("Fabric", "TLSFabric"):
            policy[f"custom{kind}NetworkNames"] = between_nodes
    return policy


def operator_certificates(tls: Tls) -> dict[str, Any]:
    """Return the certificate authority with which AKO verifies the nodes. Without it AKO 4.5.0 trusts the authorities
    in its image, and could not connect to a cluster with a certificate of the company's own. AKO needs no certificate
    of its own: clients authenticate with a password.
    """
    return {"secretCertSource": {"secretName": tls.secret, "caCertsFilename": CA_FILE}}


def seeds_balancer(seeds: Seeds, cluster: Cluster) -> dict[str, Any]:
    """Return the load balancer of a cluster with clients outside; without their networks everybody could connect.

    `Local` keeps the client's address, which the cluster's network policy checks. The operator chooses the port: the
    TLS port if there is one.
    """
    balancer: dict[str, Any] = {
        "externalTrafficPolicy": "Local",
        "loadBalancerSourceRanges": list(cluster.client_cidrs),
    }
    if seeds.annotations:
        balancer["annotations"] = dict(seeds.annotations)
    return balancer


def pod_spec(cluster: Cluster, profile: Profile) -> dict[str, Any]:
    """Return the pod spec, without labels of the platform in its metadata: a change of one restarts every pod."""
    spec: dict[str, Any] = {
        "multiPodPerHost": cluster.multi_pod_per_host,
        "aerospikeContainer": {"resources": guaranteed(cluster.resources)},
        "aerospikeInitContainer": {
            **init_image(cluster.init_image),
            "resources": {"requests": INIT_RESOURCES, "limits": INIT_RESOURCES},
        },
    }
    if profile.host_network:
        spec |= {"hostNetwork": True, "dnsPolicy": profile.dns_policy}
    if cluster.networks and cluster.network_profile is NetworkProfile.MULTUS:
        spec["metadata"] = {"annotations": {NETWORKS_ANNOTATION: ",".join(cluster.networks)}}
    spec["nodeSelector"] = dict(cluster.node_selector)
    if cluster.tolerations:
        spec["tolerations"] = [toleration(taint) for taint in cluster.tolerations]
    if cluster.exporter:
        spec["sidecars"] = [exporter(cluster, cluster.exporter)]
    return spec


def guaranteed(resources: Resources) -> dict[str, Any]:
    amounts = {"cpu": kubernetes_cpu(resources.cpu_millicores), "memory": kubernetes_bytes(resources.memory_bytes)}
    return {"requests": amounts, "limits": amounts}


def init_image(reference: str) -> dict[str, str]:
    """Return an image (``docker.io/aerospike/aerospike-kubernetes-init:2.5.3``) in AKO's three fields."""
    registry, _, rest = reference.partition("/")
    namespace, _, name = rest.rpartition("/")
    return {"imageRegistry": registry, "imageRegistryNamespace": namespace, "imageNameAndTag": name}


def toleration(taint: Taint) -> dict[str, str]:
    return {"key": taint.key, "operator": "Equal", "value": taint.value, "effect": taint.effect}


def exporter(cluster: Cluster, asked: Exporter) -> dict[str, Any]:
    """Return the sidecar that reads the server in its pod; with access control it logs in as the user `exporter`."""
    tls = cluster.security.tls
    environment: list[dict[str, Any]] = [
        {"name": "AS_HOST", "value": "127.0.0.1"},
        {"name": "AS_PORT", "value": str(cluster.ports.tls_service if tls else cluster.ports.service)},
        {"name": "AGENT_BIND_PORT", "value": str(cluster.ports.exporter)},
    ]
    if tls:
        environment += [
            {"name": "AS_NODE_TLS_NAME", "value": tls.name},
            {"name": "AS_ROOT_CA", "value": f"{TLS_PATH}/{CA_FILE}"},
        ]
    user = next((user for user in cluster.security.users if user.name == EXPORTER_USER), None)
    if user:
        password = {"secretKeyRef": {"name": user.secret, "key": "password"}}
        # A literal password would be parsed as TOML and split at a colon, so the exporter gets the name of a variable.
        environment += [
            {"name": "AS_AUTH_USER", "value": user.name},
            {"name": PASSWORD_VARIABLE, "valueFrom": password},
            {"name": "AS_AUTH_PASSWORD", "value": f"env:{PASSWORD_VARIABLE}"},
            {"name": "AS_AUTH_MODE", "value": "internal"},
        ]
    resources = Resources(asked.cpu_millicores, asked.memory_bytes)
    return {
        "name": EXPORTER_CONTAINER,
        "image": asked.image,
        "ports": [{"name": "metrics", "containerPort": cluster.ports.exporter, "protocol": "TCP"}],
        "env": environment,
        "resources": guaranteed(resources),
    }


def access_control(cluster: Cluster) -> dict[str, Any]:
    control: dict[str, Any] = {"users": [user(account) for account in cluster.security.users]}
    if cluster.security.roles:
        control["roles"] = [role(definition) for definition in cluster.security.roles]
    return control


def user(account: User) -> dict[str, Any]:
    """Return a user. ``roles`` is written even if empty: AKO's definition requires it."""
    return {"name": account.name, "secretName": account.secret, "roles": list(account.roles)}


def role(definition: Role) -> dict[str, Any]:
    built: dict[str, Any] = {"name": definition.name, "privileges": list(definition.privileges)}
    if definition.whitelist:
        built["whitelist"] = list(definition.whitelist)
    if definition.read_quota:
        built["readQuota"] = definition.read_quota
    if definition.write_quota:
        built["writeQuota"] = definition.write_quota
    return built
