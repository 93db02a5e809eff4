"""Owns the resolved cell: metal, platform, tenants and clusters as frozen dataclasses, and the rules between the files.

Must not import manifests, analysis, Pulumi, or a Kubernetes client.
"""
