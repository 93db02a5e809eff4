"""Owns the reasons for the effect of a change, one module for each subject.

A reason is made by a rule that the same module declares. A new rule needs a case in `tests/cases/ako/reasons.yaml`: a
change that has the reason, and a close one that has not. Where the operator admits a change and a platform should not,
the same rule may be a hazard, too: then it has a check here, and `aerofleet.ako.hazards` runs it.

Must not import anything above `aerofleet.ako`.
"""
