"""What the engine has sent last, read from the state of a stack."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from aerofleet.review.agreement.preview import KUBERNETES
from aerofleet.units.object_identity import Key, key_of

Object = Mapping[str, Any]


def applied_objects(state: Mapping[str, Any]) -> dict[Key, Object]:
    """Return the objects of an exported state of a stack, in the order of the state."""
    resources = (state.get("deployment") or {}).get("resources") or ()
    sent = (
        {key: value for key, value in resource["inputs"].items() if value is not None}
        for resource in resources
        if str(resource["type"]).startswith(KUBERNETES) and resource.get("inputs") and not resource.get("delete")
    )
    return {key_of(made): made for made in sent}


def digest_of_objects(objects: Mapping[Key, Object]) -> str:
    """Return ``sha256:…`` of objects, whatever their order is."""
    listed = [[list(key), objects[key]] for key in sorted(objects)]
    text = json.dumps(listed, sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
