"""Owns the resolved cell: hosts, pools, platform, teams and clusters, and the rules between the files.

Must not import manifests, analysis, Pulumi, or a Kubernetes client.
"""
