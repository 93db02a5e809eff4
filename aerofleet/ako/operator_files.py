"""The files of the operator and of its management library in which the facts of rules are: the start of a source.

A source is ``f"{VALIDATING_WEBHOOK}: validateImage"``. Who adds a release reads these files again.
"""

OPERATOR = "AKO 4.5.0"
DEFINITION = f"{OPERATOR}, config/crd/bases/asdb.aerospike.com_aerospikeclusters.yaml"
TYPES = f"{OPERATOR}, api/v1/aerospikecluster_types.go"
FUNCTIONS_OF_TYPES = f"{OPERATOR}, api/v1/utils.go"
ACCESS_VALIDATION = f"{OPERATOR}, api/v1/access_control_validate.go"
MUTATING_WEBHOOK = f"{OPERATOR}, internal/webhook/v1/aerospikecluster_mutating_webhook.go"
VALIDATING_WEBHOOK = f"{OPERATOR}, internal/webhook/v1/aerospikecluster_validating_webhook.go"
STORAGE_VALIDATION = f"{OPERATOR}, internal/webhook/v1/storage.go"
CONFIG_VALIDATION = f"{OPERATOR}, pkg/validation/validate.go"
CONTROLLER = f"{OPERATOR}, internal/controller/cluster"
"""The folder of the reconciler: ``f"{CONTROLLER}/rack.go: reconcileRacks"``."""
LIBRARY = "aerospike-management-lib 1.11.1"
"""The release in the operator's go.mod: ``f"{LIBRARY}, asconfig/confdiff.go: isValueDiff"``."""
ROLL_OUTS = f"Measured: recorded roll-outs of {OPERATOR}"
RESTARTS = f"Measured: recorded restart decisions of {OPERATOR}"
