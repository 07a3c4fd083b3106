"""Spikes and intervals. Times in ms, rates in Hz; a rate comes from intervals, never from a count over a duration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["SpikeStatistics", "spike_statistics"]


@dataclass(frozen=True)
class SpikeStatistics:
    """What a spike train tells; None where there are too few spikes to tell."""

    count: int
    latency_ms: float | None
    mean_interval_ms: float | None
    rate_hz: float | None
    cv: float | None


def _cv(intervals: NDArray[np.float64], mean: float) -> float:
    """Standard deviation over mean; what is rounding of equal intervals is zero."""
    cv = float(intervals.std() / mean)
    return cv if cv > 1e-9 else 0.0


def spike_statistics(times_ms: NDArray[np.float64], onset_ms: float = 0.0) -> SpikeStatistics:
    """Statistics of increasing spike times (m,).

    latency: first spike minus onset; rate: 1000 / mean interval (two spikes at least); cv: standard deviation over
    mean of the intervals (three spikes at least).
    """
    intervals = np.diff(times_ms)
    mean = float(intervals.mean()) if intervals.size else None
    return SpikeStatistics(
        count=int(times_ms.size),
        latency_ms=float(times_ms[0] - onset_ms) if times_ms.size else None,
        mean_interval_ms=mean,
        rate_hz=1000.0 / mean if mean else None,
        cv=_cv(intervals, mean) if mean and intervals.size > 1 else None,
    )
