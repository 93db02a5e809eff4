"""Owns the files that the tool writes: entries that it adds to people's files, and all files that follow from them.

Must not import the command line, components, or a Kubernetes client.
"""
