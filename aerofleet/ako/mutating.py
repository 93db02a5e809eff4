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
CONFIG_PRESENT = _rule("config-present", "The cluster has an aerospikeConfig.", "setDefaults")
RACK_MERGE = declared(
    "rack-merge",
    "Entries of a list in a rack's own aerospikeConfig have names, to be merged with the cluster's.",
    scope="cluster",
    severity="error",
    source=f"{OPERATOR}, pkg/merge/merge_aerospikeconfig.go: Merge",
)
NAMESPACE_LIST = _rule(
    "ns-list", "The list of namespaces in aerospikeConfig isn't empty, and every entry is a map.", "setDefaultNsConf"
)
RACK_ID = _rule("rack-id", "A namespace's rack-id is the rack's own id, or left out.", "setDefaultNsConf")
SERVICE_FIXED = _rule(
    "service-fixed", "Only the operator sets node-id and cluster-name; service is a map.", "setDefaultServiceConf"
)
NETWORK_REQUIRED = _rule(
    "network-required",
    "The section network has service, heartbeat and fabric; the first two are maps.",
    "setDefaultNetworkConf",
)
PORT_NUMBER = _rule(
    "port-number",
    "Ports of network.service are numbers, its tls-name is a text: others make the operator panic.",
    f"setDefaultNetworkConf; {FUNCTIONS_OF_TYPES}: GetServicePort, GetServiceTLSNameAndPort",
)
ACCESS_FIXED = _rule(
    "access-fixed",
    "Only the operator sets published ports and addresses.",
    "setDefaultNetworkConf, setDefaultsInConfigMap",
)
HEARTBEAT_MESH = _rule("hb-mesh", "Heartbeat is by mesh.", "setDefaultNetworkConf")
CONSOLE_LOG = _rule("console-log", "The section logging is a list of maps.", "setDefaultLoggingConf")
SECURITY_MAP = _rule("ldap-escape", "The section security is a map.", "escapeLDAPConfiguration")

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
