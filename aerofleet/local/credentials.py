"""Certificates, tokens and kubeconfigs of the embedded control plane, made once and private to their owner."""

from __future__ import annotations

import json
import secrets
import uuid
from base64 import b64encode
from pathlib import Path

from aerofleet.local.state import State, write_private

CONTEXT = "aerofleet-embedded"
"""The kubeconfig context, and the name of the object on the server that identifies it."""

LOOPBACK = "127.0.0.1"
ADMINISTRATOR = "aerofleet-administrator"
CONTROLLER_MANAGER = "system:kube-controller-manager"
"""The user for which the API server's own RBAC rules have exactly the necessary permissions."""


def create(state: State) -> None:
    """Make the missing credentials: an authority, a certificate for all three programs, a token for each caller."""
    if state.tokens.exists():
        return
    # Loaded here: `aerofleet env` and `status` need no cryptography.
    import trustme

    authority = trustme.CA(organization_name="Aerofleet embedded control plane")
    server = authority.issue_cert(LOOPBACK, "localhost")
    accounts = authority.issue_cert("service-accounts")
    for name, pem in {
        "ca.crt": authority.cert_pem,
        "server.crt": server.cert_chain_pems[0],
        "server.key": server.private_key_pem,
        "service-accounts.key": accounts.private_key_pem,
    }.items():
        write_private(state.certificates / name, pem.bytes().decode())
    write_private(state.identity, f"{uuid.uuid4()}\n")
    lines = (
        f'{secrets.token_urlsafe(32)},{ADMINISTRATOR},{ADMINISTRATOR},"system:masters"',
        f"{secrets.token_urlsafe(32)},{CONTROLLER_MANAGER},{CONTROLLER_MANAGER}",
    )
    write_private(state.passphrase, secrets.token_urlsafe(32))
    # Written last: if it exists, all the others exist.
    write_private(state.tokens, "\n".join(lines) + "\n")


def token(state: State, user: str) -> str:
    for line in state.tokens.read_text().splitlines():
        secret, name, *_ = line.split(",")
        if name == user:
            return secret
    raise KeyError(user)


def write_kubeconfigs(state: State, port: int) -> None:
    for path, user in ((state.kubeconfig, ADMINISTRATOR), (state.controller_kubeconfig, CONTROLLER_MANAGER)):
        write_private(path, json.dumps(kubeconfig(state, port, user), indent=2))


def kubeconfig(state: State, port: int, user: str) -> dict[str, object]:
    """Return a kubeconfig, to be written as JSON, which is also YAML."""
    authority = b64encode((state.certificates / "ca.crt").read_bytes()).decode()
    cluster = {"server": f"https://{LOOPBACK}:{port}", "certificate-authority-data": authority}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": CONTEXT,
        "contexts": [{"name": CONTEXT, "context": {"cluster": CONTEXT, "user": user}}],
        "clusters": [{"name": CONTEXT, "cluster": cluster}],
        "users": [{"name": user, "user": {"token": token(state, user)}}],
    }


def server_port(kubeconfig: Path) -> int:
    """Return the port of the server in a kubeconfig of this module."""
    server: str = json.loads(kubeconfig.read_text())["clusters"][0]["cluster"]["server"]
    return int(server.rsplit(":", 1)[-1])
