"""Resources of a container in a pod."""

from __future__ import annotations

from typing import Any

from aerofleet.units.kubernetes_quantity import kubernetes_bytes, kubernetes_cpu


def guaranteed(cpu_millicores: int, memory_bytes: int) -> dict[str, Any]:
    """Return requests that are equal to the limits: Guaranteed quality of service, so that no memory is taken away."""
    amounts = {"cpu": kubernetes_cpu(cpu_millicores), "memory": kubernetes_bytes(memory_bytes)}
    return {"requests": amounts, "limits": amounts}
