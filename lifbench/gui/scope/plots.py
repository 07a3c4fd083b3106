"""The screen of the oscilloscope: stacked panes with one time axis, drawn from min/max buckets of the ring."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QFont, QPen

from lifbench.engine.messages import SLOPE
from lifbench.engine.trace_ring import TraceRing
from lifbench.gui.bench import Bench
from lifbench.gui.scope.acquisition import DIVISIONS, Screen, Shown
from lifbench.gui.scope.channels import PANES, always_shown, channel_title, pane_of
from lifbench.gui.scope.lines import ParameterLines, TriggerLines
from lifbench.gui.scope.marks import Bands, Legend, PotentialHandle, Raster, SpikeMarks
from lifbench.gui.scope.panes import Pane
from lifbench.gui.scope.scales import default_scales
from lifbench.gui.theme import LIGHT, Theme

__all__ = ["ScopeView", "Trace"]

_SPIKE_TOP = 20.0  # mV: where the cosmetic spike ends
_STRETCH = {"V": 62, "I": 20, "m": 22, "g": 22, "d": 20}  # shares of the height
_TERMS = {
    "V_mV": "capacitive", SLOPE: "capacitive", "I_C_pA": "capacitive", "I_inj_pA": "clamp", "I_leak_pA": "leak", "I_switch_pA": "spike",
}  # fmt: skip
_DASHES = (Qt.PenStyle.DashLine, Qt.PenStyle.DotLine, Qt.PenStyle.DashDotLine, Qt.PenStyle.DashDotDotLine)


class Trace:
    """One channel: its curve in its pane."""

    def __init__(self, channel: str, pane: Pane) -> None:
        self.channel = channel
        self.pane = pane
        self.curve = pg.PlotCurveItem(antialias=False)
        self.curve.setSegmentedLineMode("auto")
        pane.plot.addItem(self.curve)


class ScopeView(pg.GraphicsLayoutWidget):
    """V above, then command current, membrane currents, conductances and dV/dt, as far as they are shown.

    Signals
    -------
    dragged(str)
        A pane was moved by mouse.
    wheeled(str, int, int)
        Pane, axis (0 time, 1 units), direction.
    kicked(float)
        The grip at the edge was dragged to that V, mV.
    arrow(int, int, bool)
        Arrow key: to the right, upwards, whether with Shift.
    """

    dragged = Signal(str)
    wheeled = Signal(str, int, int)
    kicked = Signal(float)
    arrow = Signal(int, int, bool)

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self.setAccessibleName("Oscilloscope screen")
        self.setObjectName("scope.screen")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setViewportUpdateMode(self.ViewportUpdateMode.BoundingRectViewportUpdate)
        self.setOptimizationFlag(self.OptimizationFlag.DontAdjustForAntialiasing)
        self._bench = bench
        self._theme: Theme = LIGHT
        self.show_spikes = True
        self.show_refractory = True
        self.show_target = False
        self.show_raster = False
        self.extra: set[str] = set()
        self.grid = True
        self.ci.layout.setSpacing(0)
        self.ci.layout.setContentsMargins(2, 4, 8, 2)
        self.scales = default_scales()
        self.panes = {name: Pane(self, row, self.scales[name]) for row, name in enumerate(PANES)}
        self.V, self.I, self.g = (self.panes[name].plot for name in ("V", "I", "g"))
        for name, pane in self.panes.items():
            if name != "V":
                pane.plot.setXLink(self.V)
            pane.screen.sigRangeChangedManually.connect(lambda *_, n=name: self.dragged.emit(n))
            pane.screen.wheeled.connect(lambda axis, way, n=name: self.wheeled.emit(n, axis, way))
        self.traces: dict[str, Trace] = {}
        self._channels: tuple[str, ...] = ()
        self._live_colour = ""
        self._marks()
        self._curves()
        self.lines = ParameterLines(self.V, bench, self._theme)
        self.trigger = TriggerLines(self.V)
        self._heights()
        bench.setup_changed.connect(lambda *_: self.lines.place())
        bench.highlight_changed.connect(lambda _: self.set_pens())

    def _marks(self) -> None:
        self._shade, self._spikes, self.raster, self.legend, self.handle = (
            kind() for kind in (Bands, SpikeMarks, Raster, Legend, PotentialHandle)
        )
        for item in (self._shade, self._spikes, self.raster, self.legend, self.handle):
            self.V.addItem(item, ignoreBounds=True)
        self.names = {name: Legend() for name in ("m", "g")}
        for name, legend in self.names.items():
            self.panes[name].plot.addItem(legend, ignoreBounds=True)
        self.raster.hide()
        self.handle.dragged.connect(self.kicked)
        self.message = pg.TextItem("Press Run, or Space: the membrane is waiting.", anchor=(0.5, 0.5))
        self.message.hide()
        self.V.addItem(self.message, ignoreBounds=True)

    def _curves(self) -> None:
        self._overlays: list[pg.PlotCurveItem] = []
        self._references: list[pg.PlotCurveItem] = []
        self.fit_curve = pg.PlotCurveItem(antialias=True)
        self.average_curve = pg.PlotCurveItem(antialias=False)
        self.target_curve = pg.PlotCurveItem(antialias=False)
        self.target_curve.setZValue(-3)
        for curve in (self.fit_curve, self.average_curve, self.target_curve):
            self.V.addItem(curve)

    def _heights(self) -> None:
        """Panes with something to show share the height; the lowest carries the time axis."""
        shown = [n for n in PANES if n in "VI" or any(t.pane is self.panes[n] and self.shown(c) for c, t in self.traces.items())]
        layout = self.ci.layout
        for row, (name, pane) in enumerate(self.panes.items()):
            on = name in shown
            pane.plot.setVisible(on)
            layout.setRowStretchFactor(row, _STRETCH[name] if on else 0)
            layout.setRowMaximumHeight(row, 16777215 if on else 0)
            pane.set_bottom(name == shown[-1])

    def keyPressEvent(self, event) -> None:
        ways = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, 1), Qt.Key.Key_Down: (0, -1)}
        if event.key() in ways:
            self.arrow.emit(*ways[event.key()], bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
            event.accept()
        else:
            super().keyPressEvent(event)

    # ---- what is where

    def set_channels(self, channels: tuple[str, ...]) -> None:
        """Curves for the ring's channels."""
        if channels == self._channels:
            return
        self._channels = channels
        for trace in self.traces.values():
            trace.pane.plot.removeItem(trace.curve)
        self.traces = {c: Trace(c, self.panes[pane_of(c)]) for c in channels if pane_of(c)}
        self._heights()
        self.set_pens()

    def shown(self, channel: str) -> bool:
        return always_shown(channel) or channel in self.extra

    def show_channel(self, channel: str, on: bool) -> None:
        (self.extra.add if on else self.extra.discard)(channel)
        self._heights()
        self.set_pens()

    def colour(self, channel: str) -> str:
        """One colour for a quantity, everywhere."""
        theme = self._theme
        fixed = {
            "V_mV": theme.potential, "I_inj_pA": theme.current, "I_leak_pA": theme.leak, "I_C_pA": theme.capacitive,
            SLOPE: theme.capacitive, "I_switch_pA": theme.spike,
        }  # fmt: skip
        if channel in fixed:
            return fixed[channel]
        for index, synapse in enumerate(self._bench.setup.synapses):
            if channel in (f"g_{synapse.name}_nS", f"I_{synapse.name}_pA"):
                return theme.synapses[index % len(theme.synapses)]
        return theme.conductance

    # ---- look

    def apply_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.setBackground(theme.ground)
        font = QFont(self.font())
        font.setPointSizeF(theme.base_pt * 0.9)
        for pane in self.panes.values():
            pane.apply_theme(theme, font)
        for legend in (self.legend, *self.names.values()):
            legend.apply_theme(font, QColor(theme.text), QColor(theme.ground))
        self.set_pens()
        self.set_grid(self.grid)

    def set_grid(self, on: bool) -> None:
        self.grid = on
        for pane in self.panes.values():
            pane.plot.showGrid(x=on, y=on, alpha=0.45 if not self._theme.dark else 0.6)

    def _lit(self, channel: str) -> bool:
        """Whether the term of the equation that is pointed at is this trace; of V's rate of change, the slope of V."""
        return self._bench.lights(_TERMS.get(channel, f"synaptic.{channel_title(channel)[2:]}"))

    @property
    def _pen(self) -> float:
        """Width of a trace. Cosmetic pens count device pixels: as thick to the eye at any pixel ratio."""
        return self._theme.pen * max(1.0, round(self.devicePixelRatioF()))

    def set_pens(self) -> None:
        """Colours and widths from theme, shown channels and the highlighted term."""
        theme = self._theme
        self._live_colour = ""
        for channel, trace in self.traces.items():
            width = self._pen + (2 if self._lit(channel) else 0)
            trace.curve.setPen(pg.mkPen(self.colour(channel), width=width))
            trace.curve.setVisible(self.shown(channel))
        for name, legend in self.names.items():
            inside = [c for c, t in self.traces.items() if t.pane is self.panes[name] and self.shown(c)]
            several = inside if len(inside) > 1 or name == "m" else []
            legend.set_entries([(self.traces[c].curve.opts["pen"], channel_title(c)) for c in several])
        self._spikes.set_pen(pg.mkPen(theme.potential, width=self._pen))
        spike, ground = QColor(theme.spike), QColor(theme.ground)
        share = 0.3 if self._bench.lights("spike") else 0.14
        mixed = (round(share * a + (1 - share) * b) for a, b in zip(spike.getRgb()[:3], ground.getRgb()[:3], strict=True))
        self._shade.set_colour(QColor(*mixed))
        self.handle.set_colours(QColor(theme.potential), QColor(theme.ground))
        self.lines.set_pens(theme)
        self.trigger.set_pens(theme)
        self.average_curve.setPen(pg.mkPen(theme.accent, width=self._pen + 1))
        self.target_curve.setPen(pg.mkPen(theme.current, width=self._pen, style=Qt.PenStyle.DotLine))
        self.fit_curve.setPen(pg.mkPen(theme.warning, width=2, style=Qt.PenStyle.DashLine))
        self.message.setColor(theme.faint)

    # ---- ranges

    def frame(self, time_div: float, left: float) -> None:
        """Ten divisions of time that begin at ``left`` ms; heights from the scales."""
        self.V.setXRange(left, left + DIVISIONS * time_div, padding=0)
        for pane in self.panes.values():
            pane.plot.getAxis("bottom").setTickSpacing(time_div, time_div)
            pane.frame()

    def x_range(self) -> tuple[float, float]:
        (a, b), _ = self.V.viewRange()
        return a, b

    # ---- drawing

    def columns(self) -> int:
        """Device pixels across the plot."""
        return max(50, round(self.V.vb.width() * self.devicePixelRatioF()))

    def draw(self, ring: TraceRing, shown: Shown, spikes_ms: np.ndarray) -> None:
        """The samples shown, time 0 at ``shown.zero``."""
        dt = ring.sample_interval_ms
        columns = self.columns()
        for channel, trace in self.traces.items():
            if not self.shown(channel):
                continue
            x, low, high = ring.window(channel, shown.first, shown.last, columns)
            trace.curve.setData(*_zigzag((x - shown.zero) * dt, low, high))
        self.target_curve.setVisible(self.show_target)
        if self.show_target:
            cell = self._bench.setup.cell
            x, low, high = ring.window("I_inj_pA", shown.first, shown.last, columns)
            x, current = _zigzag((x - shown.zero) * dt, low, high)
            self.target_curve.setData(x, cell.leak_reversal + current * np.float32(cell.membrane_resistance / 1000.0))
        if self.show_refractory:
            x, _, high = ring.window("refractory", shown.first, shown.last, columns)
            self._shade.set_bands((x - shown.zero) * dt, high > 0)
        self._shade.setVisible(self.show_refractory)
        self._spikes.setVisible(self.show_spikes)
        if self.show_spikes:
            times = _between(spikes_ms, shown.first * dt, shown.last * dt)
            self._spikes.set_spikes(times - shown.zero * dt, self._bench.setup.cell.threshold, _SPIKE_TOP)

    def draw_overlays(self, ring: TraceRing, overlays: list[Screen], span: float, pre: float, sweeps: int) -> None:
        """Earlier screens of V, each sweep in its colour, the older the fainter."""
        while len(self._overlays) < len(overlays):
            curve = pg.PlotCurveItem(antialias=False)
            curve.setZValue(-5)
            self.V.addItem(curve)
            self._overlays.append(curve)
        for age, (curve, overlay) in enumerate(zip(self._overlays, overlays, strict=False), 1):
            first = int(overlay.zero - pre * span)
            columns = self.columns() if len(overlays) < 5 else self.columns() // 2
            x, low, high = ring.window("V_mV", first, int(min(first + span, overlay.end)), columns)
            curve.setData(*_zigzag((x - overlay.zero) * ring.sample_interval_ms, low, high))
            colour = QColor(self._theme.sweep_colour(overlay.sweep, sweeps) if sweeps > 1 else self._theme.faint)
            colour.setAlpha(60 + round(120 * age / len(overlays)))
            curve.setPen(pg.mkPen(colour, width=self._pen))
            curve.show()
        for curve in self._overlays[len(overlays) :]:
            curve.hide()

    def draw_raster(
        self, ring: TraceRing, screens: list[Screen], span: float, pre: float, sweeps: int, spikes_ms: np.ndarray
    ) -> None:
        """A row of spikes for each screen, the present one last."""
        self.raster.setVisible(self.show_raster)
        if not self.show_raster:
            self.legend.set_offset(0)
            return
        dt, rows = ring.sample_interval_ms, []
        for screen in screens[-sweeps:] if sweeps > 1 else screens:
            first = screen.zero - pre * span
            times = _between(spikes_ms, first * dt, min(first + span, screen.end) * dt)
            colour = self._theme.sweep_colour(screen.sweep, sweeps) if sweeps > 1 else self._theme.spike
            rows.append((times - screen.zero * dt, QColor(colour)))
        self.raster.set_rows(rows)
        self.legend.set_offset(self.raster.depth)

    def colour_by_sweep(self, sweep: int, sweeps: int) -> None:
        """The live trace takes the colour of its sweep when there are several."""
        colour = self._theme.sweep_colour(sweep, sweeps) if sweeps > 1 else self._theme.potential
        if colour != self._live_colour:
            self._live_colour = colour
            width = self._pen + (2 if self._lit("V_mV") else 0)
            self.traces["V_mV"].curve.setPen(pg.mkPen(colour, width=width))

    def sweep_pen(self, sweep: int, sweeps: int) -> QPen:
        return pg.mkPen(self._theme.sweep_colour(sweep, sweeps), width=2)

    def reference_pen(self, number: int) -> QPen:
        """Of the pinned trace ``number`` (from 0): each has its own dash."""
        return pg.mkPen(self._theme.faint, width=self._pen, style=_DASHES[number % 4])

    def draw_references(self, references: list[tuple[np.ndarray, np.ndarray, str]]) -> list[pg.PlotCurveItem]:
        """Pinned traces (x, y, what the tool tip says); their curves can be clicked."""
        for curve in self._references:
            self.V.removeItem(curve)
        self._references = []
        for number, (x, y, tip) in enumerate(references):
            curve = pg.PlotCurveItem(x, y, pen=self.reference_pen(number), clickable=True)
            curve.setClickable(True, 12)
            curve.setToolTip(tip)
            curve.setZValue(-4)
            self.V.addItem(curve)
            self._references.append(curve)
        return self._references

    def cache_axes(self, on: bool) -> None:
        """Whether axes are pictures that are painted again only when they change."""
        for pane in self.panes.values():
            pane.cache_axes(on)

    def legend_of_traces(self) -> list[tuple[QPen, str]]:
        """Pen and name of every trace that is shown, for a picture."""
        return [(trace.curve.opts["pen"], channel_title(c)) for c, trace in self.traces.items() if self.shown(c)]


def _between(times: np.ndarray, first: float, last: float) -> np.ndarray:
    """Of increasing times, those of first ≤ t < last."""
    a, b = np.searchsorted(times, (first, last))
    return times[a:b]


def _zigzag(x: np.ndarray, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """One line through the minimum and the maximum of each bucket."""
    if low is high:
        return x, low
    y = np.empty(2 * low.size)
    y[0::2], y[1::2] = low, high
    return np.repeat(x, 2), y
