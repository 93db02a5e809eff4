"""Check the links between clusters: each cell checks the ends that are in it."""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.files.validation import nearest
from aerofleet.findings import LocatedProblem, rule, rules_in
from aerofleet.fleet.checks.definitions import Definitions, in_file

SOURCE = "Platform rule: docs/reference/definitions.md"


@rule("link-end", scope="cell", severity="error", source=SOURCE)
def link_end(definitions: Definitions) -> Iterator[LocatedProblem]:
    """A link names a cell or a cluster that does not exist."""
    source = definitions.source
    if source.links is None:
        return
    known = [cluster.key for cluster in source.clusters]
    for name, link in source.links.file.links.items():
        for side in ("source", "destination"):
            cell, _, key = getattr(link, side).partition("/")
            path = ("links", name, side)
            if cell not in source.cells:
                message, hint = f"there is no cell '{cell}'", nearest(cell, source.cells)
                yield in_file(source.links.document, path, message, hint)
            elif cell == source.name and key not in known and not source.unread:
                message, hint = f"cell {cell} has no cluster '{key}'", nearest(key, known)
                yield in_file(source.links.document, path, message, hint)


@rule("link-namespace", scope="cell", severity="error", source=SOURCE)
def link_namespace(definitions: Definitions) -> Iterator[LocatedProblem]:
    """A link names a namespace that one of its ends does not have."""
    source = definitions.source
    if source.links is None:
        return
    for name, link in source.links.file.links.items():
        for end in (link.source, link.destination):
            cell, _, key = end.partition("/")
            settings = definitions.settings.get(key) if cell == source.name else None
            known = [namespace.name for namespace in settings.namespaces] if settings else []
            for index, namespace in enumerate(link.namespaces if settings else ()):
                if namespace not in known:
                    path = ("links", name, "namespaces", index)
                    message = f"{end} has no namespace '{namespace}'"
                    yield in_file(source.links.document, path, message, nearest(namespace, known))


RULES = rules_in(globals())
