"""`cell.yaml`: the platform's decisions for one Kubernetes cluster of one environment."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from aerofleet.files.addresses import KubernetesVersion, OperatorVersion, Owner, ServerVersion
from aerofleet.files.ahead import Ahead
from aerofleet.files.choices import Environment, NetworkProfile, OperatorPhase
from aerofleet.files.definition_file import DefinitionFile
from aerofleet.files.file_model import FileModel
from aerofleet.files.measured import Measured
from aerofleet.files.policy import PolicyLimits
from aerofleet.files.quantities import Flag, Seconds, Whole


class ServerImages(FileModel):
    """The source of server images. A channel names a version, so that one line upgrades every cluster that
    follows it.
    """

    registry: str = Field(description="registry and path before `/aerospike-server-enterprise`")
    channels: dict[str, ServerVersion] = Field(
        description="channel name → server version, for instance stable: 8.1.1.1"
    )
    init_image: str = Field(description="full reference of AKO's init image, pinned by tag")
    pull_secret: Flag = Field(
        False, description="the registry asks for a login: pods pull with the Secret aerospike-registry of their team"
    )

    def version_of(self, channel: str) -> str:
        """Return the server version of a channel, or ``channel`` itself: a cluster may name an exact version."""
        return self.channels.get(channel, channel)


class PinnedManifests(FileModel):
    """Manifests of another project, kept in this one so that a review sees every object in them."""

    folder: str = Field("", description="folder of this project with the output of `helm template`")
    sha256: str = Field("", description="its hash, so that no file changes unseen")


class Operator(FileModel):
    """The Aerospike Kubernetes Operator of a cell."""

    version: OperatorVersion = Field(description="AKO version that runs, or that this change brings")
    namespace: str = Field("aerospike", description="Kubernetes namespace in which it runs")
    phase: OperatorPhase = Field(OperatorPhase.RELEASE, description="step of an operator upgrade; release otherwise")
    previous_version: OperatorVersion = Field(
        "", description="the version before; needed in the phases prepare and switch"
    )
    estimate_unknown_release: Flag = Field(
        False,
        description="judge a release whose rules are not known as the newest known one; everything is then an estimate",
    )
    source: Literal["manifests", "crds-only"] = Field(
        "crds-only", description="who runs the operator: this project, from pinned manifests, or somebody else"
    )
    replicas: Whole = Field(2, ge=1, description="operator pods")
    manifests: PinnedManifests = Field(
        PinnedManifests(), description="its manifests, when this project makes its objects"
    )
    release_order: tuple[str, ...] = Field((), description="TEAM/CLUSTER in the order they are released after a switch")

    @model_validator(mode="after")
    def has_manifests_to_run_from(self) -> Self:
        if self.source == "manifests" and not self.manifests.folder:
            raise ValueError("source: manifests needs manifests.folder")
        return self

    @model_validator(mode="after")
    def knows_what_it_comes_from(self) -> Self:
        if self.phase is not OperatorPhase.RELEASE and not self.previous_version:
            raise ValueError(f"phase: {self.phase.value} needs previousVersion")
        return self

    @property
    def versions(self) -> tuple[str, ...]:
        """The releases that may act on the clusters: one; during an upgrade the previous and the new one."""
        return (self.version,) if self.phase is OperatorPhase.RELEASE else (self.previous_version, self.version)


class SecretStore(FileModel):
    """The store of the secret values. ``embedded`` exists only on the embedded control plane."""

    kind: Literal["external-secrets", "existing", "embedded"] = Field(description="where secrets really live")
    store: str = Field("", description="name of the ClusterSecretStore, for external-secrets")
    path_prefix: str = Field("", description="path in the store before <team>/<cluster>/…")


class Monitoring(FileModel):
    """The collection of metrics; thresholds of alerts belong to each tier."""

    pod_monitors: Flag = Field(
        True, description="make PodMonitors and alert rules; false where there is no Prometheus operator"
    )
    labels: dict[str, str] = Field(default_factory=dict, description="labels your Prometheus selects PodMonitors by")
    scrape_interval: Seconds = Field(default="15s", validate_default=True, description="how often exporters are asked")
    namespace: str = Field("monitoring", description="Kubernetes namespace in which your Prometheus runs")
    rules_namespace: str = Field(
        "kube-system", description="existing namespace where your Prometheus finds alert rules"
    )


class Images(FileModel):
    """Pinned images of the DaemonSets on the hosts; needed where a pool asks for them."""

    provisioner: str = Field("", description="sig-storage local-volume-provisioner")
    tuning: str = Field("", description="an image with `sh` and `sysctl`, for instance busybox")
    pause: str = Field("", description="the image that does nothing")


class Seeds(FileModel):
    """A LoadBalancer Service for each cluster, made by the operator: the seed address of clients outside."""

    annotations: dict[str, str] = Field(default_factory=dict, description="what your load balancer reads")


class FreezeWindow(FileModel):
    """A period in which nothing may change. Its times have a zone, so that they mean the same on every machine."""

    name: str = Field(description="what people call it")
    start: AwareDatetime = Field(description="from when on nothing shall change")
    end: AwareDatetime = Field(description="until when")

    @model_validator(mode="after")
    def ends_after_it_begins(self) -> Self:
        if self.end <= self.start:
            raise ValueError("ends before it begins")
        return self


class Contacts(FileModel):
    """The people whom a reviewer asks about one kind of risk; the owners of the cell where nobody is named."""

    security: tuple[Owner, ...] = Field(
        (), description="who is asked about rights, TLS and secrets: @organisation/team"
    )
    capacity: tuple[Owner, ...] = Field((), description="who is asked when data moves or grows: @organisation/team")


class CellFile(DefinitionFile):
    cell: str = Field(description="its name; that of its folder")
    site: str = Field(description="location of the machines, for people")
    environment: Environment = Field(
        Environment.PRODUCTION, description="what the cell is for; the severity of policies follows from it"
    )
    context: str = Field(description="kubeconfig context of the Kubernetes cluster")
    owners: tuple[Owner, ...] = Field((), description="who approves changes of the cell's files: @organisation/team")
    contacts: Contacts = Field(Contacts(), description="whom a review names for one kind of risk")
    ephemeral: Flag = Field(
        False, description="nothing in it is protected, and no policy counts; for throw-away control planes only"
    )
    kubernetes: KubernetesVersion = Field(description="version of the Kubernetes cluster, for instance 1.35")
    racks: tuple[str, ...] = Field(min_length=1, description="physical racks, each one failure domain")
    network: NetworkProfile = Field(NetworkProfile.POD, description="how clients reach the nodes: see network profiles")
    networks: tuple[str, ...] = Field(
        (), description="NetworkAttachmentDefinitions, for multus: the first for clients, the last between nodes"
    )
    seeds: Seeds | None = Field(None, description="give each cluster with clients outside an address; else none")
    server: ServerImages = Field(description="where images come from, and which versions")
    operator: Operator = Field(description="the Aerospike Kubernetes Operator")
    cert_manager: PinnedManifests = Field(
        default=PinnedManifests(), description="manifests of cert-manager; without a folder it is there already"
    )
    secret_store: SecretStore = Field(description="where passwords, certificates and the feature key come from")
    images: Images = Field(Images(), description="what runs on the hosts beside Aerospike")
    monitoring: Monitoring = Field(Monitoring(), description="metrics and alerts")
    freeze_windows: tuple[FreezeWindow, ...] = Field(
        (), description="when nothing shall change: a review fails on a day of it"
    )
    measured: Measured = Field(
        Measured(), description="what was measured on these hosts, instead of the planning figures of forecasts"
    )
    policy: PolicyLimits = Field(PolicyLimits(), description="limits of the policies, and who may let something pass")
    ahead: tuple[Ahead, ...] = Field(
        (), description="clusters that get a revision or a server version before the others"
    )
    groups: dict[str, tuple[str, ...]] = Field(default_factory=dict, description="stack group → its teams")
    defaults: dict[str, object] = Field(
        default_factory=dict, description="settings of every cluster here, over its tier"
    )

    def group_of(self, team: str) -> str:
        """Return the stack group of a team; empty if the team is in none."""
        return next((group for group, teams in self.groups.items() if team in teams), "")

    @model_validator(mode="after")
    def has_networks_to_attach(self) -> Self:
        if self.network is NetworkProfile.MULTUS and not self.networks:
            raise ValueError("network: multus needs networks")
        return self
