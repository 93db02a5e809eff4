"""`measured` in cell.yaml: what the platform measured on its hosts, instead of the planning figures of forecasts."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from aerofleet.files.file_model import FileModel
from aerofleet.files.quantities import Whole
from aerofleet.forecast.rates import FIGURES


def _figure(name: str) -> Any:
    figure = FIGURES[name]
    return Field(None, ge=1, description=f"{figure.unit}: {figure.about}")


class Measured(FileModel):
    """Figures of the forecast that the platform measured; each one replaces a range."""

    stop_seconds: Whole | None = _figure("stop_seconds")
    start_seconds: Whole | None = _figure("start_seconds")
    image_seconds: Whole | None = _figure("image_seconds")
    server_seconds: Whole | None = _figure("server_seconds")
    quick_restart_records_per_second: Whole | None = _figure("quick_restart_records_per_second")
    index_records_per_second: Whole | None = _figure("index_records_per_second")
    device_bytes_per_second: Whole | None = _figure("device_bytes_per_second")
    migrated_record_microseconds: Whole | None = _figure("migrated_record_microseconds")
    migrated_partitions_per_second: Whole | None = _figure("migrated_partitions_per_second")
    unchanged_record_speedup: Whole | None = _figure("unchanged_record_speedup")
    network_bytes_per_second: Whole | None = _figure("network_bytes_per_second")
    balanced_percent: Whole | None = _figure("balanced_percent")
    poll_seconds: Whole | None = _figure("poll_seconds")
    requeue_seconds: Whole | None = _figure("requeue_seconds")
    quiesce_seconds: Whole | None = _figure("quiesce_seconds")
    live_seconds: Whole | None = _figure("live_seconds")
    claim_seconds: Whole | None = _figure("claim_seconds")

    def figures(self) -> dict[str, int]:
        """Return the measured figures by their names in `aerofleet.forecast.rates.Rates`."""
        return {name: value for name in FIGURES if (value := getattr(self, name)) is not None}
