"""What can be wrong with definitions, by the rule that a finding names."""

from __future__ import annotations

from types import MappingProxyType

RULES = MappingProxyType(
    {
        "definition-type": "A file holds something other than a mapping.",
        "definition-unknown-key": "A key that nothing reads; it would otherwise be a setting without effect.",
        "definition-missing": "A value that has to be given is not.",
        "definition-choice": "A value is none of those that are possible.",
        "definition-value": "A value is of the wrong type or out of its bounds.",
        "name-form": "A name that Kubernetes or the operator refuses.",
        "name-letters": "A name has letters that only look like others.",
        "name-twice": "A name stands twice in a list that merges by name; the second would be laid over the first.",
        "cell-unknown": "There is no folder for the cell.",
        "cell-name": "The cell in `cell.yaml` is not that of the folder.",
        "team-name": "The team in a file is not that of the file's name.",
        "tier-name": "The tier in a file is not that of the file's name.",
        "tier-revision": "A revision is not a whole number from 1.",
        "tier-chain": "A tier extends itself, or what is not there.",
        "tier-unknown": "A cluster asks for a tier or revision that is not there.",
        "template": "A template of a tier can't be rendered.",
        "template-place": "A template stands outside of a tier.",
        "tenant-unknown": "A team file without an entry in `tenants.yaml`.",
        "tenant-tier": "A team uses a tier it was not granted.",
        "tenant-pool": "A team uses a pool it was not granted.",
        "tenant-override": "A team sets what it was not allowed to set itself.",
        "tenant-quota": "A team's clusters add up to more than its quota.",
        "user-reserved": "A user of the platform's own name.",
        "host-model": "A host of a model that is not there.",
        "host-rack": "A host in a rack that the cell does not have.",
        "host-pools": "A host in more than one pool.",
        "pool-model": "A pool of a model that is not there.",
        "pool-host": "A pool with a host that is not there.",
        "pool-unknown": "A cluster on a pool that is not there.",
        "image-missing": "A pool needs an image that the cell does not name.",
        "rack-count": "A cluster wants more racks than the cell has.",
        "rack-copies": "Two copies of a record would lie in one rack.",
        "rack-hosts": "A cluster wants more pods in a rack than it has hosts.",
        "size-auto": "No number of pods holds the workload.",
        "group-missing": "A team is in no stack group, where the cell has groups.",
        "group-name": "A stack group has the name of the platform's own stack.",
        "group-twice": "A team is in several stack groups.",
        "group-moved": "A team's resources are still in the state of another stack.",
        "allocation-missing": "Something that is given once was not given yet.",
        "allocation-clash": "Something that is given once was given twice.",
        "state-skipped": "A cluster skips a step of its end.",
        "cluster-abandoned": "A cluster is gone from its team's file, and was never ended.",
        "pinned-manifests": "A pinned folder is not there, or is not what was reviewed.",
        "pinned-object": "A pinned folder holds what can't be applied from it.",
    }
)
