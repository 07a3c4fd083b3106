"""What the measurement strip says: statistics of the stretch of trace on screen, or between the time cursors. No Qt."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lifbench.analysis.spikes import spike_statistics
from lifbench.quantities import format_number

__all__ = ["measure_text"]


def measure_text(values: NDArray[np.float32], spikes_ms: NDArray[np.float64], where: str) -> str:
    """One line: min, max, mean, peak-to-peak of V (mV), spikes, mean interval, rate from intervals, CV."""
    if not values.size:
        return ""
    V = values.astype(float)
    parts = [
        f"V {where}: min {V.min():.2f}  max {V.max():.2f}  mean {V.mean():.2f}  p–p {np.ptp(V):.2f} mV".replace("-", "−"),
    ]
    s = spike_statistics(spikes_ms)
    text = f"spikes {s.count}"
    if s.mean_interval_ms is not None and s.rate_hz is not None:
        text += f"  interval {format_number(s.mean_interval_ms)} ms  rate {format_number(s.rate_hz)} Hz"
    if s.cv is not None:
        text += f"  CV {s.cv:.3f}"
    return "   ·   ".join([*parts, text])
