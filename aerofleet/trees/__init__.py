"""Owns the two sides of a review: the definitions of a git revision or of a folder as data, and their rendering.

Reads git objects without a checkout: no hook, filter or submodule of a revision runs. The code of a revision runs only
in a process of its own, without secrets. Must not import the command line.
"""
