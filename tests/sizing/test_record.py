"""Bytes of a record against the published figures, one case each."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from aerofleet.sizing import Bin, Particle, Record, parse_version
from aerofleet.sizing.record import (
    KEY_ORDERED_MAP_BYTES,
    TEXT_TYPE_BYTES,
    hll_bytes,
    length_field_bytes,
    packed_bytes,
)
from tests.fleet.project import SIZING

CASES: list[dict[str, Any]] = yaml.safe_load((SIZING / "records.yaml").read_text(encoding="utf-8"))


def record_of(case: dict[str, Any]) -> Record:
    fields = dict(case["record"])
    bins = tuple(Bin(name, Particle(particle), *rest) for name, particle, *rest in fields.pop("bins", ()))
    return Record(bins=bins, **fields)


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_bytes_of_a_record(case: dict[str, Any]) -> None:
    record = record_of(case)
    if "flat" in case:
        assert record.flat_bytes() == case["flat"]
    for version, expected in case.get("device", {}).items():
        assert record.device_bytes(parse_version(version)) == expected, version
    for version, expected in case.get("memory", {}).items():
        assert record.memory_bytes(parse_version(version)) == expected, version


@pytest.mark.parametrize(("length", "value"), [(1, 3), (2, 4), (4, 6), (8, 10)])
def test_integer_takes_two_bytes_more_than_its_width(length: int, value: int) -> None:
    assert Bin("n", Particle.INTEGER, length).value_bytes == value


def test_value_bytes_of_the_other_particles() -> None:
    """Capacity-planning documents; the double by the server's source."""
    assert Bin("n", Particle.DOUBLE).value_bytes == 9
    assert Bin("n", Particle.BOOLEAN).value_bytes == 2
    assert {Bin("n", particle, 20).value_bytes for particle in (Particle.STRING, Particle.BLOB, Particle.LIST)} == {25}


@pytest.mark.parametrize(("count", "expected"), [(127, 1), (128, 2), (16_383, 2), (16_384, 3)])
def test_length_of_a_count(count: int, expected: int) -> None:
    """Capacity-planning guide 2019: 1 byte below 128 bins, 2 below 16384."""
    assert length_field_bytes(count) == expected


def test_packed_list() -> None:
    """Data-size documents: [0, 1000, 255] takes 7 bytes."""
    assert packed_bytes([0, 1000, 255]) == 7


def test_packed_key_ordered_map() -> None:
    """Data-size documents: 19 + 4 of metadata = 23 bytes. Clients store a type byte before each of the three texts."""
    value = {"a": 1, "bb": 2000, "ccc": 300_000}
    assert packed_bytes(value) - len(value) * TEXT_TYPE_BYTES == 19
    assert packed_bytes(value) - len(value) * TEXT_TYPE_BYTES + KEY_ORDERED_MAP_BYTES == 23


@pytest.mark.parametrize(
    ("value", "expected"),
    [(-32, 1), (-33, 2), (-128, 2), (-129, 3), (127, 1), (128, 2), (65_535, 3), (65_536, 5), (2**32, 9), (-(2**63), 9)],
)
def test_packed_integers(value: int, expected: int) -> None:
    """MessagePack specification."""
    assert packed_bytes(value) == expected


@pytest.mark.parametrize(("count", "header"), [(15, 1), (16, 3), (65_535, 3), (65_536, 5)])
def test_packed_lists(count: int, header: int) -> None:
    """MessagePack specification."""
    assert packed_bytes([0] * count) == header + count


@pytest.mark.parametrize(("bits", "expected"), [((4, 0), 23), ((12, 0), 3083), ((14, 20), 53_259), ((5, 4), 51)])
def test_length_of_a_hyperloglog(bits: tuple[int, int], expected: int) -> None:
    """Measured on server 8.1.1.1 and 8.1.2.0: 11 + 2 ^ n × (6 + m) / 8, without the 5 bytes of every such value."""
    assert hll_bytes(*bits) == expected


@pytest.mark.parametrize("bits", [(3, 0), (17, 0), (12, 3), (12, 52), (16, 49)])
def test_bits_that_a_hyperloglog_cannot_have(bits: tuple[int, int]) -> None:
    """aerospike-server particle_hll.c."""
    with pytest.raises(ValueError, match="HyperLogLog"):
        hll_bytes(*bits)


def test_what_cannot_be_packed() -> None:
    with pytest.raises(ValueError, match="more than 64 bits"):
        packed_bytes(2**64)
    with pytest.raises(ValueError, match="set has no place"):
        packed_bytes({1, 2})


def test_mistakes_in_a_bin() -> None:
    with pytest.raises(ValueError, match="1 to 15"):
        Bin("sixteen_letters_", Particle.INTEGER)
    with pytest.raises(ValueError, match="1, 2, 4 or 8"):
        Bin("n", Particle.INTEGER, 3)
    with pytest.raises(ValueError, match="negative"):
        Bin("n", Particle.STRING, -1)
