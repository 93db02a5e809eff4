"""Owns what the project needs around itself and can't take from its Python lock: programs, a language host, a stand-in.

Imports `aerofleet.load` and `aerofleet.findings` only; must not import any other package of the project.
"""
