"""Owns the answers of the operator's webhooks and the API server to an AerospikeCluster: all findings, not the first.

Must not import reasons, hazards, or anything above `aerofleet.ako`.

Source: AKO 4.5.0 (validating and mutating webhook, CustomResourceDefinition). The order of ``COMMON`` and of the other
tuples is the order in which the operator asks (rack by rack where racks differ, here rule by rule): the operator's
answer has its first refusal, this one has all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Literal, ParamSpec

from aerofleet.ako.admission import (
    access_rules,
    config_rules,
    definition,
    earlier_rules,
    image_rules,
    pod_rules,
    rack_change_rules,
    rack_rules,
    replication_rules,
    storage_rules,
    update_rules,
)
from aerofleet.ako.cluster import Cluster, cluster_of
from aerofleet.ako.compatibility import OPERATOR
from aerofleet.ako.estimate import is_estimate, marked
from aerofleet.ako.mutating import FIELD_TYPE, MUTATING
from aerofleet.ako.status import Status, finished_status
from aerofleet.findings import Finding, Rule, findings_of

Stage = Literal["mutate", "crd", "validate"]
P = ParamSpec("P")
ClusterRule = Rule[[Cluster]]
ChangeRule = Rule[[Cluster, Cluster, Status]]
"""The old cluster, the new one, and the status before the change."""

COMMON: tuple[ClusterRule, ...] = (
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
CREATE_ONLY: tuple[ClusterRule, ...] = (
    image_rules.no_operation_before_the_first_rollout,
    image_rules.name_is_a_service_name,
    image_rules.name_leaves_room,
    image_rules.access_control_has_security,
)
UPDATE_ONLY: tuple[ChangeRule, ...] = (
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
WARNINGS: tuple[ClusterRule, ...] = (
    rack_rules.override_names_namespaces,
    rack_rules.no_budget_without_a_pdb,
    storage_rules.mount_options_are_used,
    access_rules.deprecated_fields_are_gone,
    config_rules.nothing_is_lost,
    config_rules.memory_is_counted_per_container,
    config_rules.parameters_are_of_an_older_version,
    config_rules.new_parameters_are_not_known,
)
SCHEMA: tuple[Rule[...], ...] = (definition.OUT_OF_BOUNDS, definition.UNKNOWN_FIELD)
ASKED_TWICE = rack_change_rules.a_running_rack_stays_in_the_roster
"""The rule of the roster, asked of the racks that run: the same rule as that of ``COMMON``, with the same id."""
RULES: tuple[Rule[...], ...] = (
    *MUTATING,
    *SCHEMA,
    *COMMON,
    *CREATE_ONLY,
    *(rule for rule in UPDATE_ONLY if rule is not ASKED_TWICE),
    *WARNINGS,
)
"""Every rule once."""


@dataclass(slots=True)
class Admission:
    """The operator's answer to a resource.

    ``stage`` and ``rule`` name the first refusal; ``rule`` is empty where the operator admits. ``findings`` has every
    refusal (error) and warning in the operator's order, ``pruned`` the paths that are dropped silently.
    """

    allowed: bool
    stage: Stage
    rule: str
    message: str
    warnings: list[str]
    pruned: list[str]
    findings: list[Finding] = field(default_factory=list)


def admit_create(resource: Mapping[str, Any], operator: str = OPERATOR) -> Admission:
    """Return what the operator release answers to a new AerospikeCluster."""
    return answer_create(cluster_of(dict(resource), operator))


def answer_create(cluster: Cluster) -> Admission:
    """Return the same for a cluster that was read already; the release is that of ``cluster``."""
    return _answer(cluster, _findings(COMMON + CREATE_ONLY, cluster.operator, cluster))


def admit_update(
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    *,
    status: Status | None = None,
    operator: str = OPERATOR,
) -> Admission:
    """Return what the operator release answers to a change; without a ``status`` the old cluster is rolled out."""
    before, after = cluster_of(dict(old), operator), cluster_of(dict(new), operator)
    return answer_update(before, after, status or finished_status(before))


def answer_update(before: Cluster, after: Cluster, status: Status) -> Admission:
    """Return the same for clusters that were read already; the release is that of ``after``."""
    findings = _findings(COMMON, after.operator, after)
    if before.racks and after.racks:
        findings += _findings(UPDATE_ONLY, after.operator, before, after, status)
    return _answer(after, findings)


@lru_cache(maxsize=64)
def rules_of(rules: tuple[Rule[P], ...], operator: str) -> tuple[Rule[P], ...]:
    """Return those of ``rules`` that the operator release has."""
    return tuple(rule for rule in rules if rule.holds_for(operator))


def _findings(rules: tuple[Rule[P], ...], operator: str, *context: P.args, **options: P.kwargs) -> list[Finding]:
    """Return what the rules of the operator release find in the context."""
    having: tuple[Rule[P], ...] = rules_of(rules, operator)
    return findings_of(having, *context, **options)


def _answer(cluster: Cluster, validated: list[Finding]) -> Admission:
    undecodable = [
        FIELD_TYPE.finding(problem.path, problem.message, problem.hint) for problem in cluster.reading.undecodable
    ]
    mutated = undecodable + without_consequences(cluster.refusals, undecodable)
    invalid = without_consequences(definition.refusals(cluster), mutated)
    stages: tuple[tuple[Stage, list[Finding]], ...] = (
        ("mutate", mutated),
        ("crd", invalid),
        ("validate", without_consequences(list(dict.fromkeys(validated)), mutated + invalid)),
    )
    first: tuple[Stage, Finding | None] = next(
        ((stage, refusals[0]) for stage, refusals in stages if refusals), ("validate", None)
    )
    stage, refused = first
    warnings = _findings(WARNINGS, cluster.operator, cluster)
    findings = [*(refusal for _, refusals in stages for refusal in refusals), *warnings, *definition.pruned(cluster)]
    return Admission(
        allowed=refused is None,
        stage=stage,
        rule=refused.rule if refused else "",
        message=f"{refused.path}: {refused.message}" if refused else "",
        warnings=[f"{finding.path}: {finding.message}" for finding in warnings],
        pruned=list(cluster.reading.pruned),
        findings=_marked(findings, cluster.operator),
    )


def _marked(findings: list[Finding], operator: str) -> list[Finding]:
    """Return the findings, with the mark of an estimate where the release ``operator`` is not known."""
    if not is_estimate(operator):
        return findings
    return [replace(finding, message=marked(finding.message, operator)) for finding in findings]


def without_consequences(findings: list[Finding], causes: list[Finding]) -> list[Finding]:
    """Return ``findings`` without those at the path of a cause or below it: there the meant value was not judged."""
    if not causes:
        return findings
    paths = {cause.path for cause in causes}
    return [finding for finding in findings if paths.isdisjoint(_paths_above(finding.path))]


def _paths_above(path: str) -> Iterator[str]:
    """Yield the path itself, then every section and list that it leads through."""
    yield path
    for position, character in enumerate(path):
        if character in ".[":
            yield path[:position]
