"""Owns the scripts that derive the packaged tables from public inputs.

Must not import any package of the project but `aerofleet.load`.
"""
