"""Owns drift: how the objects of an API server, and the settings of its nodes, differ from what the definitions make.

Pure: takes rendered and live objects and the answers of nodes as data. Must not import `aerofleet.live`, which reads
them, or decide what is built.
"""
