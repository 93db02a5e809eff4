"""Owns the way from the files of a cell to the settings of each cluster: layers, merge, formulas, origins.

Must not import fleet, manifests, or anything that builds.
"""
