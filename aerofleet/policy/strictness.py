"""The definition by which a change of a cell is judged: of each value that decides about policies, the stricter one of
both sides. So no change gives itself a milder judgement: what it loosens counts from the next change on.
"""

from __future__ import annotations

from collections.abc import Iterable

from aerofleet.files.cell import CellFile
from aerofleet.files.choices import Environment
from aerofleet.files.policy import PolicyLimits

STRICTNESS: tuple[Environment, ...] = (Environment.DEVELOPMENT, Environment.STAGING, Environment.PRODUCTION)
"""The environments, the mildest first."""


def stricter(base: CellFile, head: CellFile) -> CellFile:
    """Return head's definition with the stricter environment and limits of both sides.

    A cell that one side has as ephemeral is judged by the environment of the other side.
    """
    protected = [side for side in (base, head) if not side.ephemeral] or [head]
    environment = max((side.environment for side in protected), key=STRICTNESS.index)
    changes = {
        "environment": environment,
        "ephemeral": base.ephemeral and head.ephemeral,
        "policy": _stricter_limits(base.policy, head.policy),
    }
    return head.model_copy(update=changes)


def _stricter_limits(base: PolicyLimits, head: PolicyLimits) -> PolicyLimits:
    return head.model_copy(
        update={
            "mandatory": tuple(dict.fromkeys((*head.mandatory, *base.mandatory))),
            "registries": tuple(name for name in head.registries if name in base.registries),
            "overlay_days": min(base.overlay_days, head.overlay_days),
            "expiry_warning_days": max(base.expiry_warning_days, head.expiry_warning_days),
            "disturbed_clusters": min(base.disturbed_clusters, head.disturbed_clusters),
            "disturbed_per_rack": min(base.disturbed_per_rack, head.disturbed_per_rack),
        }
    )


def widened(base: Iterable[str], head: Iterable[str]) -> bool:
    """Return whether ``head`` has a name that ``base`` does not have."""
    return bool(set(head) - set(base))
