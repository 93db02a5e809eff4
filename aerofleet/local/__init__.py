"""Owns the embedded control plane: etcd, a Kubernetes API server and its controller manager on this machine's loopback.

It is the real server for everything that ends there: admission, server-side apply, quota, dry run. There are no
kubelets and no operator, so none of its objects ever runs. Must not import the command line or components.
"""
