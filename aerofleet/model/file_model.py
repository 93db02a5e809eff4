"""The base of every definition file's model: frozen, and a key nobody knows is a mistake."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class FileModel(BaseModel):
    """Keys are camelCase in the files, as in Kubernetes, and snake_case in Python."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, allow_inf_nan=False)
