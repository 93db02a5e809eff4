"""Sidecars of a cluster beside the platform's own, and further volumes of its pods."""

from __future__ import annotations

import re
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from aerofleet.files.cluster.marks import Makes
from aerofleet.files.cluster.storage import ClaimSettings
from aerofleet.files.file_model import FileModel
from aerofleet.files.quantities import Bytes, Flag, Millicores

LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
SOURCES = ("emptyDir", "secret", "configMap", "persistentVolume", "hostPath")


def parse_name(text: str) -> str:
    """Return ``text`` if Kubernetes takes it as the name of a container and of a volume. Raises ValueError."""
    if not LABEL.fullmatch(text):
        raise ValueError(f"'{text}' is no name here: small letters, digits and -, at most 63 characters")
    return text


Name = Annotated[str, AfterValidator(parse_name)]


class SidecarSettings(FileModel):
    """A further container in each pod. Another list, order or content restarts every pod of the cluster."""

    name: Name = Field(description="of the container")
    image: str = Field(description="pinned by tag or digest")
    cpu: Millicores = Field(gt=0, description="requested and limit")
    memory: Bytes = Field(gt=0, description="requested and limit")
    command: tuple[str, ...] = Field((), description="instead of the image's own entry point")
    args: tuple[str, ...] = Field((), description="arguments of the command")
    env: dict[str, str] = Field(
        default_factory=dict, description="environment variable → value; secrets are mounted as files instead"
    )


class EmptyDirSettings(FileModel):
    size_limit: Bytes = Field(gt=0, description="from which Kubernetes evicts the pod: on the host's own disk")


class ExtraVolumeSettings(FileModel):
    """A further volume of each pod, with exactly one source."""

    name: Name = Field(description="of the volume")
    empty_dir: EmptyDirSettings | None = Field(None, description="empty at the start of each pod, gone with it")
    secret: str | None = Field(None, description="a Secret in the namespace of the team")
    config_map: str | None = Field(None, description="a ConfigMap in the namespace of the team")
    persistent_volume: ClaimSettings | None = Field(
        None, description="file system that outlives the pod; only for a new cluster, the operator keeps the list"
    )
    host_path: str | None = Field(None, description="a folder of the host, read-only")
    mounts: dict[str, str] = Field(
        min_length=1, description="container → path; aerospike-server is the container of the server"
    )
    read_only: Flag = Field(False, description="in the sidecars; the operator mounts only hostPath so in the server")

    @model_validator(mode="after")
    def has_one_source(self) -> Self:
        written = [key for key, value in self.sources().items() if value is not None]
        if len(written) != 1:
            raise ValueError(f"needs exactly one of {', '.join(SOURCES)}; it has {' and '.join(written) or 'none'}")
        return self

    def sources(self) -> dict[str, object]:
        """Return the value of each possible source."""
        return dict(
            zip(
                SOURCES,
                (self.empty_dir, self.secret, self.config_map, self.persistent_volume, self.host_path),
                strict=True,
            )
        )


class SidecarsSettings(FileModel):
    sidecars: Annotated[tuple[SidecarSettings, ...], Makes("podSpec.sidecars[]")] = Field(
        (), description="containers beside the server and the exporter in each pod"
    )
    extra_volumes: Annotated[tuple[ExtraVolumeSettings, ...], Makes("storage.volumes[]")] = Field(
        (), description="volumes beside the server's own in each pod"
    )
