"""Owns the forecast of a roll-out: the ordered steps that the operator takes for a change, and what blocks it.

The forecast runs the operator's own loop over a model of pods, StatefulSets, claims and servers: pass by pass, rack by
rack. Each module follows one part of the operator. What a pod needs comes from `aerofleet.ako.restart`, the rest from
the spec. Pure: no I/O. Must not import admission, reasons or hazards, but for `forecast`, which asks admission.

Source: AKO 4.5.0, internal/controller/cluster, and its recorded roll-outs.
"""
