"""Owns the values that every package speaks of: amounts, quantities, versions, names, and the identity of objects.

Imports nothing of this project, and no third-party package.
"""
