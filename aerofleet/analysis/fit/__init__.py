"""Owns the question whether the pods of a cell fit on its hosts, with what is known before any pod is placed.

`packing` has the arithmetic, `room` the hosts and pods of a cell, `rules` the findings. An error is certain: it holds
for every placement. What the hosts have for pods is an estimate where `hosts.yaml` does not say it.

Must not import the rest of `aerofleet.analysis`, which composes the rules.
"""
