"""Owns the programs behind the project: the Pulumi engine, and for the embedded control plane etcd and Kubernetes.

Must not import any package of the project but `aerofleet.findings`.

A program comes from the first of these ways that works: an installed one that is new enough (the engine only), the
official download with its checksum, a build from Go modules that are pinned and hashed in ``tools/go``.
"""
