"""Owns what the project needs beside the packages in its Python lock: programs, a language host, a provider stand-in.

Imports `aerofleet.load` and `aerofleet.findings` only; must not import any other package of the project.
"""
