"""Owns the fragments of a cluster's settings: one module for each feature, with its fields and the marks that say what
they make.

Imports only other models of `aerofleet.files`; ``aerofleet.files.settings.Settings`` lists the fragments.
"""
