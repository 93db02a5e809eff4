"""The derived tables are what their scripts make of the published inputs; skipped where those are not at hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aerofleet.aerospike.parameters import names_in, parameter, versions
from tools.derive import crd_table, parameters

SHARED = Path(__file__).parents[3] / "shared"

needs_inputs = pytest.mark.skipif(not SHARED.is_dir(), reason="the published schemas are not beside the project")


@needs_inputs
def test_the_parameters_are_derived() -> None:
    folders = (SHARED / "aerospike-schemas", SHARED / "aerospike-schemas-new")
    known = json.loads(parameters.TARGET.read_bytes())
    assert parameters.TARGET.read_text() == parameters.derive({"versions": {}, "embedded": {}, "nodes": []}, *folders)
    assert parameters.TARGET.read_text() == parameters.derive(known, folders[1])


def test_versions_that_no_folder_has_stay_in_the_table(tmp_path: Path) -> None:
    known = json.loads(parameters.TARGET.read_bytes())
    assert parameters.derive(known) == parameters.TARGET.read_text()
    period = {"type": "integer", "default": 10, "minimum": 0, "maximum": 600, "dynamic": True}
    schema = {"type": "object", "properties": {"service": {"type": "object", "properties": {"made-up-period": period}}}}
    (tmp_path / "99.0.0.json").write_text(json.dumps(schema))
    table = json.loads(parameters.derive(known, tmp_path))
    assert [*table["versions"]] == [*known["versions"], "99.0.0"]
    found = parameters.differences(table, versions()[-1], "99.0.0")
    assert f"service.made-up-period: new {json.dumps(period)}" in found
    assert "service.proto-fd-max: gone" in found


@needs_inputs
def test_the_custom_resource_is_derived() -> None:
    known = json.loads(crd_table.TARGET.read_bytes())
    assert crd_table.TARGET.read_text() == crd_table.derive(SHARED / "ako-releases", known)


def test_a_parameter_tells_what_it_is() -> None:
    found = parameter("8.1.1", "namespaces.storage-engine.flush-size")
    assert found is not None
    assert (found.type, found.unit, found.dynamic, found.since, found.until) == ("integer", "bytes", True, "7.1.0", "")


def test_a_new_parameter_tells_since_when() -> None:
    found = parameter("8.1.2", "service.cgroup-mem-tracking")
    assert found is not None
    assert (found.type, found.default, found.dynamic, found.since) == ("boolean", False, True, "8.1.2")
    assert parameter("8.1.1", "service.cgroup-mem-tracking") is None


def test_a_default_is_that_of_its_version() -> None:
    defaults = [parameter(version, "mod-lua.allow-unsafe-lua") for version in ("8.1.2", "8.2.0")]
    assert [found.default for found in defaults if found is not None] == [True, False]


def test_bounds_are_those_of_the_server() -> None:
    found = parameter("8.1.2", "service.info-threads")
    assert found is not None
    assert (found.minimum, found.maximum) == (1, 256)


def test_a_renamed_parameter_tells_its_new_name() -> None:
    found = parameter("6.4.0", "namespaces.memory-size")
    assert found is not None
    assert found.until == "6.4.0"
    assert "indexes-memory-budget" in found.renamed_to


def test_a_parameter_says_whether_it_can_be_set_live() -> None:
    lives = {version: parameter(version, "service.ticker-interval") for version in versions()}
    assert all(found is not None and found.dynamic for found in lives.values())
    static = [parameter(version, "service.user") for version in versions()]
    assert not any(found is not None and found.dynamic for found in static)


def test_what_is_not_there_is_not_found() -> None:
    assert parameter("8.1.1", "service.made-up") is None
    assert "made-up" not in names_in("8.1.1", "service")
