"""`stacks/links.yaml`: which clusters ship which namespaces to which others (XDR), across all cells."""

from __future__ import annotations

import re
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from aerofleet.files.definition_file import DefinitionFile
from aerofleet.files.file_model import FileModel

END = re.compile(r"[^/\s]+/[^/\s]+/[^/\s]+")


def parse_end(text: str) -> str:
    if not END.fullmatch(text):
        raise ValueError(f"'{text}' is no end of a link; it is written like CELL/TEAM/CLUSTER")
    return text


End = Annotated[str, AfterValidator(parse_end)]
"""CELL/TEAM/CLUSTER."""


class Link(FileModel):
    """One direction. Nothing is rendered from it yet: policies keep its two ends from being disturbed at once."""

    source: End = Field(description="CELL/TEAM/CLUSTER that ships")
    destination: End = Field(description="CELL/TEAM/CLUSTER that receives")
    namespaces: tuple[str, ...] = Field(min_length=1, description="namespaces of the source that are shipped")

    @model_validator(mode="after")
    def has_two_ends(self) -> Self:
        if self.source == self.destination:
            raise ValueError("source and destination are the same cluster")
        return self


class LinksFile(DefinitionFile):
    links: dict[str, Link] = Field(default_factory=dict, description="name → link")
