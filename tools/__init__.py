"""Owns what developers of the product need beside its packages: the bootstrap, and scripts that derive packaged tables.

Imports `aerofleet.load` and `aerofleet.toolchain` only. The wheel does not have it.
"""
