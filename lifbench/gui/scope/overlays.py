"""Earlier sweeps beside the present one: faint traces, raster, average, and the legend that names them."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QPen

from lifbench.engine.trace_ring import TraceRing
from lifbench.gui.bench import Bench
from lifbench.gui.scope.acquisition import Acquisition, Screen, Shown
from lifbench.gui.scope.plots import ScopeView
from lifbench.gui.scope.references import References

__all__ = ["Overlays"]

_MOST_NAMED = 9  # sweeps that the legend names


class Overlays:
    """Draws what the acquisition remembers.

    Attributes
    ----------
    averaged : tuple of float, or None
        Time zeros of the screens whose mean is drawn; None: work it out anew.
    """

    def __init__(self, bench: Bench, view: ScopeView, acquisition: Acquisition, references: References) -> None:
        self._bench, self._view, self._acquisition, self._references = bench, view, acquisition, references
        self.averaged: tuple[float, ...] | None = None

    def screens(self, ring: TraceRing) -> list[Screen]:
        """Earlier screens that are shown beside the present one."""
        a = self._acquisition
        if a.mode == "roll" or a.keep < 2:
            return []
        return [screen for screen in a.earlier if screen.zero >= ring.first][-(a.keep - 1) :]

    def draw(self, ring: TraceRing, shown: Shown, spikes_ms: np.ndarray, rolling: bool) -> None:
        a, view, sweeps = self._acquisition, self._view, self._bench.setup.recording.sweeps
        earlier, now = self.screens(ring), Screen(shown.zero, a.sweep)
        span = a.span(ring)
        view.draw_overlays(ring, earlier, span, a.pre, sweeps)
        family = sweeps > 1 and a.source == "sweep" and not rolling
        view.colour_by_sweep(a.sweep if family else 0, sweeps if family else 1)
        view.draw_raster(ring, [*earlier, now], span, a.pre, sweeps, spikes_ms)
        self._name([*earlier, now] if family else [])
        self._average(ring, earlier)

    def _name(self, screens: list[Screen]) -> None:
        """What the increments made of each sweep on screen; and the pinned references."""
        clamp, sweeps = self._bench.setup.clamp, self._bench.setup.recording.sweeps
        entries = []
        newest = list(dict.fromkeys(s.sweep for s in reversed(screens)))[:_MOST_NAMED]
        names = [name for name, _ in clamp.varied(0)]
        if newest and names:
            entries.append((QPen(Qt.PenStyle.NoPen), ", ".join(names)))  # once; beside each sweep its values
        for sweep in sorted(newest):
            values = ", ".join(value for _, value in clamp.varied(sweep))
            entries.append((self._view.sweep_pen(sweep, sweeps), values or f"sweep {sweep + 1}"))
        for number in range(len(self._references.pinned)):
            entries.append((self._view.reference_pen(number), f"R{number + 1}"))
        self._view.legend.set_entries(entries)

    def _average(self, ring: TraceRing, earlier: list[Screen]) -> None:
        """The mean of the complete screens that are overlaid, worked out when another is added."""
        a = self._acquisition
        same = [o for o in earlier if o.sweep == earlier[-1].sweep] if a.average else []
        alike = tuple(o.zero for o in same)
        if alike == self.averaged:
            return
        self.averaged = alike
        before = round(a.pre * a.span(ring))
        span = int(min([a.span(ring), *(o.end - o.zero + before for o in same)]))
        found = []
        for zero in alike:
            first = round(zero) - before
            begun, values = ring.read("V_mV", first, first + span)
            if begun == first and values.size == span:
                found.append(values)
        if not found:
            self._view.average_curve.clear()
            return
        thin = max(1, span // 4000)
        x = (np.arange(span) - before) * ring.sample_interval_ms
        self._view.average_curve.setData(x[::thin], np.mean(found, axis=0, dtype=float)[::thin])
