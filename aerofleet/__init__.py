"""Aerospike Enterprise as a shared platform service on bare-metal Kubernetes, from reviewed YAML."""

__version__ = "0.1.0"
