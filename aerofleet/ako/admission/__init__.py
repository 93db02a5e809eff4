"""What the operator's webhooks and the API server answer to an AerospikeCluster, with every finding, not the first
only.

Source: AKO 4.5.0 (validating and mutating webhook, CustomResourceDefinition). The order of ``COMMON`` and the
others is the order in which the operator asks (rack by rack where racks differ, here rule by rule): its answer holds
the first refusal, this one all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Literal

from aerofleet.ako.admission import (
    access_rules,
    config_rules,
    earlier_rules,
    image_rules,
    pod_rules,
    rack_change_rules,
    rack_rules,
    replication_rules,
    storage_rules,
    update_rules,
)
from aerofleet.ako.admission.rule import Rule
from aerofleet.ako.cluster import Cluster, cluster_of
from aerofleet.ako.compatibility import OPERATOR
from aerofleet.ako.estimate import is_estimate, marked
from aerofleet.ako.status import Status, finished_status
from aerofleet.findings import Finding

Stage = Literal["mutate", "crd", "validate"]

_RESOURCE_NAME = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*")

COMMON: tuple[Rule, ...] = (
    earlier_rules.size_is_within_bounds,
    earlier_rules.rack_ids_are_within_bounds,
    earlier_rules.access_names_are_short,
    image_rules.image_is_enterprise,
    image_rules.image_has_a_version,
    image_rules.image_is_new_enough,
    image_rules.init_image_has_a_version,
    image_rules.init_image_can_set_live,
    rack_rules.override_has_one_rack,
    rack_rules.rack_namespaces_have_no_blanks,
    rack_rules.rack_ids_differ,
    rack_rules.revisions_are_labels,
    rack_rules.racks_share_network_and_security,
    storage_rules.local_classes_are_named,
    storage_rules.volume_names_are_labels,
    storage_rules.volumes_have_one_source,
    storage_rules.methods_fit_the_volume,
    storage_rules.volumes_are_attached,
    storage_rules.server_paths_are_free,
    storage_rules.attachments_name_containers,
    storage_rules.host_paths_are_read_only,
    image_rules.image_is_known,
    config_rules.config_fits_the_schema,
    config_rules.ldap_lists_are_not_empty,
    config_rules.ipv6_is_not_advertised,
    config_rules.tls_entries_are_maps,
    config_rules.one_kind_of_authority,
    config_rules.certificate_and_key_go_together,
    access_rules.client_names_are_names,
    config_rules.tls_name_and_port_go_together,
    config_rules.replication_factors_are_numbers,
    config_rules.all_copies_have_a_node,
    config_rules.transactions_need_strong_consistency,
    config_rules.storage_engine_is_given,
    config_rules.devices_are_a_list,
    config_rules.files_are_a_list,
    config_rules.devices_belong_to_one_namespace,
    config_rules.mounts_are_a_list,
    config_rules.log_sinks_are_maps,
    config_rules.only_syslog_has_a_facility,
    storage_rules.devices_have_volumes,
    storage_rules.files_have_volumes,
    storage_rules.index_mounts_have_volumes,
    storage_rules.work_directory_has_a_volume,
    storage_rules.named_files_are_mounted,
    rack_rules.a_rack_stays_in_the_roster,
    rack_rules.fill_delay_is_the_same,
    rack_rules.counts_are_numbers_or_percentages,
    rack_rules.batches_are_safe,
    rack_rules.replication_factor_is_the_same,
    rack_rules.not_all_copies_may_be_away,
    pod_rules.limits_hold_requests,
    storage_rules.cleaning_has_limits,
    access_rules.security_has_access_control,
    access_rules.predefined_roles_stay,
    access_rules.role_names_are_plain,
    access_rules.quotas_are_enabled,
    access_rules.privileges_exist,
    access_rules.whitelists_are_addresses,
    access_rules.user_names_are_plain,
    access_rules.user_roles_exist,
    access_rules.users_authenticate,
    access_rules.federal_users_have_certificates,
    access_rules.an_admin_exists,
    access_rules.pki_needs_a_new_server,
    access_rules.pki_needs_mutual_tls,
    access_rules.operator_has_a_certificate,
    pod_rules.custom_networks_are_attached,
    pod_rules.host_network_has_one_pod,
    pod_rules.dns_policy_resolves_pods,
    pod_rules.labels_are_free,
    pod_rules.container_names_differ,
    config_rules.strong_consistency_is_not_in_memory,
    rack_rules.racks_agree_on_strong_consistency,
)
CREATE_ONLY: tuple[Rule, ...] = (
    image_rules.no_operation_before_the_first_rollout,
    image_rules.name_is_a_service_name,
    image_rules.name_leaves_room,
    image_rules.access_control_has_security,
)
UPDATE_ONLY: tuple[Rule, ...] = (
    update_rules.operation_has_a_cluster,
    rack_change_rules.running_racks_bear_batches,
    update_rules.running_pods_can_set_live,
    update_rules.edition_stays,
    update_rules.running_version_is_known,
    update_rules.multi_pod_stays,
    update_rules.fabric_stays,
    update_rules.operations_stay,
    update_rules.operations_name_pods,
    update_rules.operations_come_alone,
    update_rules.access_control_stays,
    earlier_rules.access_control_needs_security,
    earlier_rules.security_stays_on,
    update_rules.access_control_rests_without_security,
    update_rules.certificates_stay,
    update_rules.tls_comes_before_pki,
    update_rules.tls_entries_keep_names,
    update_rules.used_authorities_stay,
    update_rules.tls_names_stay,
    update_rules.ports_stay,
    replication_rules.strong_replication_stays,
    replication_rules.strong_consistency_stays,
    update_rules.shared_namespaces_have_storage,
    update_rules.devices_rest_between_namespaces,
    rack_change_rules.racks_stay_in_place,
    rack_change_rules.persistent_volumes_stay,
    rack_change_rules.a_running_rack_stays_in_the_roster,
    rack_change_rules.racks_leave_the_roster_one_by_one,
    rack_change_rules.two_revisions_at_most,
    rack_change_rules.stateful_set_names_fit,
    replication_rules.replication_factor_changes_alone,
    update_rules.entries_stay_maps,
)
WARNINGS: tuple[Rule, ...] = (
    rack_rules.override_names_namespaces,
    rack_rules.no_budget_without_a_pdb,
    storage_rules.mount_options_are_used,
    access_rules.deprecated_fields_are_gone,
    config_rules.nothing_is_lost,
    config_rules.memory_is_counted_per_container,
    config_rules.parameters_are_of_an_older_version,
    config_rules.new_parameters_are_not_known,
)
RULES: tuple[Rule, ...] = COMMON + CREATE_ONLY + UPDATE_ONLY + WARNINGS

MUTATING: dict[str, str] = {
    "field-type": "Every field has the type of its definition: the operator's decoder stops at anything else.",
    "default-rack": "Rack id 0 is reserved for a cluster without racks of its own.",
    "config-present": "aerospikeConfig is given.",
    "rack-merge": "Entries of a list in a rack's own aerospikeConfig have names, to be merged with the cluster's.",
    "ns-list": "aerospikeConfig has a list of namespaces that isn't empty, each a map.",
    "rack-id": "rack-id of a namespace is the rack's own id, or left out.",
    "service-fixed": "node-id and cluster-name are the operator's; service is a map.",
    "network-required": "network has service, heartbeat and fabric, each a map.",
    "port-number": "Ports of network.service are numbers, its tls-name is a text: others make the operator panic.",
    "access-fixed": "Published ports and addresses are the operator's.",
    "hb-mesh": "Heartbeat is by mesh.",
    "console-log": "logging is a list of maps.",
    "ldap-escape": "security is a map.",
}
SCHEMA: dict[str, str] = {
    "crd": "Every field is within the bounds, choices and unique lists of its definition.",
    "unknown-field": "A field that the definition doesn't have is dropped silently by the API server.",
}


@dataclass(slots=True)
class Admission:
    """The answer. ``stage`` and ``rule`` say where and by what the operator refuses first; empty rule: it admits.

    ``findings`` holds every refusal (error) and warning, in the operator's order; ``pruned`` the paths dropped
    silently.
    """

    allowed: bool
    stage: Stage
    rule: str
    message: str
    warnings: list[str]
    pruned: list[str]
    findings: list[Finding] = field(default_factory=list)


def admit_create(resource: Mapping[str, Any], operator: str = OPERATOR) -> Admission:
    """Would the operator admit this new AerospikeCluster?"""
    return answer_create(cluster_of(dict(resource), operator), resource)


def answer_create(cluster: Cluster, resource: Mapping[str, Any]) -> Admission:
    """The same for a cluster that was read already; the release is that of ``cluster``."""
    return _answer(cluster, resource, list(_refusals(COMMON + CREATE_ONLY, cluster.operator, cluster)))


def admit_update(
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    *,
    status: Status | None = None,
    operator: str = OPERATOR,
) -> Admission:
    """Would the operator admit this change? Without a ``status`` the old cluster counts as rolled out wholly."""
    before, after = cluster_of(dict(old), operator), cluster_of(dict(new), operator)
    return answer_update(before, after, new, status or finished_status(before))


def answer_update(before: Cluster, after: Cluster, new: Mapping[str, Any], status: Status) -> Admission:
    """The same for clusters that were read already; the release is that of ``after``."""
    found = list(_refusals(COMMON, after.operator, after))
    if before.racks and after.racks:
        found += _refusals(UPDATE_ONLY, after.operator, before, after, status)
    return _answer(after, new, found)


@lru_cache(maxsize=64)
def rules_of(rules: tuple[Rule, ...], operator: str) -> tuple[Rule, ...]:
    """Those of ``rules`` that this operator release has."""
    return tuple(rule for rule in rules if rule.holds_in(operator))


def _refusals(rules: tuple[Rule, ...], operator: str, *arguments: Any) -> Iterator[Finding]:
    for rule in rules_of(rules, operator):
        for refused in rule.check(*arguments):
            yield _finding(rule, refused)


def _finding(rule: Rule, refused: tuple[str, str, str]) -> Finding:
    path, message, hint = refused
    return Finding(rule.id, "warning" if rule.warns else "error", path, message, hint)


def _answer(cluster: Cluster, resource: Mapping[str, Any], validated: list[Finding]) -> Admission:
    reading = cluster.reading
    undecodable = [
        Finding("field-type", "error", problem.path, problem.message, problem.hint) for problem in reading.undecodable
    ]
    mutated = undecodable + without_consequences(cluster.refusals, undecodable)
    invalid = without_consequences(list(_schema_findings(cluster)), mutated)
    stages: tuple[tuple[Stage, list[Finding]], ...] = (
        ("mutate", mutated),
        ("crd", invalid),
        ("validate", without_consequences(list(dict.fromkeys(validated)), mutated + invalid)),
    )
    first: tuple[Stage, Finding | None] = next(
        ((stage, found[0]) for stage, found in stages if found), ("validate", None)
    )
    warnings = list(_warnings(cluster, resource))
    pruned = [
        Finding(
            "unknown-field",
            "warning",
            path,
            "is no field of an AerospikeCluster: it is dropped",
            reading.hints.get(path, "take it out"),
        )
        for path in reading.pruned
    ]
    stage, refused = first
    return Admission(
        allowed=refused is None,
        stage=stage,
        rule=refused.rule if refused else "",
        message=f"{refused.path}: {refused.message}" if refused else "",
        warnings=[f"{finding.path}: {finding.message}" for finding in warnings],
        pruned=list(reading.pruned),
        findings=_marked(
            [*(finding for _, found in stages for finding in found), *warnings, *pruned], cluster.operator
        ),
    )


def _marked(findings: list[Finding], operator: str) -> list[Finding]:
    if not is_estimate(operator):
        return findings
    return [replace(finding, message=marked(finding.message, operator)) for finding in findings]


def without_consequences(found: list[Finding], causes: list[Finding]) -> list[Finding]:
    """``found`` without what stands at the place of an earlier refusal or below it: it was judged without the value
    that was meant.
    """
    if not causes:
        return found
    paths = {cause.path for cause in causes}
    return [finding for finding in found if paths.isdisjoint(_places_above(finding.path))]


def _places_above(path: str) -> Iterator[str]:
    """The path itself, then every section and list that it leads through."""
    yield path
    for position, character in enumerate(path):
        if character in ".[":
            yield path[:position]


def _schema_findings(cluster: Cluster) -> Iterator[Finding]:
    if len(cluster.name) > 253 or not _RESOURCE_NAME.fullmatch(cluster.name):
        message = f"{cluster.name!r} can't be a resource's name" if cluster.name else "is missing, or no text"
        yield Finding("crd", "error", "metadata.name", message, "lower-case letters, digits and hyphens")
    for problem in cluster.reading.invalid:
        yield Finding("crd", "error", problem.path, problem.message, problem.hint)


def _warnings(cluster: Cluster, resource: Mapping[str, Any]) -> Iterator[Finding]:
    written = resource.get("spec")
    for rule in rules_of(WARNINGS, cluster.operator):
        arguments = (cluster, written if isinstance(written, dict) else {}) if rule.id == "pdb-unused" else (cluster,)
        for refused in rule.check(*arguments):
            yield _finding(rule, refused)
