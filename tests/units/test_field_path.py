from __future__ import annotations

import pytest

from aerofleet.units.field_path import ANY_ENTRY, Key, dotted, parsed


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ((), ""),
        (("racks", 1, "id"), "racks[1].id"),
        (("spec", "storage", "volumes", 2, "name"), "spec.storage.volumes[2].name"),
        (("volumes", ANY_ENTRY, "name"), "volumes.[].name"),
        ((0, "name"), "[0].name"),
    ],
)
def test_a_path_is_written_with_dots_and_indexes(keys: tuple[Key, ...], text: str) -> None:
    assert dotted(keys) == text
    assert parsed(text) == keys


def test_every_entry_may_follow_a_key_directly() -> None:
    assert parsed("a.b[0].c[]") == ("a", "b", 0, "c", ANY_ENTRY)
