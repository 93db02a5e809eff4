"""Print how long the forecasts of 171 roll-outs take on one core: steps, copies, bytes and time together."""

from __future__ import annotations

from time import process_time

from aerofleet.ako.cluster import cluster_of
from aerofleet.forecast.build import forecast_of
from aerofleet.forecast.model import NamespaceData
from tests.ako.specimen import cluster

CLUSTERS = 171
TARGET_SECONDS = 1.0
NAMESPACES = {"memory": "cache", "device": "orders", "strong": "ledger"}
RESTART = {"spec.podSpec.tolerations": [{"key": "db", "operator": "Exists"}]}


def run() -> None:
    changes = []
    for number in range(CLUSTERS):
        base, namespace = list(NAMESPACES.items())[number % len(NAMESPACES)]
        name = {"metadata.name": f"cluster-{number}"}
        before, after = (cluster_of(cluster(base, name, edit)) for edit in ({}, RESTART))
        changes.append((before, after, {namespace: NamespaceData(300_000_000 + number, 1000, 100)}))
    started = process_time()
    for before, after, load in changes:
        forecast_of(before, after, load=load)
    seconds = process_time() - started
    verdict = "reached" if seconds <= TARGET_SECONDS else "missed"
    print(f"forecast: {seconds:.2f} s of one core for {CLUSTERS} roll-outs (target {TARGET_SECONDS} s, {verdict})")
