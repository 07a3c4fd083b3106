"""What the measurement strip says: statistics of the stretch of trace on screen, or between the time cursors. No Qt."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lifbench.analysis.response import measure_response
from lifbench.analysis.spikes import spike_statistics
from lifbench.quantities import format_number

__all__ = ["measure_text"]


def measure_text(
    values: NDArray[np.float32],
    spikes_ms: NDArray[np.float64],
    where: str,
    *,
    start_ms: float = 0.0,
    interval_ms: float | None = None,
) -> str:
    """One line: min, max, mean, peak-to-peak of V (mV), spikes, mean interval, rate from intervals, CV.

    With the ``interval_ms`` of the samples also what is measured from the first of them, at ``start_ms``: amplitude, 10–90 % rise
    (without spikes), latency.
    """
    if not values.size:
        return ""
    V = values.astype(float)
    parts = [
        f"V {where}: min {V.min():.2f}  max {V.max():.2f}  mean {V.mean():.2f}  p–p {np.ptp(V):.2f} mV".replace("-", "−"),
    ]
    s = spike_statistics(spikes_ms, start_ms)
    if interval_ms is not None:
        response = measure_response(V, interval_ms)
        if response is not None and not s.count:
            parts.append(f"amplitude {response.amplitude:+.2f} mV".replace("-", "−"))
            if response.rise_ms is not None:
                parts.append(f"10–90 % {format_number(response.rise_ms)} ms")
        if s.latency_ms is not None:
            parts.append(f"latency {format_number(s.latency_ms)} ms")
    text = f"spikes {s.count}"
    if s.mean_interval_ms is not None and s.rate_hz is not None:
        text += f"  interval {format_number(s.mean_interval_ms)} ms  rate {format_number(s.rate_hz)} Hz"
    if s.cv is not None:
        text += f"  CV {s.cv:.3f}"
    return "   ·   ".join([*parts, text])
