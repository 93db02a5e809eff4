"""Access control: users, roles, and the security context of the configuration."""

from __future__ import annotations

from aerofleet.features.access.build import metadata_annotations, spec
from aerofleet.features.feature import Feature

ACCESS = Feature(name="access", spec=spec, annotations=metadata_annotations)
