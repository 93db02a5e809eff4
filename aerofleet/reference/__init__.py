"""Owns the generated reference pages.

Must not import the command line.
"""
