"""Start rules of index checkpoints (8.2.0, a preview).

Source: the public pages on index checkpoints; aerospike-server, index_checkpoint.h.
"""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.aerospike.server.file import Reading
from aerofleet.aerospike.server.rule import StartProblem, start_rule
from aerofleet.units.version import Range

FOLDER_NAMES = frozenset({".", ".."})
WORK_ENDINGS = (".tmp", ".deleting")
"""Names that a checkpoint cannot have as a folder, and endings of its own folders while it works."""


@start_rule("checkpoint-preview", source="Aerospike documentation, Checkpoint a node", server=Range("8.2.0"))
def checkpoint_preview(reading: Reading) -> Iterator[StartProblem]:
    """With index-checkpoint-path the server has the start flag --preview index-checkpoint, which operators up to 4.5 do
    not pass.
    """
    for section in reading.file.sections_of("service"):
        line = section.line("index-checkpoint-path")
        if line is not None and line.value:
            message = f"index-checkpoint-path {line.value} without the start flag --preview index-checkpoint"
            yield line.path, message, "leave it out until the operator passes that flag"


@start_rule(
    "checkpoint-namespace-name",
    source="Not confirmed: aerospike-server 8.2, index_checkpoint.h, seen as an excerpt only",
    server=Range("8.2.0"),
)
def checkpoint_namespace_name(reading: Reading) -> Iterator[StartProblem]:
    """With index-checkpoint-path a namespace's name is a folder: no . or .., no /, no end in .tmp or .deleting."""
    lines = [section.line("index-checkpoint-path") for section in reading.file.sections_of("service")]
    if not any(line is not None and line.value for line in lines):
        return
    for namespace in reading.namespaces:
        name = namespace.value
        if name in FOLDER_NAMES or "/" in name or name.endswith(WORK_ENDINGS):
            message = f"the namespace name {name!r} cannot be a checkpoint's folder: the server crashes"
            yield (*namespace.path, "name"), message, "a name without . and /"
