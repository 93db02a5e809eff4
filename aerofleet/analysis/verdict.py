"""Answers for programs: one question is one dict, and so is its answer.

Questions: ``{"verb": "create", "spec": CR}``, ``{"verb": "update" | "restart", "old": CR, "new": CR}`` and
``{"verb": "effect", "version": "8.1.1", "old": aerospikeConfig, "new": aerospikeConfig}``. An update may carry
``statusFrom`` (the status mirrors this CR), ``statusPatch`` (a JSON merge patch on that status, as an object or
as text) and ``failedPods`` (names of the pods that have failed; no status has them). Each question may name the release
that judges (``"operator": "4.4.1"``); one that is not known needs ``"estimateUnknownOperator": true``, is judged as the
newest known one, and the answer then has ``"estimate": true``.

``{"verb": "rollout", "old": CR, "new": CR}`` asks for the steps of the roll-out (no ``old``: the first creation, no
``new``: the deletion). It takes what an update takes, and ``facts`` that no file shows, in lists of names of pods:
``crashing``, ``unplaced``, ``execFails``, ``evicting``, ``healing``, ``slow``; in an object ``nodes``, pod → node; and
``unlucky``, true for the worst order of live settings.

``{"verb": "start", "version": "8.1.1.1", "aerospikeConfig": {…}}`` asks whether the server itself starts; with
``previous``, the aerospikeConfig of the server before on the same devices (and ``previousVersion``), also whether any
namespace has fewer records afterwards. ``{"verb": "live", "version": "8.1.1.1", "context": "service", "parameter":
"info-threads", "from": "16", "to": "0"}`` asks what a running server answers to a setting, after those in ``before``.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from aerofleet.aerospike.server import start_findings
from aerofleet.aerospike.server.live_question import COMMAND, PLACES, answer_live
from aerofleet.aerospike.server.loss import Setup, losses, unreadable
from aerofleet.ako.admission import Admission, admit_create
from aerofleet.ako.change import Change, change_between
from aerofleet.ako.cluster import Cluster, cluster_of
from aerofleet.ako.compatibility import OPERATOR
from aerofleet.ako.config import Config, section
from aerofleet.ako.config_change import ConfigChange, judge
from aerofleet.ako.estimate import is_estimate, refusal_of
from aerofleet.ako.hazards import config_hazards
from aerofleet.ako.hazards.of_data import config_losses
from aerofleet.ako.status import Status, finished_status, patched_status
from aerofleet.analysis.step_reasons import with_step_reasons
from aerofleet.findings import Finding
from aerofleet.findings.effect import Reason

if TYPE_CHECKING:
    from aerofleet.ako.rollout.acts import Rollout
    from aerofleet.ako.rollout.model import Facts

Question = dict[str, Any]
Answer = dict[str, Any]


OPERATORS_OWN = frozenset({"rack-id", "cluster-name", "node-id", "mode", "tls-authenticate-client"}) | {
    f"{tls}{way}-{what}"
    for tls in ("", "tls-")
    for way in ("access", "alternate-access")
    for what in ("port", "addresses")
}
"""Parameters that the operator writes itself if they are absent, or removes. The console sink is another one."""


FACTS = {
    "crashing": "crashing",
    "unplaced": "unplaced",
    "execFails": "exec_fails",
    "evicting": "evicting",
    "healing": "healing",
    "slow": "slow",
}
"""Key of ``facts`` in a question → its name in `Facts`."""


class QuestionError(ValueError):
    """A question that has no form of the protocol; the message has the reason."""


def answer(question: Any) -> Answer:
    """Return the answer to one question. Raises QuestionError."""
    if not isinstance(question, dict):
        raise QuestionError("a question is a JSON object with a verb")
    verb = question.get("verb")
    known = VERBS.get(verb) if isinstance(verb, str) else None
    if verb is None:
        raise QuestionError(f"verb is missing; it is one of {', '.join(VERBS)}")
    if known is None:
        raise QuestionError(f"verb {verb!r} is none of {', '.join(VERBS)}")
    return known(question)


def _object(question: Question, key: str) -> dict[str, Any]:
    value = question.get(key)
    if not isinstance(value, dict):
        raise QuestionError(f"{key} is missing or no object")
    return value


def _create(question: Question) -> Answer:
    operator = _operator(question)
    return _judged_by(operator, _admission(admit_create(_object(question, "spec"), operator)))


def _update(question: Question) -> Answer:
    change = _change(question)
    return _judged_by(change.new.operator, {**_admission(change.admission), **_effect_of(change)})


def _restart(question: Question) -> Answer:
    change = _change(question)
    restarts = {"restart": change.restarts.pods, "kinds": change.restarts.kinds}
    return _judged_by(change.new.operator, {**restarts, **_effect_of(change)})


def _operator(question: Question) -> str:
    operator = question.get("operator", OPERATOR)
    if not isinstance(operator, str):
        raise QuestionError("operator is no text")
    if is_estimate(operator) and question.get("estimateUnknownOperator") is not True:
        raise QuestionError(refusal_of(operator, '"estimateUnknownOperator": true'))
    return operator


def _judged_by(operator: str, answered: Answer) -> Answer:
    return {**answered, "estimate": True} if is_estimate(operator) else answered


def _change(question: Question) -> Change:
    new = _object(question, "new")
    operator = _operator(question)
    old = cluster_of(_object(question, "old"), operator)
    status = _status(question, old)
    return with_step_reasons(change_between(old, cluster_of(new, operator), new, status), status)


def _rollout(question: Question) -> Answer:
    # Loaded with the first such question: the other verbs start without it.
    from aerofleet.ako.rollout.forecast import rollout_between, rollout_of

    operator = _operator(question)
    facts = _facts(question)
    if question.get("old") is None or question.get("new") is None:
        cluster = _object(question, "new" if question.get("old") is None else "old")
        pair = (None, cluster) if question.get("old") is None else (cluster, None)
        return _judged_by(operator, _steps(rollout_of(*pair, facts=facts, operator=operator)))
    old, new = (cluster_of(_object(question, key), operator) for key in ("old", "new"))
    return _judged_by(operator, _steps(rollout_between(old, new, _status(question, old), facts=facts)))


def _facts(question: Question) -> Facts:
    from aerofleet.ako.rollout.model import Facts

    written = question.get("facts", {})
    if not isinstance(written, dict):
        raise QuestionError("facts is no object")
    unknown = sorted(written.keys() - {*FACTS, "nodes", "unlucky"})
    if unknown:
        raise QuestionError(f"facts has {unknown[0]!r}, which is none of {', '.join((*FACTS, 'nodes', 'unlucky'))}")
    nodes = written.get("nodes")
    if nodes is not None and not isinstance(nodes, dict):
        raise QuestionError("facts.nodes is no object")
    names = {name: _names(written, key) for key, name in FACTS.items()}
    return Facts(nodes=nodes, unlucky=written.get("unlucky") is True, **names)


def _steps(rollout: Rollout) -> Answer:
    """Return the steps in the form of the recorded roll-outs; the other keys only where there is something to say."""
    answered: Answer = {"steps": [step.json() for step in rollout.steps], "outcome": rollout.outcome}
    if rollout.blocked:
        answered["blocked"] = rollout.blocked
    named = {"unknown": list(rollout.unknown), "chances": list(rollout.chances)}
    return {**answered, **{key: value for key, value in named.items() if value}}


def _status(question: Question, old: Cluster) -> Status:
    mirrored = cluster_of(_object(question, "statusFrom"), old.operator) if "statusFrom" in question else old
    status = replace(finished_status(mirrored), failed=_names(question, "failedPods"))
    patch = question.get("statusPatch")
    if isinstance(patch, str):
        try:
            patch = json.loads(patch)
        except ValueError as error:
            raise QuestionError(f"statusPatch is not JSON: {error}") from None
    if patch is None:
        return status
    if not isinstance(patch, dict):
        raise QuestionError("statusPatch is no object")
    return replace(patched_status(status, patch, old), failed=status.failed)


def _names(question: Question, key: str) -> frozenset[str]:
    value = question.get(key) or []
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise QuestionError(f"{key} is no list of texts")
    return frozenset(value)


def _effect(question: Question) -> Answer:
    version = question.get("version")
    if not isinstance(version, str):
        raise QuestionError("version is missing or no text")
    old, new = _object(question, "old"), _object(question, "new")
    try:
        change = judge(version, old, new)
        done = judge(version, *_defaulted(old, new)) if _touches_own(change) else change
    except KeyError:
        raise QuestionError(f"there is no data for server {version} or an older one") from None
    hazards = [*config_hazards(version, done, done.restart()), *config_losses(version, old, new)]
    return {
        "changed": change.changed,
        "static": change.static,
        "dynamic": change.is_dynamic,
        "restart": done.restart(),
        "hazards": [_hazard(hazard) for hazard in hazards],
    }


def _touches_own(change: ConfigChange) -> bool:
    """Return whether the change has a parameter that the operator writes or removes itself."""
    paths = [difference.names for difference in change.differences] + [tuple(key.split(".")) for key in change.hidden]
    return any(names[0] == "logging" or names[-1] in OPERATORS_OWN for names in paths)


def _defaulted(old: Config, new: Config) -> tuple[Config, Config]:
    """Return both configurations as they reach the pods of a cluster without racks.

    A parameter that the operator writes or removes itself (cluster-name, heartbeat mode, console sink, rack-id) makes
    no difference there. If the operator refuses one of the two, both are returned unchanged.
    """
    service = section(old, "service") or section(new, "service")
    names = {"name": service.get("cluster-name", "cluster"), "namespace": "default"}
    clusters = [cluster_of({"metadata": names, "spec": {"aerospikeConfig": config}}) for config in (old, new)]
    if any(cluster.refusals for cluster in clusters):
        return old, new
    return clusters[0].config, clusters[1].config


def _start(question: Question) -> Answer:
    version = question.get("version")
    if not isinstance(version, str):
        raise QuestionError("version is missing or no text")
    config = _object(question, "aerospikeConfig")
    try:
        start = start_findings(version, config)
    except ValueError as error:
        raise QuestionError(str(error)) from None
    findings = [_finding(finding) for finding in start]
    starts = all(finding.severity != "error" for finding in start)
    if "previous" not in question:
        return {"starts": starts, "findings": findings}
    before = Setup(str(question.get("previousVersion") or version), _object(question, "previous"))
    after = Setup(version, config)
    refused = [_finding(finding) for finding in unreadable(before, after)]
    starts = starts and not refused
    lost = [
        {"rule": loss.kind, "path": loss.path, "places": list(loss.places), "message": loss.message}
        for loss in losses(before, after)
    ]
    return {"starts": starts, "findings": findings + refused, "loses": bool(lost) and starts, "losses": lost}


def _live(question: Question) -> Answer:
    """Return the server's answer to one live setting, with ``reads`` if the server then shows another value."""
    version, context, parameter = (question.get(key) for key in ("version", "context", "parameter"))
    if not (isinstance(version, str) and isinstance(context, str) and isinstance(parameter, str)):
        raise QuestionError("version, context or parameter is missing or no text")
    if "to" not in question:
        raise QuestionError("to, the value that is asked for, is missing")
    before = question.get("before", [])
    if not isinstance(before, list) or not all(isinstance(step, dict) for step in before):
        raise QuestionError("before is no list of steps")
    try:
        reply = answer_live(version, question, question.get("from"), before)
    except KeyError as error:
        raise QuestionError(f"context {error} is none of {', '.join((*PLACES, COMMAND))}") from None
    answered: Answer = {"ok": reply.is_ok, "applied": reply.is_applied}
    if reply.shows:
        answered["reads"] = reply.shows
    return {**answered, "message": reply.why}


VERBS: dict[str, Callable[[Question], Answer]] = {
    "create": _create,
    "update": _update,
    "effect": _effect,
    "restart": _restart,
    "rollout": _rollout,
    "start": _start,
    "live": _live,
}


def _admission(admission: Admission) -> Answer:
    return {
        "allowed": admission.allowed,
        "stage": admission.stage,
        "rule": admission.rule,
        "message": admission.message,
        "warnings": admission.warnings,
        "pruned": admission.pruned,
        "findings": [_finding(finding) for finding in admission.findings],
    }


def _effect_of(change: Change) -> Answer:
    return {
        "effect": str(change.effect),
        "reasons": [_reason(reason) for reason in change.reasons],
        "hazards": [_hazard(hazard) for hazard in change.hazards],
    }


def _finding(finding: Finding) -> Answer:
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "path": finding.path,
        "message": finding.message,
        "hint": finding.remedy,
    }


def _reason(reason: Reason) -> Answer:
    return {"effect": str(reason.effect), "rule": reason.rule, "path": reason.path, "message": reason.message}


def _hazard(hazard: Finding) -> Answer:
    return {
        "id": hazard.rule,
        "severity": hazard.severity,
        "path": hazard.path,
        "message": hazard.message,
        "instead": hazard.remedy,
    }
