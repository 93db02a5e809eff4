"""A finding about a field of an AerospikeCluster is shown at the setting that makes the field."""

from __future__ import annotations

import pytest

from aerofleet.ako.compatibility import OPERATOR
from aerofleet.ako.crd import field_names
from aerofleet.files.cluster.marks import CONFIG, Marked
from aerofleet.files.settings import Settings
from aerofleet.files.validation import unknown_key
from aerofleet.settings.spec_place import marked_settings, setting_of
from aerofleet.units.field_path import ANY_ENTRY, dotted


@pytest.mark.parametrize(
    ("field", "setting"),
    [
        ("spec.aerospikeConfig.service.min-cluster-size", ("minClusterSize",)),
        ("spec.aerospikeConfig.service.proto-fd-max", ("service", "proto-fd-max")),
        ("spec.rackConfig.rollingUpdateBatchSize", ("batches", "rollingUpdate")),
        ("spec.rackConfig.racks[1].id", ("racks",)),
        ("spec.podSpec.sidecars[0].image", ("exporter",)),
        ("spec.podSpec.aerospikeContainer.resources", ("resources",)),
    ],
)
def test_a_field_is_found_at_its_setting(field: str, setting: tuple[str, ...]) -> None:
    assert setting_of(field) == setting


@pytest.mark.parametrize("setting", [marked.setting for marked in marked_settings()])
def test_a_marked_setting_is_a_key_of_the_settings(setting: tuple[str, ...]) -> None:
    assert unknown_key(Settings, [key for key in setting if key != "[]"]) is None


@pytest.mark.parametrize("marked", marked_settings(), ids=lambda marked: dotted(marked.setting))
def test_a_mark_names_a_field_that_the_operator_has(marked: Marked) -> None:
    """A mark with another path has no effect, and the operator drops a field that its definition lacks."""
    path = [str(key) for key in marked.keys if key != ANY_ENTRY]
    if path[0] == CONFIG:
        return  # any parameter: the schema of each server version judges it
    *section, field = path
    assert field in field_names(".".join(section)), (
        f"AKO {OPERATOR} has no field spec.{'.'.join(path)}: write the path of a mark from `spec` on, also in an entry "
        "of a list (`podSpec.sidecars[].image`); a field that the operator lacks can't be a setting"
    )


def test_an_entry_is_found_by_its_name() -> None:
    """The list of the resource has the platform's own users first."""
    spec = {"aerospikeAccessControl": {"users": [{"name": "admin"}, {"name": "cart"}, {"name": "till"}]}}
    settings = {"users": [{"name": "till"}, {"name": "cart"}]}
    field = "spec.aerospikeAccessControl.users"
    assert setting_of(f"{field}[1].roles", spec, settings) == ("users", 1, "roles")
    assert setting_of(f"{field}[0].roles", spec, settings) == ("security", "accessControl")
    assert setting_of(f"{field}[1].roles", spec, {"size": 1}) == ("security", "accessControl")
