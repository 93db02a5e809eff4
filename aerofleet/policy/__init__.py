"""Owns the policies: what the platform demands of a cell and of a change, beyond what operator and server refuse.

A policy is a rule with scope "policy". Its kind is "state" (of one cell: run by `check`, and where rendered objects are
enough by the pack in `policies/`) or "change" (of a fleet: run by a review). Its severity follows from the environment
of the cell. Waivers and approvals are applied in one place, `exceptions.py`. Must not import `aerofleet.review`,
Pulumi or the command line; no file is read here, and the day comes from the caller.
"""
