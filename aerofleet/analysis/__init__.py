"""Owns the answers about a cell, a change and a set of manifests: the one door for verbs, components and reviews.

Must not import pulumi, a Kubernetes client, the command line, or live state.
"""
