"""What the scope measures of each trace on screen, or between the time cursors. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lifbench.analysis.response import measure_response
from lifbench.analysis.spikes import SpikeStatistics, spike_statistics
from lifbench.engine.trace_ring import TraceRing
from lifbench.gui.scope.channels import channel_title
from lifbench.model.integrator import name_and_unit
from lifbench.quantities import format_number

__all__ = ["BETWEEN", "COLUMNS", "Measurement", "measure", "strip_text"]

BETWEEN = "between cursors"
_NOTHING = 0.01  # in the unit of the trace: what is smaller has no rise worth a number
_MOST = 400_000  # samples: longer stretches are measured on their buckets, which know minimum and maximum but no course


@dataclass(frozen=True)
class Measurement:
    """One trace over one stretch.

    ``minimum`` … ``amplitude`` are in ``unit``, times in ms, rate in Hz; None where it cannot be told. Amplitude, rise and peak time
    are from the first sample of the stretch; the spikes are the cell's, and told with V alone.
    """

    trace: str
    unit: str
    where: str
    length_ms: float
    minimum: float
    maximum: float
    mean: float | None
    amplitude: float | None
    rise_ms: float | None
    spikes: SpikeStatistics | None
    tau_ms: float | None = None

    def with_tau(self, tau_ms: float) -> Measurement:
        return replace(self, tau_ms=tau_ms)

    def values(self) -> tuple[float | str | None, ...]:
        """In the order of `COLUMNS`."""
        s = self.spikes
        trains = (None,) * 5 if s is None else (float(s.count), s.latency_ms, s.mean_interval_ms, s.rate_hz, s.cv)
        numbers = (self.length_ms, self.minimum, self.maximum, self.mean, self.maximum - self.minimum, self.amplitude, self.rise_ms)
        return (f"{self.trace} ({self.unit})", self.where, *numbers, self.tau_ms, *trains)


COLUMNS = (
    "trace", "where", "length (ms)", "min", "max", "mean", "p–p", "amplitude", "10–90 % (ms)", "τ (ms)", "spikes", "latency (ms)",
    "interval (ms)", "rate (Hz)", "CV",
)  # fmt: skip


def measure(ring: TraceRing, channel: str, first: int, last: int, spikes_ms: NDArray[np.float64], where: str) -> Measurement | None:
    """Measure samples first ≤ k < last of the ring; None where it holds none of them."""
    dt = ring.sample_interval_ms
    first, last = max(first, ring.first), min(last, ring.total)
    if last <= first:
        return None
    mean = amplitude = rise = None
    if last - first <= _MOST:
        begun, values = ring.read(channel, first, last)
        if not values.size:
            return None
        first, last = begun, begun + values.size
        low, high, mean = float(values.min()), float(values.max()), float(values.mean(dtype=float))
        response = measure_response(values, dt)
        if response is not None and where == BETWEEN:
            amplitude = response.amplitude
            rise = response.rise_ms if abs(amplitude) > _NOTHING else None
    else:
        _, lows, highs = ring.window(channel, first, last, 4000)
        low, high = float(lows.min()), float(highs.max())
    spikes = None
    if channel == "V_mV":
        a, b = np.searchsorted(spikes_ms, (first * dt, last * dt))
        spikes = spike_statistics(spikes_ms[a:b], first * dt)
        if spikes.count:
            rise = None  # of a spike it would tell nothing
    name, unit = channel_title(channel), name_and_unit(channel)[1]
    return Measurement(name, unit, where, (last - first - 1) * dt, low, high, mean, amplitude, rise, spikes)


def strip_text(m: Measurement) -> str:
    """One line for the strip below the screen."""
    mean = "" if m.mean is None else f"  mean {m.mean:.2f}"
    parts = [f"{m.trace} {m.where}: min {m.minimum:.2f}  max {m.maximum:.2f}{mean}  p–p {m.maximum - m.minimum:.2f} {m.unit}"]
    s = m.spikes
    if m.where == BETWEEN:
        if m.amplitude is not None and not (s and s.count):
            parts.append(f"amplitude {m.amplitude:+.2f} {m.unit}")
        if m.rise_ms is not None:
            parts.append(f"10–90 % {format_number(m.rise_ms)} ms")
    if s is not None:
        if m.where == BETWEEN and s.latency_ms is not None:
            parts.append(f"latency {format_number(s.latency_ms)} ms")
        text = f"spikes {s.count}"
        if s.mean_interval_ms is not None and s.rate_hz is not None:
            text += f"  interval {format_number(s.mean_interval_ms)} ms  rate {format_number(s.rate_hz)} Hz"
        if s.cv is not None:
            text += f"  CV {s.cv:.2f}"
        parts.append(text)
    return " · ".join(parts).replace("-", "−")
