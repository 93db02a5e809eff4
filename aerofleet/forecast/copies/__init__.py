"""Owns the live copies of each namespace at every step of a roll-out, and what one more loss would leave.

`copies_of` (module `course`) follows the acts of a roll-out. `partitions` has the state of one namespace, `spread` the
choices of nodes that hold copies, `kept` what a pod still has after a restart, `pods` where the copies of a cluster go.

What counts is the record with the fewest live copies, while clients go on writing: a record is on the nodes that took
its write, so a node that was away has the old records again as soon as it is back, and lacks the new ones. The
partition hash is not modelled: of 4096 partitions, one has the worst choice of nodes that the placement allows. Where
many nodes and copies make a choice rare, the forecast is too low, never too high.

Fewer nodes than the largest min-cluster-size among them form no cluster: nobody serves anything, so the copies are 0
and all partitions unavailable, with strong consistency and without (module `quorum`). So it is after one more loss.

Data has settled when a roll-out begins, unless its status says otherwise, and again when the operator waits for
migrations, also for those that migrate-fill-delay holds back: it waits the delay out. Everything in between may move or
not.

Pure: no I/O. Must not import the steps that it fills (`grouping`, `build`), nor anything of the tests' simulator.
"""
