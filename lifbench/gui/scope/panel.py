"""The oscilloscope: controls above, the screen, what is measured below. Conducts; each thing has its own room beside this one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollBar, QToolButton, QVBoxLayout, QWidget

from lifbench.engine.messages import Status, instant
from lifbench.engine.trace_ring import TraceRing
from lifbench.gui.bench import Bench
from lifbench.gui.scope import picture
from lifbench.gui.scope.acquisition import DIVISIONS, Acquisition, Shown
from lifbench.gui.scope.channels import pane_of
from lifbench.gui.scope.clicks import Clicks
from lifbench.gui.scope.controls import Controls
from lifbench.gui.scope.cursors import Cursors
from lifbench.gui.scope.measure import Measurement, strip_text
from lifbench.gui.scope.measurement_table import MeasurementTable
from lifbench.gui.scope.measuring import Measuring
from lifbench.gui.scope.overlays import Overlays
from lifbench.gui.scope.plots import ScopeView
from lifbench.gui.scope.references import References
from lifbench.gui.scope.scales import default_scales
from lifbench.gui.scope.settings import FLAGS, ScopeSettings
from lifbench.gui.theme import LIGHT, Theme
from lifbench.model.integrator import channel_names
from lifbench.model.setup import Setup
from lifbench.quantities import LifbenchError, format_number

__all__ = ["ScopePanel"]

_MEASURE = 0.25  # s between measurements
_MOST_SPIKES = 200_000  # spike times kept: the last minutes


class ScopePanel(QWidget):
    """`on_frame` draws; the public methods are what the actions of the main window and the menus call (`MenuActions`)."""

    def __init__(self, bench: Bench, ring_source: Callable[[], TraceRing]) -> None:
        super().__init__()
        self.setObjectName("panel.scope")
        self._bench, self._ring_source = bench, ring_source
        self._theme = LIGHT
        self._ring: TraceRing | None = None
        self.acquisition = Acquisition()
        self._spikes = np.empty(0)
        self._shown = Shown(0.0, 0, 0)
        self._status: Status | None = None
        self._since = 0.0
        self._scrolled = False
        self._stale = True
        self._fit_at: int | None = None
        self._tau: float | None = None
        self._fit_zero = 0.0  # of the screen that was there when τ was fitted
        self.view = ScopeView(bench)
        self.cursors = Cursors(self.view.V, self._potential_at)
        self.references = References(bench, self.view)
        self.overlays = Overlays(bench, self.view, self.acquisition, self.references)
        self.measuring = Measuring(self.acquisition, self.cursors)
        self.table = MeasurementTable()
        self.clicks = Clicks()
        self.controls = Controls(self, self, self.view, self.acquisition)
        self._build()
        self._connect()
        self._frame()

    # ---- layout

    def _build(self) -> None:
        self._state = QLabel("Stopped")
        self._state.setObjectName("scope.state")
        self._strip = QLabel(" ")
        self._strip.setObjectName("scope.measurements")
        self._strip.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._strip.setMinimumWidth(50)
        self._strip.setWordWrap(True)
        self._readout = QLabel(" ")
        self._readout.setObjectName("scope.readout")
        self._readout.setMinimumWidth(50)
        self._readout.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._readout.hide()
        self._memory = QScrollBar(Qt.Orientation.Horizontal)
        self._memory.setObjectName("scope.memory")
        self._memory.setAccessibleName("Scroll back through the memory")
        self._memory.setToolTip("Scroll back through the last minutes")
        self._memory.hide()
        self._spikes_button = QToolButton()
        self._spikes_button.setObjectName("scope.spikes")
        self._spikes_button.setText("spikes")
        self._spikes_button.setCheckable(True)
        self._spikes_button.setChecked(True)
        self._spikes_button.setProperty("small", True)
        self._spikes_button.setToolTip("Draw spikes: what they look like is cosmetic, never data")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 2)
        layout.setSpacing(2)
        layout.addLayout(self.controls)
        layout.addWidget(self.view, 1)
        layout.addWidget(self._memory)
        layout.addWidget(self._readout)
        layout.addWidget(self.table)
        below = QHBoxLayout()
        below.addWidget(self._strip, 1)
        below.addLayout(self.references)
        below.addWidget(self._spikes_button)
        below.addWidget(self._state)
        layout.addLayout(below)

    def _connect(self) -> None:
        bench, view = self._bench, self.view
        self._spikes_button.toggled.connect(lambda on: self.set_flag("show_spikes", on))
        self._memory.valueChanged.connect(self._memory_moved)
        self.table.taken.connect(self.take_measurements)
        self.cursors.moved.connect(self._cursors_moved)
        view.dragged.connect(self._dragged)
        view.wheeled.connect(lambda pane, axis, way: self.step_units(pane, -way) if axis else self.step_time(-way))
        view.arrow.connect(self._arrow)
        view.kicked.connect(self._kicked)
        view.trigger.level_moved.connect(lambda level: setattr(self.acquisition, "level", level))
        view.trigger.place_moved.connect(
            lambda ms: self.set_pre(self.acquisition.pre + ms / (DIVISIONS * self.acquisition.time_div))
        )
        bench.setup_changed.connect(self._setup_changed)
        bench.running_changed.connect(self._running_changed)
        bench.single_armed.connect(self.acquisition.arm_single)

    def contextMenuEvent(self, event) -> None:
        self.controls.fill_show_menu()
        self.controls.show_menu.exec(event.globalPos())

    # ---- what menus and controls call

    @property
    def snapping(self) -> bool:
        return self.cursors.snap

    @property
    def table_shown(self) -> bool:
        return not self.table.isHidden()

    def set_mode(self, mode: str) -> None:
        self.acquisition.mode = mode
        self._frame()

    def set_source(self, source: str, rising: bool) -> None:
        """Trigger on a channel's edge; another channel begins with a level in the middle of what it does."""
        a, level = self.acquisition, self.acquisition.level
        if source != a.source and source != "sweep" and self._ring is not None:
            found = self._extremes(self._ring, source)
            level = round(0.5 * (min(found) + max(found)), 2) if found else 0.0
            self.view.show_channel(source, True)  # a level that cannot be seen cannot be set
        a.watch(source, rising, level)
        self._frame()

    def set_pre(self, share: float) -> None:
        """How much of the screen lies before the trigger."""
        self.acquisition.pre = min(max(share, 0.0), 0.95)
        self._frame()

    def set_flag(self, name: str, on: bool) -> None:
        setattr(self.view, name, on)
        if name == "show_spikes":
            self._spikes_button.setChecked(on)
        self._stale = True

    def set_keep(self, count: int) -> None:
        self.acquisition.keep = count
        self._stale = True

    def set_average(self, on: bool) -> None:
        self.acquisition.average = on
        if on and self.acquisition.keep < 5:
            self.acquisition.keep = 20
        if on and self._bench.setup.recording.sweeps > 1:
            self._bench.message.emit("The average is of equal sweeps: of a family, of those with the same value.")
        self.overlays.averaged = None
        self._stale = True

    def set_snap(self, on: bool) -> None:
        self.cursors.snap = on
        self.cursors.follow()
        self._cursors_moved()

    def set_table(self, on: bool) -> None:
        self.table.setVisible(on)
        self._since = _MEASURE
        self._stale = True

    @property
    def clicking(self) -> bool:
        return self.clicks.on

    def set_clicks(self, on: bool) -> None:
        """Sound, where there is any."""
        try:
            (self.clicks.start if on else self.clicks.stop)()
        except LifbenchError as error:
            self._bench.message.emit(f"Spikes stay silent: {error.message}.")

    def show_channel(self, channel: str, on: bool) -> None:
        self.view.show_channel(channel, on)
        self._reframe()

    # ---- what the main window's actions call

    def step_time(self, steps: int) -> None:
        """More or less time per division; when scrolled back, about the middle of the screen."""
        a, b = self.view.x_range()
        self.acquisition.step_time(steps)
        if self._scrolled:
            self._scroll_to(0.5 * (a + b) - 0.5 * DIVISIONS * self.acquisition.time_div)
        else:
            self._frame()

    def step_units(self, pane: str, steps: int) -> None:
        self.view.scales[pane].step(steps)
        self._reframe()

    def zoom(self, steps: int) -> None:
        """+ shows less time, larger."""
        self.step_time(-steps)

    def home(self) -> None:
        """The view of the beginning, and back to now."""
        for name, scale in default_scales().items():
            self.view.scales[name].div, self.view.scales[name].middle = scale.div, scale.middle
        self._frame()

    def fit(self) -> None:
        """Units per division and position so that what was on the last whole screen fills it."""
        ring = self._ring
        if ring is None:
            return
        found: dict[str, list[float]] = {}
        for channel in self.view.traces:
            if self.view.shown(channel):
                found.setdefault(pane_of(channel), []).extend(self._extremes(ring, channel))
        found = {pane: values for pane, values in found.items() if values}
        cell = self._bench.setup.cell
        if "V" in found:
            found["V"].append(cell.leak_reversal)
            if cell.spiking:
                found["V"].extend((cell.reset, cell.threshold + 8.0) if cell.reference is None else (cell.leak_reversal,))
        for pane, values in found.items():
            if pane != "g" or max(values) > 0.0:
                self.view.scales[pane].fit(min(values), max(values))
        self._reframe()

    def _extremes(self, ring: TraceRing, channel: str) -> list[float]:
        """Minima and maxima of a channel over the last whole screen and the overlaid sweeps."""
        last, span = self._shown.last, self.acquisition.span(ring)
        stretches = [(min(self._shown.first, int(last - span)), last)]
        stretches += [
            (int(s.zero - self.acquisition.pre * span), int(min(s.zero + span, s.end))) for s in self.overlays.screens(ring)
        ]
        found = []
        for first, end in stretches:
            _, low, high = ring.window(channel, first, end, 400)
            if low.size:
                found += [float(low.min()), float(high.max())]
        return found

    def fit_soon(self) -> None:
        """Fit once a screen of what comes now has been recorded: another cell may live elsewhere."""
        ring = self._ring_source()
        self._fit_at = ring.total + int(self.acquisition.span(ring)) + 1

    def toggle_cursors(self) -> None:
        if self.cursors.visible:
            self.cursors.hide()
            self.view.fit_curve.clear()
            self._bench.instant_changed.emit(None)
        else:
            a, b = self.view.x_range()
            rest = self._bench.setup.cell.leak_reversal
            self.cursors.show(a + 0.25 * (b - a), a + 0.6 * (b - a), rest + 5.0, rest + 15.0)
        self._readout.setVisible(self.cursors.visible)
        self._cursors_moved()

    def toggle_grid(self) -> None:
        self.view.set_grid(not self.view.grid)

    def force_trigger(self) -> None:
        self.acquisition.force()

    def step_on(self) -> None:
        """Stand still, but for a tenth of a division (one sample at least)."""
        interval = self._bench.setup.recording.sample_interval
        self._frame()
        self._bench.step_on(max(1, round(0.1 * self.acquisition.time_div / interval)))

    def clear(self) -> None:
        """Take overlays and pinned references away."""
        self.acquisition.clear()
        self.references.clear()
        self.view.fit_curve.clear()
        self._stale = True

    def pin_reference(self) -> None:
        """Keep the trace on screen, with the setup that made it; the oldest of four goes."""
        trace = self.view.traces.get("V_mV")
        if trace is not None:
            self.references.pin(*trace.curve.getData())
            self._stale = True

    def fit_tau(self) -> None:
        """Fit an exponential to V between the time cursors and draw it."""
        ring = self._ring
        if ring is None or not self.cursors.visible:
            self._bench.message.emit("Place the time cursors (C) around a stretch of the trace first.")
            return
        try:
            fit, x, y = self.measuring.fit(ring, self._shown)
        except LifbenchError as error:
            self._bench.message.emit(f"τ cannot be measured: {error.message}.")
            return
        self.view.fit_curve.setData(x, y)
        self._tau, self._fit_zero = fit.tau, self._shown.zero
        self._readout.setText(
            f"τ = {format_number(fit.tau)} ms   plateau {format_number(fit.plateau)} mV   residual {format_number(fit.residual, 2)} mV"
        )

    def take_measurements(self) -> None:
        """Hand what is measured now to the notebook beside the experiment."""
        rows = self._measurements()
        if not rows:
            self._bench.message.emit("There is no trace to measure yet.")
            return
        if self._tau is not None and self.cursors.visible:
            rows = [row.with_tau(self._tau) if row.trace == "V" else row for row in rows]
        self._bench.measured.emit(rows if self.table_shown else rows[:1])

    def copy_picture(self) -> None:
        QGuiApplication.clipboard().setImage(picture.image(self.view, self._theme))
        self._bench.message.emit("The scope's picture is in the clipboard.")

    def save_picture(self, path: str) -> None:
        """Raises LifbenchError if it cannot be written."""
        picture.save(self.view, self._theme, path)

    # ---- settings of a tab

    def settings(self) -> dict[str, Any]:
        """Plain values, fit for JSON."""
        flags = {name: bool(getattr(self.view, name)) for name in FLAGS}
        return ScopeSettings.of(self.acquisition, self.view.scales, self.view.extra, flags).plain()

    def restore(self, settings: Any) -> None:
        """Take settings; what makes no sense (an edited or foreign file) gives the defaults."""
        taken = ScopeSettings.read(settings)
        taken.give(self.acquisition, self.view.scales)
        self.view.extra = set(taken.extra)
        for name, on in (FLAGS | taken.flags).items():
            self.set_flag(name, on)
        self.overlays.averaged = None
        self.view.show_channel("", False)
        self._frame()

    def apply_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.controls.reserve()
        self.view.apply_theme(theme)
        self.cursors.set_pens(theme)
        self.references.draw()
        # two lines always: text that comes and goes must not move the plots
        self._strip.setFixedHeight(2 * self._strip.fontMetrics().lineSpacing() + 2)
        self._stale = True

    # ---- where the screen is

    @property
    def _rolling(self) -> bool:
        """Whether time zero is now, at the right edge."""
        return self.acquisition.mode == "roll" or (self._shown.zero == self._shown.last and self._shown.last > self._shown.first)

    def _left(self) -> float:
        return -DIVISIONS * self.acquisition.time_div if self._rolling else self.acquisition.left

    def _frame(self) -> None:
        """Ranges from the settings, and back to what comes."""
        self._scrolled = False
        self._place(self._left())

    def _reframe(self) -> None:
        """Ranges from the settings, without losing a place that was scrolled to."""
        self._place(self.view.x_range()[0] if self._scrolled else self._left())

    def _place(self, left: float) -> None:
        self._stale = True
        a, view = self.acquisition, self.view
        view.frame(a.time_div, left)
        pane = None
        if a.source in view.traces and a.mode != "roll":
            pane = view.traces[a.source].pane.plot
        view.trigger.show(pane, a.level)
        view.trigger.place.setVisible(a.mode != "roll" and not self._rolling)
        self.controls.show_scales()
        self._sync_memory()

    def _scroll_to(self, left: float) -> None:
        """When stopped: show what memory holds from ``left`` ms (on the axis) on."""
        ring = self._ring
        if ring is None:
            return
        self._scrolled = True
        dt, zero = ring.sample_interval_ms, self._shown.zero
        right = left + DIVISIONS * self.acquisition.time_div
        self._shown = Shown(zero, int(zero + left / dt) - 1, min(ring.total, int(zero + right / dt) + 2))
        self._place(left)

    def _sync_memory(self) -> None:
        """The scroll bar below the screen, in ms since the oldest sample held."""
        ring = self._ring
        on = ring is not None and not self._bench.running and ring.total > ring.first
        self._memory.setVisible(on)
        if not on:
            return
        dt, span = ring.sample_interval_ms, DIVISIONS * self.acquisition.time_div
        self._memory.blockSignals(True)
        self._memory.setRange(0, max(0, round((ring.total - ring.first) * dt - span)))
        self._memory.setPageStep(max(1, round(span)))
        self._memory.setSingleStep(max(1, round(self.acquisition.time_div)))
        self._memory.setValue(round((self._shown.zero - ring.first) * dt + self.view.x_range()[0]))
        self._memory.blockSignals(False)

    def _memory_moved(self, value: int) -> None:
        if self._ring is not None and not self._bench.running:
            self._scroll_to(value - (self._shown.zero - self._ring.first) * self._ring.sample_interval_ms)

    # ---- drawing

    def on_frame(self, frame) -> None:
        """Called by the frame clock."""
        ring = self._ring_source()
        if ring is not self._ring:
            self._ring = ring
            self.view.set_channels(ring.channels)
            self.acquisition.reset(ring)
            self._frame()
        if frame.status is not None:
            if self._status is None or self._status.sample != frame.status.sample:
                self._stale = True
            self._status = frame.status
            self.view.handle.set_value(frame.status.V_mV)
        if len(frame.spikes):
            self._spikes = np.concatenate([self._spikes, frame.spikes])[-_MOST_SPIKES:]
            self._stale = True
            if self.clicks.on and self._status is not None:
                self.clicks.play(frame.spikes, self._status.time_ms, self._status.speed)
        running = self._bench.running
        starts = [(s.sample, s.sweep) for s in frame.sweep_starts]
        if not running and not self._stale and not starts:
            return
        if not self._scrolled:
            rolling_before = self._rolling
            self._shown = self.acquisition.update(ring, starts, frame.wall_dt if running else 0.0)
            if self._rolling != rolling_before:
                self._place(self._left())
        self._draw(ring)
        self._state.setText(self.acquisition.state(running))
        if self._fit_at is not None and ring.total >= self._fit_at:
            self._fit_at = None
            self.fit()
        self._since += frame.wall_dt
        if self._since >= _MEASURE or not running:
            self._since = 0.0
            self._measure()
            self.cursors.follow()
        self._stale = False

    def _draw(self, ring: TraceRing) -> None:
        empty = ring.total == ring.start
        if empty != self.view.message.isVisible():
            self.view.message.setVisible(empty)
            a, b = self.view.x_range()
            self.view.message.setPos((a + b) / 2, self.view.scales["V"].middle)
        self.view.draw(ring, self._shown, self._spikes)
        self.overlays.draw(ring, self._shown, self._spikes, self._rolling)

    # ---- measuring

    def _measurements(self) -> list[Measurement]:
        """Of every trace shown, V first, if they are wished for; else of V alone."""
        if self._ring is None:
            return []
        channels = [c for c in self.view.traces if self.view.shown(c)] if self.table_shown else ["V_mV"]
        settled = not self._bench.running or self._rolling
        return self.measuring.rows(self._ring, self._shown, self._spikes, channels, settled)

    def _measure(self) -> None:
        if self._tau is not None and self._shown.zero != self._fit_zero and self._bench.setup.recording.sweeps > 1:
            self._tau = None  # another sweep of the family: the fit is not of what is measured now
            self.view.fit_curve.clear()
            self._readout.setText(self.cursors.text())
        rows = self._measurements()
        self._strip.setText(strip_text(rows[0]) if rows else "")
        self._strip.setToolTip(self._strip.text())
        if self.table_shown:
            self.table.show_rows(rows)

    def _potential_at(self, time_ms: float) -> float | None:
        """V of the sample at a time of the axis."""
        if self._ring is None:
            return None
        zero = self.measuring.zero(self._ring, self._shown, self.cursors.times[1])
        at = round(zero + time_ms / self._ring.sample_interval_ms)
        _, found = self._ring.read("V_mV", at, at + 1)
        return float(found[0]) if found.size else None

    # ---- hands on the screen

    def _running_changed(self, running: bool) -> None:
        self._stale = True
        if running:
            self._frame()
            self._bench.instant_changed.emit(None)
        else:
            self._sync_memory()
            self._cursors_moved()

    def _setup_changed(self, setup: Setup, path: str) -> None:
        """Another stimulus: earlier sweeps are no kin of what comes. Another cell: the last sweep stays, to compare."""
        self._stale = True
        if self.acquisition.average or not path.startswith(("cell", "synapses")):
            self.acquisition.clear()

    def _kicked(self, V: float) -> None:
        """The grip at the edge was dragged: V goes along."""
        low, high = self.view.scales["V"].range
        self._bench.kick(min(max(V, low), high))

    def _dragged(self, pane: str) -> None:
        """Moved by mouse: the height stays moved; the time only when stopped, and then memory is drawn there."""
        _, (bottom, top) = self.view.panes[pane].plot.viewRange()
        self.view.scales[pane].move_to(bottom, top)
        if self._ring is None or self._bench.running:
            self._frame()
        else:
            self._scroll_to(self.view.x_range()[0])

    def _arrow(self, right: int, up: int, second: bool) -> None:
        """Arrow keys: the cursors (with Shift the second ones) if they are on, else position, and time when stopped."""
        scale = self.view.scales["V"]
        if self.cursors.visible:
            number = "2" if second else "1"
            if right:
                self.cursors.nudge(f"t{number}", right * self.acquisition.time_div / 50.0)
            if up:
                self.cursors.nudge(f"V{number}", up * scale.div / 20.0)
        elif right and not self._bench.running:
            self._scroll_to(self.view.x_range()[0] + right * self.acquisition.time_div)
        elif up:
            scale.middle += up * 0.5 * scale.div
            self._reframe()

    def _cursors_moved(self) -> None:
        if not self.cursors.visible:
            return
        self._readout.setText(self.cursors.text())
        self._tau = None
        self._since = _MEASURE
        self._stale = True
        if not self._bench.running:
            self._bench.instant_changed.emit(self._instant_at(float(self.cursors.lines["t1"].value())))

    def _instant_at(self, time_ms: float) -> Status | None:
        """A Status for the sample under the first time cursor."""
        ring, status = self._ring, self._status
        if ring is None or status is None:
            return None
        at = round(self.measuring.zero(ring, self._shown, self.cursors.times[1]) + time_ms / ring.sample_interval_ms)
        values = {}
        for channel in ring.channels:
            _, found = ring.read(channel, at, at + 1)
            if not found.size:
                return None
            values[channel] = float(found[0])
        if any(name not in values for name in channel_names(self._bench.setup)):
            return None  # the ring is still that of another setup
        return Status(
            running=False, sample=at, time_ms=at * ring.sample_interval_ms, sample_interval_ms=ring.sample_interval_ms,
            sweep=status.sweep, sweeps=status.sweeps, sweep_time_ms=status.sweep_time_ms, speed=status.speed, ratio=0.0,
            setup_version=status.setup_version, **instant(self._bench.setup, values), refractory_left_ms=0.0,
            spike_count=status.spike_count, rate_hz=0.0,
        )  # fmt: skip
