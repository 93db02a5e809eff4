"""The record of a stack: written only over the one that was read."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from aerofleet.deploy.record import Deployment, Record, RecordError, read_record, write_record

STACK = "shop"
RECORD = Record().now(Deployment("1f2e3d4c", "", "anna", "2026-11-29T10:00:00+00:00"))


class Server:
    """One object with its resourceVersion, as an API server keeps it. ``after_write``: what another run writes then."""

    def __init__(self, after_write: Record | None = None) -> None:
        self.kept: dict[str, Any] | None = None
        self.after_write = after_write

    def get(self, *_: str) -> dict[str, Any] | None:
        return copy.deepcopy(self.kept)

    def create(self, manifest: dict[str, Any]) -> bool:
        return self.kept is None and self._write(manifest, 1)

    def update(self, manifest: dict[str, Any]) -> bool:
        known = self.kept and self.kept["metadata"]["resourceVersion"]
        return known == manifest["metadata"]["resourceVersion"] and self._write(manifest, int(known) + 1)

    def _write(self, manifest: dict[str, Any], version: int) -> bool:
        self.kept = copy.deepcopy(manifest)
        self.kept["metadata"]["resourceVersion"] = str(version)
        if self.after_write:
            other, self.after_write = self.after_write, None
            write_record(self, STACK, other, self.get())
        return True


def test_a_record_is_read_as_it_was_written() -> None:
    server = Server()
    known = write_record(server, STACK, RECORD, None)
    assert read_record(server, STACK) == (RECORD, known)
    completed = RECORD.now(Deployment("1f2e3d4c", "sha256:1", "anna", "2026-11-29T10:00:00+00:00", outcome="completed"))
    write_record(server, STACK, completed, known)
    assert read_record(server, STACK)[0] == completed
    assert len(completed.history) == 1


def test_a_record_that_somebody_else_has_written_is_not_written_over() -> None:
    server = Server()
    known = write_record(server, STACK, RECORD, None)
    with pytest.raises(RecordError, match="somebody else has written the record of shop meanwhile"):
        write_record(server, STACK, RECORD, None)
    write_record(server, STACK, RECORD.now(Deployment("2", "", "ben", "later")), known)
    with pytest.raises(RecordError):
        write_record(server, STACK, RECORD, known)


def test_a_record_of_somebody_else_is_not_taken_for_what_was_just_written() -> None:
    other = RECORD.now(Deployment("2", "", "ben", "later"))
    server = Server(after_write=other)
    with pytest.raises(RecordError):
        write_record(server, STACK, RECORD, None)
    assert read_record(server, STACK)[0] == other
