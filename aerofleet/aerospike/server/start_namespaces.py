"""Start rules of a namespace: its name, its time to live, its storage."""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.aerospike.server.file import Reading
from aerofleet.aerospike.server.rule import Refused, start_rule

LONGEST_NAMESPACE_NAME_BYTES = 31
"""Source: aerospike-server, AS_ID_NAMESPACE_SZ less the terminating null."""


@start_rule("namespace-name-length", source="namespace.c")
def namespace_name_length(reading: Reading) -> Iterator[Refused]:
    """The name of a namespace has at most 31 bytes."""
    for namespace in reading.namespaces:
        size = len(namespace.value.encode())
        if size > LONGEST_NAMESPACE_NAME_BYTES:
            message = f"the namespace name {namespace.value!r} has {size} bytes"
            yield (*namespace.path, "name"), message, f"at most {LONGEST_NAMESPACE_NAME_BYTES} bytes"
