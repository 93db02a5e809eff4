"""Owns the programs that the project runs: the Pulumi engine, and etcd and Kubernetes for the embedded control plane.

Imports `aerofleet.findings` only.

A program comes from the first of these sources that works: an installed program that is new enough (the engine only),
the official download with its checksum, a build from Go modules that are pinned and hashed in ``go``. Two parts are the
project's own, for machines that cannot download the official ones: a language host, and a Kubernetes provider.
"""
