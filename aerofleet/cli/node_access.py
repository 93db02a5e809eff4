"""The options with which a verb signs in to the nodes of clusters."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aerofleet.live.database_health import Access


def add_node_access(parser: argparse.ArgumentParser) -> None:
    """Add ``--user``, ``--password-file`` and ``--ca-file``."""
    parser.add_argument("--user", default="", help="Aerospike user for clusters with access control")
    parser.add_argument("--password-file", type=Path, help="file with the password of USER")
    parser.add_argument("--ca-file", type=Path, help="CA certificate for clusters with TLS")


def check_node_access(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    """End with a usage error for a user without a password, and for a file that can't be read."""
    if options.user and not options.password_file:
        parser.error("--user needs --password-file")
    for option, file in (("--password-file", options.password_file), ("--ca-file", options.ca_file)):
        if file and not os.access(file, os.R_OK):
            parser.error(f"{option}: {file} can't be read")


def node_access(options: argparse.Namespace) -> Access:
    """Return how the verb signs in."""
    # Loaded here: the client library takes longer to load than a usage error needs.
    from aerofleet.live.database_health import Access

    return Access(options.user, options.password_file, options.ca_file)
