"""The base of every definition file's model: frozen, and an unknown key is a mistake."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class FileModel(BaseModel):
    """A part of a definition file. Keys are camelCase in the files, as in Kubernetes, and snake_case in Python."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, allow_inf_nan=False)
