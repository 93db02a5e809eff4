"""Storage of a cluster: the work directory, and the storage engine of each namespace."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from aerofleet.files.choices import StorageKind
from aerofleet.files.cluster.marks import FreeMap, Makes
from aerofleet.files.file_model import FileModel
from aerofleet.files.quantities import Bytes, Whole

ENGINE = "aerospikeConfig.namespaces[].storage-engine"


class ClaimSettings(FileModel):
    """A persistent volume of each pod. The quota of the team counts every claim in the settings of its clusters."""

    size: Bytes = Field(description="of the volume")
    storage_class: str = Field(description="where it comes from")


class DeviceSettings(FileModel):
    count: Whole = Field(ge=1, le=128, description="devices of each pod")
    size: Bytes = Field(description="of each")
    storage_class: str = Field(description="where they come from")


class NamespaceStorageSettings(FileModel):
    storage: Annotated[
        StorageKind,
        Makes(ENGINE, "write `storage` and `storageConfig` of the namespace instead"),
        Makes(f"{ENGINE}.type"),
    ] = Field(description="where data is stored")
    devices: Annotated[DeviceSettings | None, Makes(f"{ENGINE}.devices")] = Field(
        None, description="for storage: device"
    )
    data_size: Annotated[Bytes, Makes(f"{ENGINE}.data-size")] = Field(
        0, description="memory for data, for storage: memory"
    )
    storage_config: Annotated[dict[str, Any], FreeMap("namespaces[].storage-engine")] = Field(
        default_factory=dict, description="further parameters of its storage engine"
    )


class StorageSettings(FileModel):
    work_directory: DeviceSettings = Field(description="file system for the server's own files, on a persistent volume")
