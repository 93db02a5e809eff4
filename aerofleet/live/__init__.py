"""Owns the reading of a running cluster: API server, preflight, roll-out, health of the database.

Must not import the command line, components, or decide what is built.
"""
