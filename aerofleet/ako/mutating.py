"""What the operator refuses while it reads a resource and fills in its defaults (its mutating webhook).

The checks are part of the defaulting itself (`cluster`, `default_config`): these rules have none of their own.
"""

from __future__ import annotations

from aerofleet.ako.operator_files import FUNCTIONS_OF_TYPES, MUTATING_WEBHOOK, OPERATOR, TYPES
from aerofleet.findings import Rule, declared


def _rule(name: str, summary: str, functions: str) -> Rule[...]:
    return declared(name, summary, scope="cluster", severity="error", source=f"{MUTATING_WEBHOOK}: {functions}")


FIELD_TYPE = declared(
    "field-type",
    "Every field has the type of its definition: the operator's decoder stops at anything else.",
    scope="cluster",
    severity="error",
    source=f"{TYPES}: AerospikeClusterSpec",
)
DEFAULT_RACK = _rule(
    "default-rack", "Rack id 0 is reserved for a cluster without racks of its own.", "setDefaultRackConf"
)
CONFIG_PRESENT = _rule("config-present", "aerospikeConfig is given.", "setDefaults")
RACK_MERGE = declared(
    "rack-merge",
    "Entries of a list in a rack's own aerospikeConfig have names, to be merged with the cluster's.",
    scope="cluster",
    severity="error",
    source=f"{OPERATOR}, pkg/merge/merge_aerospikeconfig.go: Merge",
)
NAMESPACE_LIST = _rule(
    "ns-list", "aerospikeConfig has a list of namespaces that isn't empty, each a map.", "setDefaultNsConf"
)
RACK_ID = _rule("rack-id", "rack-id of a namespace is the rack's own id, or left out.", "setDefaultNsConf")
SERVICE_FIXED = _rule(
    "service-fixed", "node-id and cluster-name are the operator's; service is a map.", "setDefaultServiceConf"
)
NETWORK_REQUIRED = _rule(
    "network-required", "network has service, heartbeat and fabric, each a map.", "setDefaultNetworkConf"
)
PORT_NUMBER = _rule(
    "port-number",
    "Ports of network.service are numbers, its tls-name is a text: others make the operator panic.",
    f"setDefaultNetworkConf; {FUNCTIONS_OF_TYPES}: GetServicePort, GetServiceTLSNameAndPort",
)
ACCESS_FIXED = _rule(
    "access-fixed", "Published ports and addresses are the operator's.", "setDefaultNetworkConf, setDefaultsInConfigMap"
)
HEARTBEAT_MESH = _rule("hb-mesh", "Heartbeat is by mesh.", "setDefaultNetworkConf")
CONSOLE_LOG = _rule("console-log", "logging is a list of maps.", "setDefaultLoggingConf")
SECURITY_MAP = _rule("ldap-escape", "security is a map.", "escapeLDAPConfiguration")

MUTATING: tuple[Rule[...], ...] = (
    FIELD_TYPE,
    DEFAULT_RACK,
    CONFIG_PRESENT,
    RACK_MERGE,
    NAMESPACE_LIST,
    RACK_ID,
    SERVICE_FIXED,
    NETWORK_REQUIRED,
    PORT_NUMBER,
    ACCESS_FIXED,
    HEARTBEAT_MESH,
    CONSOLE_LOG,
    SECURITY_MAP,
)
"""In the order in which the operator asks."""
