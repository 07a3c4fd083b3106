"""The screen of the oscilloscope: stacked plots with one time axis, drawn from min/max buckets of the ring."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QFont
from PySide6.QtWidgets import QGraphicsItem

from lifbench.engine.trace_ring import TraceRing
from lifbench.gui.bench import Bench
from lifbench.gui.scope.acquisition import DIVISIONS, Shown
from lifbench.gui.scope.marks import Bands, SpikeMarks
from lifbench.gui.theme import LIGHT, Theme

__all__ = ["ScopeView", "Trace"]

_SPIKE_TOP = 20.0  # mV: where the cosmetic spike ends


class _Axis(pg.AxisItem):
    """Numbers with a true minus sign, as in the rest of the window."""

    def tickStrings(self, values, scale, spacing):
        return [text.replace("-", "−") for text in super().tickStrings(values, scale, spacing)]


class Trace:
    """One channel: its curve, its colour."""

    def __init__(self, channel: str, plot: pg.PlotItem) -> None:
        self.channel = channel
        self.curve = pg.PlotCurveItem(antialias=False)
        self.curve.setSegmentedLineMode("auto")
        plot.addItem(self.curve)


class ScopeView(pg.GraphicsLayoutWidget):
    """V above, command current below, conductances when there are synapses."""

    dragged = Signal()
    cursor_moved = Signal()

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self.setAccessibleName("Oscilloscope screen")
        self.setViewportUpdateMode(self.ViewportUpdateMode.BoundingRectViewportUpdate)
        self.setOptimizationFlag(self.OptimizationFlag.DontAdjustForAntialiasing)
        self._bench = bench
        self._theme: Theme = LIGHT
        self.time_div = 50.0
        self.pre = 0.0
        self.show_spikes = True
        self.show_refractory = True
        self.show_target = False
        self.extra: set[str] = set()
        self._lines: dict[str, pg.InfiniteLine] = {}
        self._overlays: list[pg.PlotCurveItem] = []
        self._references: list[pg.PlotCurveItem] = []
        self.ci.layout.setSpacing(0)
        self.ci.layout.setContentsMargins(2, 4, 8, 2)
        self.V = self._plot(0, "V (mV)")
        self.I = self._plot(1, "I (pA), in > 0")
        self.g = self._plot(2, "g (nS)")
        self.plots = (self.V, self.I, self.g)
        self._heights()
        for plot in (self.I, self.g):
            plot.setXLink(self.V)
        self._shade = Bands()
        self.V.addItem(self._shade, ignoreBounds=True)
        self._spikes = SpikeMarks()
        self.V.addItem(self._spikes, ignoreBounds=True)
        self.traces: dict[str, Trace] = {}
        self._channels: tuple[str, ...] = ()
        self._make_lines()
        self.cursors = self._make_cursors()
        self.level_line = pg.InfiniteLine(angle=0, movable=True)
        self.level_line.hide()
        self.V.addItem(self.level_line)
        self.fit_curve = pg.PlotCurveItem(antialias=True)
        self.V.addItem(self.fit_curve)
        self.average_curve = pg.PlotCurveItem(antialias=False)
        self.V.addItem(self.average_curve)
        self.target_curve = pg.PlotCurveItem(antialias=False)
        self.target_curve.setZValue(-3)
        self.V.addItem(self.target_curve)
        self.message = pg.TextItem("Press Run, or Space: the membrane is waiting.", anchor=(0.5, 0.5))
        self.message.hide()
        self.V.addItem(self.message, ignoreBounds=True)
        self.V.vb.sigRangeChangedManually.connect(lambda *_: self.dragged.emit())
        self.I.vb.sigRangeChangedManually.connect(lambda *_: self.dragged.emit())
        bench.setup_changed.connect(lambda *_: self._place_lines())
        bench.highlight_changed.connect(lambda _: self._pens())

    def _plot(self, row: int, label: str) -> pg.PlotItem:
        plot = self.addPlot(row=row, col=0, axisItems={side: _Axis(side) for side in ("left", "bottom")})
        plot.hideButtons()
        plot.setMenuEnabled(False)
        plot.disableAutoRange()
        plot.setClipToView(False)
        left, bottom = plot.getAxis("left"), plot.getAxis("bottom")
        for axis in (left, bottom):
            axis.enableAutoSIPrefix(False)
            axis.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        left.setWidth(58)
        left.setLabel(label)
        return plot

    def _heights(self) -> None:
        synapses = bool(self._bench.setup.synapses)
        self.g.setVisible(synapses)
        layout = self.ci.layout
        for row, stretch in enumerate((62, 22, 22 if synapses else 0)):
            layout.setRowStretchFactor(row, stretch)
        layout.setRowMaximumHeight(2, 16777215 if synapses else 0)
        bottom = self.g if synapses else self.I
        for plot in (self.V, self.I, self.g):
            axis = plot.getAxis("bottom")
            axis.setStyle(showValues=plot is bottom)
            axis.setHeight(38 if plot is bottom else 6)
            axis.setLabel("time (ms)" if plot is bottom else None)

    # ---- what is where

    def set_channels(self, channels: tuple[str, ...]) -> None:
        """Curves for the ring's channels."""
        if channels == self._channels:
            return
        self._channels = channels
        for trace in self.traces.values():
            for plot in self.plots:
                if trace.curve in plot.items:
                    plot.removeItem(trace.curve)
        self.traces = {}
        for channel in channels:
            if channel != "refractory":
                plot = self.V if channel == "V_mV" else self.g if channel.startswith("g_") else self.I
                self.traces[channel] = Trace(channel, plot)
        self._heights()
        self._pens()

    def shown(self, channel: str) -> bool:
        return channel in ("V_mV", "I_inj_pA") or channel.startswith("g_") or channel in self.extra

    def colour(self, channel: str) -> str:
        """One colour for a quantity, everywhere."""
        theme = self._theme
        fixed = {
            "V_mV": theme.potential,
            "I_inj_pA": theme.current,
            "I_leak_pA": theme.leak,
            "I_C_pA": theme.capacitive,
            "I_switch_pA": theme.spike,
        }
        if channel in fixed:
            return fixed[channel]
        for index, synapse in enumerate(self._bench.setup.synapses):
            if channel in (f"g_{synapse.name}_nS", f"I_{synapse.name}_pA"):
                return theme.synapses[index % len(theme.synapses)]
        return theme.conductance

    def _make_lines(self) -> None:
        for name, path in (("V_th", "cell.threshold"), ("E_L", "cell.leak_reversal"), ("V_reset", "cell.reset")):
            self._make_line(name, path)
        self._place_lines()

    def _make_line(self, name: str, path: str, across: float = 0.985) -> None:
        line = pg.InfiniteLine(angle=0, movable=True, label=name, labelOpts={"position": across, "anchors": [(1, 1), (1, 0)]})
        line.setCursor(Qt.CursorShape.SizeVerCursor)
        line.setToolTip(f"{name}: drag to change")
        line.sigDragged.connect(lambda item, p=path: self._bench.change(p, round(item.value(), 1)) or self._place_lines())
        self.V.addItem(line)
        self._lines[path] = line

    def _reversal_lines(self) -> None:
        """One line for each synapse's reversal; their labels stand beside each other."""
        wanted = {f"synapses.{s.name}.reversal": f"E_{s.name}" for s in self._bench.setup.synapses}
        for path in [p for p in self._lines if p.startswith("synapses.") and p not in wanted]:
            self.V.removeItem(self._lines.pop(path))
        missing = [(number, path) for number, path in enumerate(wanted) if path not in self._lines]
        for number, path in missing:
            # beside V_th and E_L too: a shunt reverses where the leak does
            self._make_line(wanted[path], path, 0.88 - 0.13 * (number % 6))
        if missing:
            self._pens()

    def _place_lines(self) -> None:
        cell = self._bench.setup.cell
        self._reversal_lines()
        for path, line in self._lines.items():
            own_way_back = path == "cell.reset" and cell.reference is not None and cell.reference.reset is None
            line.setVisible(not path.startswith("cell.") or path == "cell.leak_reversal" or (cell.spiking and not own_way_back))
            line.setMovable(path.removeprefix("cell.") not in cell.fixed)
            line.blockSignals(True)
            line.setValue(float(self._bench.setup.get(path)))
            line.blockSignals(False)
        if (self.g.isVisible()) != bool(self._bench.setup.synapses):
            self._heights()

    def _make_cursors(self) -> dict[str, pg.InfiniteLine]:
        out = {}
        for name, angle in (("t1", 90), ("t2", 90), ("V1", 0), ("V2", 0)):
            line = pg.InfiniteLine(angle=angle, movable=True, label=name, labelOpts={"position": 0.04 if angle == 90 else 0.03})
            line.hide()
            line.sigPositionChanged.connect(lambda *_: self.cursor_moved.emit())
            self.V.addItem(line)
            out[name] = line
        return out

    def apply_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.setBackground(theme.ground)
        font = QFont(self.font())
        font.setPointSizeF(theme.base_pt * 0.9)
        for plot in self.plots:
            for side in ("left", "bottom"):
                axis = plot.getAxis(side)
                axis.setPen(pg.mkPen(theme.grid))
                axis.setTextPen(pg.mkPen(theme.text))
                axis.setTickFont(font)
                axis.setStyle(tickFont=font)
                axis.label.setFont(font)
            plot.getAxis("left").setWidth(58 if theme.base_pt < 12 else 72)
        self._pens()
        self.set_grid(self._grid)

    _grid = True
    _live_colour = ""

    def set_grid(self, on: bool) -> None:
        self._grid = on
        for plot in self.plots:
            plot.showGrid(x=on, y=on, alpha=0.45 if not self._theme.dark else 0.6)

    def _pens(self) -> None:
        theme = self._theme
        lit = self._bench.highlight
        self._live_colour = ""
        for channel, trace in self.traces.items():
            width = theme.pen
            if (lit == "clamp" and channel == "I_inj_pA") or (lit.startswith("synaptic.") and lit[9:] in channel):
                width += 2
            trace.curve.setPen(pg.mkPen(self.colour(channel), width=width))
            trace.curve.setVisible(self.shown(channel))
        self._spikes.set_pen(pg.mkPen(theme.potential, width=theme.pen))
        spike, ground = QColor(theme.spike), QColor(theme.ground)
        mixed = (round(0.14 * a + 0.86 * b) for a, b in zip(spike.getRgb()[:3], ground.getRgb()[:3], strict=True))
        shade = QColor(*mixed)
        self._shade.set_colour(shade)
        for path, line in self._lines.items():
            colour = theme.leak if path == "cell.leak_reversal" else theme.threshold
            for index, synapse in enumerate(self._bench.setup.synapses):
                if path == f"synapses.{synapse.name}.reversal":
                    colour = theme.synapses[index % len(theme.synapses)]
            wide = (
                2.5
                if (lit == "spike" and path != "cell.leak_reversal") or (lit == "leak" and path == "cell.leak_reversal")
                else 1.2
            )
            style = {"cell.threshold": Qt.PenStyle.DashLine, "cell.reset": Qt.PenStyle.DotLine}.get(path, Qt.PenStyle.DashDotLine)
            line.setPen(pg.mkPen(colour, width=wide, style=style))
            line.setHoverPen(pg.mkPen(colour, width=3))
            line.label.setColor(colour)
        for line in self.cursors.values() if hasattr(self, "cursors") else ():
            line.setPen(pg.mkPen(theme.accent, width=1.4))
            line.label.setColor(theme.accent)
        if hasattr(self, "level_line"):
            self.level_line.setPen(pg.mkPen(theme.accent, width=1.2, style=Qt.PenStyle.DashDotDotLine))
            self.average_curve.setPen(pg.mkPen(theme.accent, width=theme.pen + 1))
            self.target_curve.setPen(pg.mkPen(theme.current, width=theme.pen, style=Qt.PenStyle.DotLine))
            self.fit_curve.setPen(pg.mkPen(theme.warning, width=2, style=Qt.PenStyle.DashLine))
            self.message.setColor(theme.faint)

    # ---- ranges

    def frame_time(self, time_div: float, pre: float) -> None:
        """Ten divisions of time, ``pre`` of them before zero."""
        self.time_div = time_div
        span = DIVISIONS * time_div
        self.V.setXRange(-pre * span, (1.0 - pre) * span, padding=0)
        for plot in self.plots:
            plot.getAxis("bottom").setTickSpacing(time_div, time_div)

    def frame_roll(self, time_div: float) -> None:
        """Ten divisions that end now."""
        self.time_div = time_div
        self.V.setXRange(-DIVISIONS * time_div, 0.0, padding=0)
        for plot in self.plots:
            plot.getAxis("bottom").setTickSpacing(time_div, time_div)

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
            times = spikes_ms / dt
            times = times[(times >= shown.first) & (times < shown.last)]
            self._spikes.set_spikes((times - shown.zero) * dt, self._bench.setup.cell.threshold, _SPIKE_TOP)

    def draw_overlays(self, ring: TraceRing, zeros: list[tuple[float, int]], span: float, pre: float, sweeps: int) -> None:
        """Earlier screens of V, each sweep in its colour."""
        while len(self._overlays) < len(zeros):
            curve = pg.PlotCurveItem(antialias=False)
            curve.setZValue(-5)
            self.V.addItem(curve)
            self._overlays.append(curve)
        for age, (curve, (zero, sweep)) in enumerate(zip(self._overlays, zeros, strict=False), 1):
            first = int(zero - pre * span)
            x, low, high = ring.window("V_mV", first, int(first + span), self.columns() // 2)
            curve.setData(*_zigzag((x - zero) * ring.sample_interval_ms, low, high))
            colour = QColor(self._theme.family[sweep % len(self._theme.family)] if sweeps > 1 else self._theme.faint)
            colour.setAlpha(50 + round(110 * age / len(zeros)))  # the older, the fainter
            curve.setPen(pg.mkPen(colour, width=self._theme.pen))
            curve.show()
        for curve in self._overlays[len(zeros) :]:
            curve.hide()

    def colour_by_sweep(self, sweep: int, sweeps: int) -> None:
        """The live trace takes the colour of its sweep when there are several."""
        colour = self._theme.family[sweep % len(self._theme.family)] if sweeps > 1 else self._theme.potential
        if colour == self._live_colour:
            return
        self._live_colour = colour
        self.traces["V_mV"].curve.setPen(pg.mkPen(colour, width=self._theme.pen))

    def draw_references(self, references: list[tuple[np.ndarray, np.ndarray]]) -> None:
        """Pinned traces, dashed, each of its own dash."""
        styles = (Qt.PenStyle.DashLine, Qt.PenStyle.DotLine, Qt.PenStyle.DashDotLine, Qt.PenStyle.DashDotDotLine)
        for curve in self._references:
            self.V.removeItem(curve)
        self._references = []
        for number, (x, y) in enumerate(references):
            curve = pg.PlotCurveItem(x, y, pen=pg.mkPen(self._theme.faint, width=self._theme.pen, style=styles[number % 4]))
            curve.setZValue(-4)
            self.V.addItem(curve)
            self._references.append(curve)


def _zigzag(x: np.ndarray, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """One line through the minimum and the maximum of each bucket."""
    if low is high:
        return x, low
    y = np.empty(2 * low.size)
    y[0::2], y[1::2] = low, high
    return np.repeat(x, 2), y
