"""Owns the form of every file that people write: one pydantic model for each kind of file, and its validation.

Must not import settings, fleet, manifests, or anything that merges, resolves or builds.
"""
