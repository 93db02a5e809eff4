"""The embedded control plane: etcd, a Kubernetes API server and its controller manager on this machine's loopback.

Real enough for everything that ends at the API server: admission, server-side apply, quota, dry run. There are no
kubelets and no operator, so nothing that it accepts ever runs.
"""
