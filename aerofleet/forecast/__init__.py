"""Owns the forecast of a change of one cluster: the steps that a reader counts, and what is left at each of them.

`forecast_of` (module `build`) groups the operator's own acts, from `aerofleet.ako.rollout`, into steps, and adds
copies, bytes and time. Pure: no I/O. Imports ako, sizing, findings and units only.
"""
