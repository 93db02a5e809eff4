"""Owns the agreement: whether the engine would do what a review says, object by object.

Takes a preview of the engine as data (`pulumi preview --json`) and a review; runs nothing. Must not import the engine.
"""
