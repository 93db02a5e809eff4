"""Owns the scripts that derive packaged files: the tables of the operator and of the server, and the pins of the wheel.

Imports `aerofleet.load` and `aerofleet.toolchain` only.
"""
