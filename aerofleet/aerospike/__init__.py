"""Owns the facts of Aerospike servers by version: parameters, schemas, library functions, known bugs.

Imports `aerofleet.findings` and `aerofleet.units` only; must not import the operator (`aerofleet.ako`) or read a file
that people write.
"""
