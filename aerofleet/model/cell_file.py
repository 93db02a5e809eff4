"""`cell.yaml`: what the platform decides for one Kubernetes cluster of one environment."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from aerofleet.model.file_model import FileModel
from aerofleet.model.quantities import Flag, Seconds, Whole
from aerofleet.model.resolved import NetworkProfile, OperatorPhase


class ServerFile(FileModel):
    """Where server images come from. A channel names a version, so that one line moves everything that follows it."""

    registry: str = Field(description="registry and path before `/aerospike-server-enterprise`")
    channels: dict[str, str] = Field(description="channel name → server version, for instance stable: 8.1.1.1")
    init_image: str = Field(description="full reference of AKO's init image, pinned by tag")


class OperatorFile(FileModel):
    version: str = Field(description="AKO version that runs, or that this change brings")
    phase: OperatorPhase = Field(OperatorPhase.RELEASE, description="step of an operator upgrade; release otherwise")
    previous_version: str = Field("", description="the version before; needed in the phases prepare and switch")
    source: Literal["chart", "manifests", "crds-only"] = Field(
        "crds-only", description="who runs the operator: a chart, pinned manifests, or somebody else"
    )
    replicas: Whole = Field(2, ge=1, description="operator pods")
    chart_repository: str = ""
    manifests_folder: str = ""
    manifests_sha256: str = ""
    release_order: tuple[str, ...] = Field((), description="TEAM/CLUSTER in the order they are released after a switch")


class SecretStoreFile(FileModel):
    kind: Literal["external-secrets", "existing", "embedded"] = Field(description="where secrets really live")
    store: str = Field("", description="name of the ClusterSecretStore, for external-secrets")
    path_prefix: str = Field("", description="path in the store before <team>/<cluster>/…")


class MonitoringFile(FileModel):
    pod_monitors: Flag = True
    labels: dict[str, str] = Field(default_factory=dict, description="labels your Prometheus selects PodMonitors by")
    scrape_interval: Seconds = Field(default="15s", validate_default=True)


class FreezeWindowFile(FileModel):
    """Times with their zone: a sale does not begin at an hour of somebody's laptop."""

    name: str
    start: AwareDatetime
    end: AwareDatetime

    @model_validator(mode="after")
    def ends_after_it_begins(self) -> Self:
        if self.end <= self.start:
            raise ValueError("ends before it begins")
        return self


class CellFile(FileModel):
    cell: str
    site: str
    context: str = Field(description="kubeconfig context of the Kubernetes cluster")
    ephemeral: Flag = Field(False, description="nothing in it is protected; for throw-away control planes only")
    kubernetes: str = Field(description="version of the Kubernetes cluster, for instance 1.35")
    racks: tuple[str, ...] = Field(min_length=1, description="physical racks, each one failure domain")
    network: NetworkProfile = NetworkProfile.POD
    networks: tuple[str, ...] = Field((), description="NetworkAttachmentDefinitions, for the multus profile")
    server: ServerFile
    operator: OperatorFile
    cert_manager: Literal["existing", "manifests"] = "existing"
    secret_store: SecretStoreFile
    monitoring: MonitoringFile = MonitoringFile()
    freeze_windows: tuple[FreezeWindowFile, ...] = ()
    groups: dict[str, tuple[str, ...]] = Field(default_factory=dict, description="stack group → its teams")
    defaults: dict[str, object] = Field(
        default_factory=dict, description="settings of every cluster here, over its tier"
    )
