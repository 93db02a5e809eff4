"""The kinds of objects beside an AerospikeCluster: what happens when one is added, changed or removed, and which of its
fields can't change.

A field that Kubernetes freezes is refused by the API server when it changes. For some of them Pulumi deletes the object
and makes another one instead. Sources: Kubernetes 1.35, validation of updates; pulumi-kubernetes 4.32, `diff.go`.
"""

from __future__ import annotations

from dataclasses import dataclass

from aerofleet.findings import Effect, Rule, declared

SOURCE = (
    "Kubernetes 1.35, validation of updates; pulumi-kubernetes 4.32, provider/pkg/provider/diff.go: forceNewProperties"
)

REPLACED = declared(
    "replaced",
    "A field changes that Kubernetes does not let change: Pulumi deletes the object and makes another.",
    scope="change",
    severity="severe",
    source=SOURCE,
)
VOLUME_MOVES = declared(
    "volume-moves",
    "A PersistentVolume gets another place: what is at the old one is no longer there.",
    scope="change",
    severity="severe",
    source=SOURCE,
)


@dataclass(frozen=True, slots=True)
class Frozen:
    """A field that can't change. ``is_replaced``: Pulumi deletes the object and makes another; otherwise the API server
    refuses the change, and ``effect`` and ``consequence`` hold for whoever replaces the object by hand.
    """

    is_replaced: bool
    effect: Effect
    consequence: str
    rule: Rule[...] = REPLACED


@dataclass(frozen=True, slots=True)
class Kind:
    """What a change of an object of one kind means.

    ``comes``, ``changes``, ``goes``: the consequence of a new, a changed and a deleted object, as clauses. ``labels``:
    the consequence of a change of the object's own labels and annotations. ``frozen``: path → field, ``spec.*`` for all
    of a section but the keys in ``mutable``.
    """

    comes: str
    changes: str
    goes: str
    gone: Effect = Effect.LIVE
    labels: str = "a label or annotation of the object itself: nothing reads it but selectors and people"
    frozen: tuple[tuple[str, Frozen], ...] = ()
    mutable: frozenset[str] = frozenset()


NO_START = "pods that mount it keep their files, and don't start any more once they are rebuilt"
RIGHTS_GO = "whoever had these rights loses them at once, the operator and pods too"
BOUND = Frozen(True, Effect.LIVE, "the rights are away until the new binding is made")
CLAIM_GONE = "the claim goes, and what is on its volume with it unless the volume is retained"
REPLACED_CLAIM = Frozen(True, Effect.DATA_AT_RISK, CLAIM_GONE)
KEPT_CLAIM = Frozen(False, Effect.DATA_AT_RISK, CLAIM_GONE)
MOVED_VOLUME = Frozen(
    True, Effect.DATA_AT_RISK, "another place: what is at the old one is no longer there", VOLUME_MOVES
)
KEPT_VOLUME = Frozen(False, Effect.DATA_AT_RISK, "the volume goes, with what is on it")
NEW_CLASS = Frozen(True, Effect.LIVE, "claims made meanwhile wait; volumes that exist stay as they are")
KEPT_CLASS = Frozen(False, Effect.LIVE, "volumes that exist stay as they are; another class needs another name")
PODS_TOGETHER = Frozen(True, Effect.DATA_AT_RISK, "all its pods are deleted together")
RUNS_AGAIN = Frozen(True, Effect.DATA_AT_RISK, "it runs a second time, whatever it does")
CONTENTS = Frozen(True, Effect.LIVE, "a pod that starts meanwhile waits for it")
DEFINITION = Frozen(False, Effect.DATA_AT_RISK, "every object of the kind goes with its definition")
READ_BY_PROMETHEUS = "a Prometheus that selects by this label reads the object from now on, or no longer"

PV_SOURCES = (
    "awsElasticBlockStore", "azureDisk", "azureFile", "cephfs", "cinder", "csi", "fc", "flexVolume", "flocker",
    "gcePersistentDisk", "glusterfs", "hostPath", "iscsi", "local", "nfs", "photonPersistentDisk", "portworxVolume",
    "quobyte", "rbd", "scaleIO", "storageos", "vsphereVolume",
)  # fmt: skip
"""Where the data of a PersistentVolume is."""

KINDS: dict[str, Kind] = {
    "ClusterRole": Kind(
        comes="gives nobody a right before a binding names it",
        changes="what its subjects may do changes at once, for the operator and pods too",
        goes=RIGHTS_GO,
    ),
    "ClusterRoleBinding": Kind(
        comes="its subjects get the role's rights at once",
        changes="who has the role's rights changes at once",
        goes=RIGHTS_GO,
        frozen=(("roleRef", BOUND),),
    ),
    "ClusterSecretStore": Kind(
        comes="ExternalSecrets can fetch from it",
        changes="secrets are fetched from there, and in this way, from their next refresh on",
        goes="ExternalSecrets that name it are not refreshed any more; their Secrets stay as they are",
    ),
    "ConfigMap": Kind(
        comes="pods can mount it",
        changes="files that are mounted change within minutes; servers read them with their next restart",
        goes=NO_START,
        frozen=(("data", CONTENTS), ("binaryData", CONTENTS)),
    ),
    "CronJob": Kind(
        comes="it runs at its times",
        changes="counts for runs that begin from now on",
        goes="it runs no more",
    ),
    "CustomResourceDefinition": Kind(
        comes="the API server serves a new kind",
        changes="what the API server admits, defaults and drops of the kind changes at once",
        goes="every object of the kind is deleted with it, clusters and their claims too",
        gone=Effect.DATA_AT_RISK,
        frozen=(
            ("spec.group", DEFINITION),
            ("spec.scope", DEFINITION),
            ("spec.names.kind", DEFINITION),
            ("spec.names.plural", DEFINITION),
        ),
    ),
    "DaemonSet": Kind(
        comes="one of its pods starts on every host that it fits",
        changes="its own pods restart host by host, not those of the cluster",
        goes="its pods go from every host; what they tuned or provided there is no longer looked after",
        frozen=(("spec.selector", Frozen(True, Effect.LIVE, "its pods go from every host and come again")),),
    ),
    "Deployment": Kind(
        comes="its pods start",
        changes="its own pods restart, not those of the cluster",
        goes="its pods go; where it is the operator's, no cluster is looked after any more",
        frozen=(("spec.selector", Frozen(True, Effect.LIVE, "its pods go and come again")),),
    ),
    "ExternalSecret": Kind(
        comes="its Secret is fetched and made",
        changes="its Secret is fetched anew, with other contents where the source differs",
        goes="its Secret goes with it unless its creationPolicy is another one than Owner: see what reads that Secret",
        labels="the Secret may be fetched anew at once",
    ),
    "Job": Kind(
        comes="it runs once, whatever it does",
        changes="only how it goes on changes",
        goes="its pods go with it",
        frozen=(
            ("spec.completions", RUNS_AGAIN),
            ("spec.parallelism", RUNS_AGAIN),
            ("spec.selector", RUNS_AGAIN),
            ("spec.template", RUNS_AGAIN),
        ),
    ),
    "LimitRange": Kind(
        comes="containers made from now on get its defaults, and are refused outside of its limits",
        changes="counts for containers made from now on; those that run stay as they are",
        goes="containers made from now on get no defaults and meet no limits of it; nothing is refused for it",
    ),
    "MutatingWebhookConfiguration": Kind(
        comes="what is written to the API server passes it first",
        changes="what passes the webhook first changes at once",
        goes="nothing is filled in any more: clusters are admitted without the operator's defaults",
    ),
    "Namespace": Kind(
        comes="it is empty",
        changes="only a finalizer can differ",
        goes="everything in it is deleted, clusters and claims too",
        gone=Effect.DATA_AT_RISK,
        labels="policies and webhooks that select namespaces by it count, or no longer count, for this one",
    ),
    "NetworkPolicy": Kind(
        comes="pods that it selects are reached only by what a policy lets in from now on",
        changes="who may connect changes at once; what becomes of open connections is up to the network plugin",
        goes="whom only this policy let in is refused; pods that no other policy selects are open to everybody",
        labels="a label of the policy itself: no connection changes",
    ),
    "Node": Kind(
        comes="its labels count for pods that are placed from now on; no pod that runs moves",
        changes="counts for pods that are placed from now on; those that run stay",
        goes="our labels go: pods on it run on, and find no place there once they are rebuilt. With the Node itself"
        " its pods go, too",
        labels="counts for pods that are placed from now on; a pod whose volumes are on a host that no longer fits"
        " waits for ever once it is rebuilt",
    ),
    "PersistentVolume": Kind(
        comes="a claim can be bound to it",
        changes="the description of the volume changes, not its data",
        goes="the volume goes, with what is on it",
        gone=Effect.DATA_AT_RISK,
        frozen=(
            *((f"spec.{source}", MOVED_VOLUME) for source in PV_SOURCES),
            ("spec.nodeAffinity", KEPT_VOLUME),
            ("spec.volumeMode", KEPT_VOLUME),
        ),
    ),
    "PersistentVolumeClaim": Kind(
        comes="a pod of its name finds it, with whatever is on its volume",
        changes="the description of the claim changes, not its data",
        goes=CLAIM_GONE,
        gone=Effect.DATA_AT_RISK,
        frozen=(
            ("spec.accessModes", REPLACED_CLAIM),
            ("spec.selector", REPLACED_CLAIM),
            ("spec.storageClassName", REPLACED_CLAIM),
            ("spec.volumeName", REPLACED_CLAIM),
            ("spec.*", KEPT_CLAIM),
        ),
        mutable=frozenset({"resources", "volumeAttributesClassName"}),
    ),
    "PodDisruptionBudget": Kind(
        comes="a drain takes no more pods at a time than it allows",
        changes="how many pods a drain may take at a time",
        goes="a drain may take all pods at once",
    ),
    "PodMonitor": Kind(
        comes="pods that it selects are measured",
        changes="what is measured, and how often",
        goes="its pods are no longer measured: dashboards stay empty, and alerts on these figures stay silent",
        labels=READ_BY_PROMETHEUS,
    ),
    "PriorityClass": Kind(
        comes="pods can name it",
        changes="counts for pods that are made from now on",
        goes="pods that name it are not made any more",
        frozen=(
            ("value", Frozen(False, Effect.LIVE, "pods that exist keep their priority")),
            ("preemptionPolicy", Frozen(False, Effect.LIVE, "pods that exist keep their policy")),
        ),
    ),
    "PrometheusRule": Kind(
        comes="its alerts count from now on",
        changes="its alerts count as they are written now",
        goes="its alerts are never raised again, whatever happens",
        labels=READ_BY_PROMETHEUS,
    ),
    "ResourceQuota": Kind(
        comes="pods and claims made from now on are refused beyond it",
        changes="counts for pods and claims made from now on; those that exist stay",
        goes="pods and claims of the namespace are no longer limited; nothing is refused for it",
        frozen=(("spec.scopes", Frozen(True, Effect.LIVE, "nothing is limited until the new one is made")),),
    ),
    "Role": Kind(
        comes="gives nobody a right before a binding names it",
        changes="what its subjects may do changes at once, for the operator and pods too",
        goes=RIGHTS_GO,
    ),
    "RoleBinding": Kind(
        comes="its subjects get the role's rights at once",
        changes="who has the role's rights changes at once",
        goes=RIGHTS_GO,
        frozen=(("roleRef", BOUND),),
    ),
    "Secret": Kind(
        comes="pods can mount it, and the operator can read passwords from it",
        changes="mounted files change within minutes; at its next reconcile the operator logs in as admin, and sets the"
        " passwords of users, with what it holds then",
        goes=f"{NO_START}; the operator stops at a user whose password is in it",
        frozen=(("type", CONTENTS), ("data", CONTENTS), ("stringData", CONTENTS)),
    ),
    "Service": Kind(
        comes="clients can use its name",
        changes="where its name or address leads changes at once",
        goes="clients that use it don't find the cluster any more",
        labels="load balancers and DNS controllers read annotations of a Service: its address may change",
        frozen=(("spec.clusterIP", Frozen(True, Effect.LIVE, "clients that know its address don't get through")),),
    ),
    "ServiceAccount": Kind(
        comes="pods can run as it",
        changes="counts for pods that are made from now on",
        goes="pods that run as it lose its rights, and are not made any more",
    ),
    "StatefulSet": Kind(
        comes="its pods start",
        changes="its pods restart one after the other; where the operator owns it, the operator writes it back",
        goes="all its pods are deleted together",
        gone=Effect.DATA_AT_RISK,
        frozen=(
            ("spec.podManagementPolicy", PODS_TOGETHER),
            ("spec.selector", PODS_TOGETHER),
            ("spec.serviceName", PODS_TOGETHER),
            ("spec.volumeClaimTemplates", PODS_TOGETHER),
        ),
    ),
    "StorageClass": Kind(
        comes="claims can name it",
        changes="counts for volumes that are made from now on",
        goes="volumes that exist stay; claims that name it and are made from now on wait for ever",
        labels="decides among other things whether claims without a class get this one",
        frozen=(
            ("parameters", NEW_CLASS),
            ("provisioner", NEW_CLASS),
            (
                "reclaimPolicy",
                Frozen(False, Effect.LIVE, "volumes made from then on follow it: Delete takes them with their claims"),
            ),
            ("volumeBindingMode", KEPT_CLASS),
        ),
    ),
    "ValidatingWebhookConfiguration": Kind(
        comes="what is written to the API server is checked by it first",
        changes="what is checked changes at once",
        goes="nothing is checked any more: what the operator would refuse is admitted, and fails later",
    ),
}
"""Every kind that is known. The effect of an object that is new, or that changes, is `live`."""

RULES = (REPLACED, VOLUME_MOVES)

DEFAULTS: dict[tuple[str, str], str] = {
    ("PersistentVolume", "spec.volumeMode"): "Filesystem",
    ("PersistentVolumeClaim", "spec.volumeMode"): "Filesystem",
    ("PriorityClass", "preemptionPolicy"): "PreemptLowerPriority",
    ("StatefulSet", "spec.podManagementPolicy"): "OrderedReady",
    ("StorageClass", "reclaimPolicy"): "Delete",
    ("StorageClass", "volumeBindingMode"): "Immediate",
}
"""(kind, frozen field) → its default. Source: Kubernetes 1.35, defaults of the kinds."""
