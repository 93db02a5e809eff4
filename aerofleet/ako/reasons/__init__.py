"""Owns the reasons for the effect of a change, one module for each subject. Each function yields the reasons it finds.

Must not import anything above `aerofleet.ako`.
"""
