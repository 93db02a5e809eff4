"""JSON Schemas of the definition files, for editors: names, types, bounds and descriptions while a person writes.

They help and do not decide: only `aerofleet check` checks the limits of a tenant, references and sums.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel

from aerofleet.files.allocations import AllocationsFile
from aerofleet.files.cell import CellFile
from aerofleet.files.cluster.namespaces import NamespaceSettings
from aerofleet.files.exceptions import ApprovalsFile, WaiversFile
from aerofleet.files.links import LinksFile
from aerofleet.files.metal import HostsFile, PoolsFile
from aerofleet.files.settings import Settings
from aerofleet.files.team import ClusterFile, TeamFile
from aerofleet.files.tenants import TenantsFile
from aerofleet.files.tier import TierFile

DIALECT = "https://json-schema.org/draft/2020-12/schema"
TEMPLATE = {"type": "string", "pattern": r"\{[{%]", "description": "a template"}
NOTHING = {"type": "null", "description": "removes the value of the layers below"}
SCALARS = ("integer", "number", "boolean", "string")
Json = dict[str, Any]


def cell_schema() -> Json:
    schema = plain(CellFile)
    add_settings(schema, schema["properties"], "defaults", templates=False)
    return schema


def team_schema() -> Json:
    schema = plain(TeamFile)
    settings = partial_settings(templates=False)
    schema["$defs"] = settings.pop("$defs")
    own = ClusterFile.model_json_schema(by_alias=True)
    schema["$defs"] |= own.pop("$defs", {})
    own["properties"].pop("settings")
    schema["$defs"]["Cluster"] = {
        "type": "object",
        "additionalProperties": False,
        "required": ["tier"],
        "properties": own["properties"] | settings["properties"],
    }
    schema["properties"]["clusters"]["additionalProperties"] = {"$ref": "#/$defs/Cluster"}
    return schema


def tier_schema() -> Json:
    schema = plain(TierFile)
    for name in ("Revision", "SettingsForServers"):
        add_settings(schema, schema["$defs"][name]["properties"], "settings", templates=True)
    return schema


def plain(model: type[BaseModel]) -> Json:
    return {"$schema": DIALECT, **model.model_json_schema(by_alias=True)}


def add_settings(schema: Json, properties: Json, key: str, *, templates: bool) -> None:
    """Replace the free mapping at ``key`` by the settings of a cluster, all of them optional."""
    settings = partial_settings(templates=templates)
    schema.setdefault("$defs", {}).update(settings.pop("$defs"))
    schema["$defs"]["Settings"] = settings
    properties[key] = {"$ref": "#/$defs/Settings"}


def partial_settings(*, templates: bool) -> Json:
    settings = Settings.model_json_schema(by_alias=True)
    defaults = NamespaceSettings.model_json_schema(by_alias=True)
    defaults.pop("$defs")
    defaults["properties"].pop("name")
    settings["$defs"]["NamespaceDefaults"] = defaults
    settings["properties"]["namespaceDefaults"] = {"$ref": "#/$defs/NamespaceDefaults"}
    overlay = settings["$defs"].pop("OverlaySettings")
    for schema in (settings, *settings["$defs"].values()):
        make_partial(schema, templates=templates)
    # An overlay is complete in its layer, and null does not end those of the layers below.
    settings["$defs"]["OverlaySettings"] = overlay
    settings["properties"]["overlay"]["anyOf"] = [{"$ref": "#/$defs/OverlaySettings"}]
    return settings


def make_partial(schema: Json, *, templates: bool) -> None:
    """Make every property optional, as in a layer, except the name by which list entries are merged."""
    properties = schema.get("properties")
    if properties is None:
        return
    schema["required"] = ["name"] if "name" in properties else []
    for key, value in properties.items():
        if key != "name":
            shown = {keyword: value[keyword] for keyword in ("title", "description") if keyword in value}
            choices = [choice for choice in choices_of(value) if choice != {"type": "null"}]
            if templates and any("$ref" in choice or choice.get("type") in SCALARS for choice in choices):
                choices.append(TEMPLATE)
            properties[key] = {**shown, "anyOf": [*choices, NOTHING]}


def choices_of(value: Json) -> list[Json]:
    """Return the alternative schemas of a value, without title, description and default."""
    if "anyOf" in value:
        return [choice for alternative in value["anyOf"] for choice in choices_of(alternative)]
    return [{keyword: value[keyword] for keyword in value if keyword not in ("title", "description", "default")}]


SCHEMAS: dict[str, Callable[[], Json]] = {
    "cell": cell_schema,
    "hosts": lambda: plain(HostsFile),
    "pools": lambda: plain(PoolsFile),
    "tenants": lambda: plain(TenantsFile),
    "team": team_schema,
    "tier": tier_schema,
    "allocations": lambda: plain(AllocationsFile),
    "waivers": lambda: plain(WaiversFile),
    "approvals": lambda: plain(ApprovalsFile),
    "links": lambda: plain(LinksFile),
}
"""Kind of file → its schema."""
