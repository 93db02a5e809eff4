"""Owns the scripts that derive the packaged tables of the operator and of the server from public sources.

Must not import any package of the project but `aerofleet.load`.
"""
