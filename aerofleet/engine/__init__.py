"""Owns the operations on stacks from outside the Pulumi program: recover, order, move.

Must not import the command line or components.
"""
