"""Owns the deployment of reviewed definitions: what is judged before, in which order it happens, and what is recorded.

`decision` is pure: what is live, what is rendered and what was reviewed in, a decision out. Must not import the command
line or a forge.
"""
