"""Owns the review of a change: what becomes of every cluster, which line causes it, and what nobody can know.

Takes the analyses of both sides and returns plain data; `formats` make texts of it. Must not import git, a file reader,
Pulumi, a Kubernetes client, or the command line.
"""
