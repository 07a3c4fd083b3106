"""Which stretch of the trace is measured: the screen, the last whole sweep, or what lies between the time cursors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lifbench.analysis.fit import ExponentialFit, fit_exponential
from lifbench.engine.trace_ring import TraceRing
from lifbench.gui.scope.acquisition import Acquisition, Shown
from lifbench.gui.scope.cursors import Cursors
from lifbench.gui.scope.measure import BETWEEN, Measurement, measure

__all__ = ["Measuring"]

_MOST_FITTED = 4000  # samples


class Measuring:
    """Reads the ring where acquisition and cursors say; ``settled`` below: no sweep is being drawn just now."""

    def __init__(self, acquisition: Acquisition, cursors: Cursors) -> None:
        self._acquisition, self._cursors = acquisition, cursors

    def rows(
        self, ring: TraceRing, shown: Shown, spikes_ms: np.ndarray, channels: Sequence[str], settled: bool
    ) -> list[Measurement]:
        """A Measurement for each channel that holds samples there."""
        dt = ring.sample_interval_ms
        first, last, where = self._screen(ring, shown, settled)
        if self._cursors.visible:
            a, b = self._cursors.times
            zero = self.zero(ring, shown, b)
            first, last, where = int(np.ceil(zero + a / dt - 1e-6)), min(ring.total, int(zero + b / dt + 1e-6) + 1), BETWEEN
        found = (measure(ring, channel, first, last, spikes_ms, where) for channel in channels if channel in ring.channels)
        return [m for m in found if m is not None]

    def fit(self, ring: TraceRing, shown: Shown) -> tuple[ExponentialFit, np.ndarray, np.ndarray]:
        """An exponential through V between the time cursors: the fit, and its curve (ms on the axis, mV). Raises LifbenchError."""
        a, b = self._cursors.times
        dt, zero = ring.sample_interval_ms, self.zero(ring, shown, b)
        first, values = ring.read("V_mV", int(np.ceil(zero + a / dt)), int(zero + b / dt) + 1)
        thin = max(1, values.size // _MOST_FITTED)
        V = values[::thin].astype(float)
        t = np.arange(V.size) * dt * thin
        fit = fit_exponential(t, V)
        return fit, (first - zero) * dt + t, fit(t)

    def _screen(self, ring: TraceRing, shown: Shown, settled: bool) -> tuple[int, int, str]:
        """(first, last) sample and where that is: while a sweep is being drawn, the last one, whose numbers stand still."""
        a = self._acquisition
        if not settled and a.earlier and not a.complete(ring) and a.keep > 1:
            screen = a.earlier[-1]
            first = int(screen.zero - a.pre * a.span(ring))
            if first >= ring.first:
                return first, int(min(first + a.span(ring), screen.end)), "last sweep" if a.source == "sweep" else "last screen"
        return shown.first, shown.last, "on screen"

    def zero(self, ring: TraceRing, shown: Shown, right: float) -> float:
        """The time zero of the newest screen that is drawn as far as ``right`` ms."""
        reach = right / ring.sample_interval_ms
        earlier = [s.zero for s in self._acquisition.earlier if s.zero >= ring.first and s.zero + reach < s.end]
        return next((zero for zero in (shown.zero, *reversed(earlier)) if zero + reach <= ring.total), shown.zero)
