"""Owns what a review posts at a forge (GitHub, GitLab): one comment for each change request, updated in place.

A token comes from the environment only, and no message has it. Nothing here decides a verdict. The libraries of the
forges are loaded when something is posted. Must not import the command line.
"""
