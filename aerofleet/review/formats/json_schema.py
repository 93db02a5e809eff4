"""The JSON Schema of a review's JSON, for the tools that read it: `docs/reference/review.schema.json`."""

from __future__ import annotations

from typing import Any, get_args

from aerofleet.ako.rollout.acts import Outcome
from aerofleet.findings import SEVERITIES
from aerofleet.findings.effect import EFFECTS
from aerofleet.findings.finding import SubjectKind
from aerofleet.forecast.model import KINDS
from aerofleet.review.formats.json import SCHEMA
from aerofleet.review.model import SideName, Verdict

Json = dict[str, Any]
TEXT: Json = {"type": "string"}
TEXTS: Json = {"type": "array", "items": TEXT}
COUNT: Json = {"type": "integer", "minimum": 0}
TRUTH: Json = {"type": "boolean"}
EFFECT: Json = {"enum": [str(effect) for effect in EFFECTS]}
ANY: Json = {"description": "a value of a definition file; null: this side has none"}


def review_schema() -> Json:
    """Return the schema. A new key, or another meaning of one, is a new version."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA,
        "title": "What `aerofleet review --format json` prints",
        **record(
            schema={"const": SCHEMA},
            verdict={"enum": list(get_args(Verdict)), "description": "the worst effect, or unknown"},
            counts={
                "type": "object",
                "additionalProperties": COUNT,
                "description": "effect, or unknown → number of clusters; those without an effect too",
            },
            base=ref("side"),
            head=ref("side"),
            asOf={"type": "string", "format": "date", "description": "the day of rules with dates"},
            clusters=listed("cluster", "every cluster that changes"),
            folded=listed("group", "clusters with equal changes"),
            objects=listed("object", "other objects that come, go or change"),
            findings=listed("headFinding", "findings of head and of policies"),
            unknown=listed("unknown", "cells that can't be judged"),
            upgrades=listed("upgrade", "other releases of the operator or of servers"),
            enginePreviews={"type": "array", "items": record(stacks=TEXTS, pins=TEXTS)},
            changedCode={**TEXTS, "description": "files of code, pins and locks that differ"},
            hosts=listed("hosts", "what becomes of hosts, of the room on the hosts of a pool, and of quotas"),
            otherLines=listed("cause", "changed values of the definitions that no cluster's change names"),
        ),
        "$defs": definitions(),
    }


def definitions() -> dict[str, Json]:
    """Return the parts that several others have."""
    finding = {
        "rule": {**TEXT, "description": "id in docs/reference/rules.md"},
        "severity": {"enum": list(SEVERITIES)},
        "path": TEXT,
        "message": TEXT,
        "remedy": TEXT,
    }
    change = {
        "effect": EFFECT,
        "reasons": listed("reason"),
        "hazards": listed("finding"),
        "cause": listed("cause", "the changed lines; several where several change the cluster"),
        "byChangedCode": TRUTH,
        "pods": {"type": "object", "additionalProperties": COUNT, "description": "kind of restart → number of pods"},
    }
    place = {"stack": TEXT, "cell": TEXT, "environment": TEXT}
    names = {"team": TEXT, "cluster": TEXT}
    located = {"subject": maybe(ref("subject")), "location": maybe(ref("location"))}
    return {
        "side": record(
            name=TEXT,
            commit=TEXT,
            digest=TEXT,
            renderedBy={"enum": ["running-code", "own-code", "file", "nothing"]},
            productVersion=TEXT,
            notes=TEXTS,
        ),
        "location": record(file=TEXT, line={"type": "integer", "minimum": 1}, column={"type": "integer", "minimum": 1}),
        "subject": record(kind={"enum": list(get_args(SubjectKind))}, name=TEXT),
        "finding": record(**finding),
        "locatedFinding": record(**finding, **located),
        "headFinding": record(cell=TEXT, isNew=TRUTH, **finding, **located),
        "reason": record(effect=EFFECT, **finding),
        "cause": record(
            path=TEXT,
            layer={**TEXT, "description": "what the value belongs to: a tier, the team, the cell, the code"},
            old=ANY,
            new=ANY,
            side={"enum": list(get_args(SideName))},
            location=maybe(ref("location")),
            otherLocation=maybe(ref("location")),
        ),
        "cluster": record(**place, **names, namespace=TEXT, name=TEXT, **change, forecast=maybe(ref("forecast"))),
        "group": record(
            **change,
            rollout={**TEXT, "description": "the forecast of each cluster, as one line"},
            worstMoment={**TEXT, "description": "the step at which the least is left"},
            clusters={"type": "array", "items": record(cell=TEXT, **names)},
        ),
        **forecast_definitions(),
        "object": record(
            **place,
            object=TEXT,
            effect=EFFECT,
            reasons=listed("reason"),
            byChangedCode=TRUTH,
            cause=listed("cause", "the changed lines, where some are known"),
        ),
        "hosts": record(cell=TEXT, subject=TEXT, cause=listed("cause"), notes=TEXTS, ask=TEXT),
        "unknown": record(
            cell=TEXT,
            side={"enum": list(get_args(SideName))},
            reason=TEXT,
            wayOut=TEXT,
            mistakes=listed("locatedFinding"),
            clusters=COUNT,
            names=TEXTS,
            isMended=TRUTH,
        ),
        "upgrade": record(
            kind={"enum": ["operator", "server"]},
            cell=TEXT,
            channel=TEXT,
            old=TEXT,
            new=TEXT,
            clusters=TEXTS,
            notes=listed("finding"),
            cause=maybe(ref("cause")),
        ),
    }


def forecast_definitions() -> dict[str, Json]:
    """Return the parts of a forecast."""
    amount = maybe(ref("span"))
    unknown = "null: not known"
    return {
        "span": {**record(low=COUNT, high=COUNT), "description": "a range, both ends included"},
        "copies": record(
            namespace=TEXT,
            copies={**COUNT, "description": "the smallest number of live copies of any partition"},
            afterHostLoss={**COUNT, "description": "the same, if the worst host is lost in addition"},
            afterRackLoss={**COUNT, "description": "the same, if the worst rack is lost in addition"},
            unavailable={**COUNT, "description": "partitions that no node serves"},
        ),
        "step": record(
            kind={"enum": list(KINDS), "description": "; ".join(f"{kind}: {text}" for kind, text in KINDS.items())},
            rack={**TEXT, "description": "empty where the step is about several racks"},
            pods=TEXTS,
            out={**TEXTS, "description": "all pods that do not serve during the step"},
            emptied={**TEXTS, "description": "pods whose claims it deletes"},
            waitsFor={**TEXTS, "description": "what the operator waits for before the next step"},
            repeats={**TRUTH, "description": "the operator repeats it for ever"},
            copies=listed("copies", "empty: not known"),
            movedBytes={**amount, "description": unknown},
            seconds={**amount, "description": "until all that it moves has moved; null where nobody can know it"},
            movingSeconds={**amount, "description": "the part of seconds in which data moves"},
            leastSeconds={**maybe(COUNT), "description": "certain without the data; null: it never ends"},
        ),
        "assumption": record(name=TEXT, value=ref("span"), unit=TEXT, source=TEXT, override=TEXT),
        "forecast": record(
            summary=TEXT,
            outcome={"enum": list(get_args(Outcome))},
            blocked={**TEXT, "description": "what holds the roll-out up for ever; empty where it ends"},
            pods=COUNT,
            lowestCopies={**maybe(COUNT), "description": unknown},
            movedBytes={**amount, "description": unknown},
            seconds={**amount, "description": unknown},
            leastSeconds={**maybe(COUNT), "description": "certain without the data; null: it never ends"},
            movingAfterCompleted={**amount, "description": "seconds in which data moves after phase Completed"},
            steps=listed("step", "what the operator does, in its order"),
            unknown={**TEXTS, "description": "what no file shows, and what is taken for granted instead"},
            chances={**TEXTS, "description": "what depends on chance"},
            assumptions=listed("assumption", "figures of the forecast, and where to write one's own"),
        ),
    }


def record(**properties: Json) -> Json:
    """Return the schema of a mapping that has all of these keys, and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def ref(name: str) -> Json:
    return {"$ref": f"#/$defs/{name}"}


def maybe(schema: Json) -> Json:
    return {"anyOf": [schema, {"type": "null"}]}


def listed(name: str, description: str = "") -> Json:
    schema: Json = {"type": "array", "items": ref(name)}
    return {**schema, "description": description} if description else schema
