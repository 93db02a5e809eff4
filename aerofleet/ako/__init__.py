"""Owns the behaviour of the Aerospike Kubernetes Operator: what it admits, what it does with a change, what is risky.

Imports `aerofleet.aerospike`, `aerofleet.findings` and `aerofleet.units` only; must not import anything of definitions
(`files`, `settings`, `fleet`), pydantic, or a reader of files: `aerofleet verdict` starts fast.
"""
