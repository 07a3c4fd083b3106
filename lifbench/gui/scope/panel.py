"""The oscilloscope: controls above, screen, measurements below."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QBuffer, Qt
from PySide6.QtGui import QAction, QColor, QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QMenu, QToolButton, QVBoxLayout, QWidget

from lifbench.analysis.fit import fit_exponential
from lifbench.engine.messages import Status, instant
from lifbench.engine.trace_ring import TraceRing
from lifbench.files.atomic import writing
from lifbench.gui.bench import Bench
from lifbench.gui.scope.acquisition import MODES, SEQUENCE, Acquisition, Shown, next_in_sequence
from lifbench.gui.scope.measure import measure_text
from lifbench.gui.scope.plots import ScopeView
from lifbench.gui.theme import LIGHT, Theme
from lifbench.model.integrator import channel_names, name_and_unit
from lifbench.model.setup import Setup
from lifbench.quantities import LifbenchError, format_number

__all__ = ["ScopePanel"]

_MEASURE = 0.25  # s between measurements
_MOST_SPIKES = 200_000  # spike times kept: the last minutes
_REFERENCES = 4
_FLAGS = ("show_spikes", "show_refractory", "show_target")
_DEFAULTS: dict[str, Any] = {
    "time_div": 50.0, "mode": "auto", "pre": 0.0, "keep": 2, "average": False, "volts": [10.0, -55.0], "amps": [100.0, 150.0],
    "siemens": 2.0, "extra": [], "show_spikes": True, "show_refractory": True, "show_target": False,
}  # fmt: skip


@dataclass
class _Reference:
    x: np.ndarray
    y: np.ndarray
    setup: Setup


class ScopePanel(QWidget):
    """`on_frame` draws; the public methods are what the actions of the main window call."""

    def __init__(self, bench: Bench, ring_source: Callable[[], TraceRing]) -> None:
        super().__init__()
        self.setObjectName("panel.scope")
        self._bench, self._ring_source = bench, ring_source
        self._theme = LIGHT
        self._ring: TraceRing | None = None
        self.acquisition = Acquisition()
        self._volts_div, self._volts_mid = _DEFAULTS["volts"]
        self._amps_div, self._amps_mid = _DEFAULTS["amps"]
        self._siemens_div = _DEFAULTS["siemens"]
        self._spikes = np.empty(0)
        self._references: list[_Reference] = []
        self._shown = Shown(0.0, 0, 0)
        self._status: Status | None = None
        self._since = 0.0
        self._scrolled = False
        self._stale = True
        self._averaged: tuple[float, ...] | None = None
        self._fit_at: int | None = None
        self.view = ScopeView(bench)
        self.view.dragged.connect(self._dragged)
        self.view.cursor_moved.connect(self._cursors_moved)
        self.view.level_line.sigPositionChanged.connect(lambda line: setattr(self.acquisition, "level", float(line.value())))
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
        self._readout.hide()
        self._pins = QHBoxLayout()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 2)
        layout.setSpacing(2)
        layout.addLayout(self._controls())
        layout.addWidget(self.view, 1)
        layout.addWidget(self._readout)
        below = QHBoxLayout()
        below.addWidget(self._strip, 1)
        below.addLayout(self._pins)
        below.addWidget(self._state)
        layout.addLayout(below)
        bench.setup_changed.connect(self._setup_changed)
        bench.running_changed.connect(self._running_changed)
        self._frame()

    # ---- the controls

    def _stepper(self, name: str, label: str, step: Callable[[int], None]) -> tuple[QHBoxLayout, QLabel]:
        row = QHBoxLayout()
        row.setSpacing(0)
        value = QLabel()
        value.setObjectName(name)
        value.setAlignment(Qt.AlignmentFlag.AlignCenter)
        value.setMinimumWidth(74)
        for text, amount, word in (("−", -1, "less"), ("+", 1, "more")):
            button = QToolButton()
            button.setText(text)
            button.setObjectName(f"{name}.{word}")
            button.setProperty("small", True)
            button.setAccessibleName(f"{label}: {word}")
            button.setToolTip(f"{label}: {word}")
            button.setAutoRepeat(True)
            button.clicked.connect(lambda _=False, a=amount: step(a))
            if amount > 0:
                row.addWidget(value)
            row.addWidget(button)
        return row, value

    def _controls(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(5)
        time, self._time_label = self._stepper("scope.time_div", "Time per division", self.step_time)
        volts, self._volts_label = self._stepper("scope.volts_div", "Millivolts per division", self.step_volts)
        amps, self._amps_label = self._stepper("scope.amps_div", "Picoamperes per division", self.step_amps)
        for item in (time, volts, amps):
            row.addLayout(item)
        self._mode = QComboBox()
        self._mode.setObjectName("scope.trigger_mode")
        self._mode.setAccessibleName("Trigger mode")
        self._mode.addItems(["Roll", "Auto", "Normal"])
        self._mode.setCurrentIndex(1)
        self._mode.setToolTip("Roll: the trace runs along. Auto: waits for the trigger, else rolls. Normal: holds the last.")
        self._mode.currentIndexChanged.connect(self._set_mode)
        row.addWidget(self._mode)
        self._trigger = QToolButton()
        self._trigger.setObjectName("scope.trigger")
        self._trigger.setText("Trigger ▾")
        self._trigger.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._trigger.setMenu(self._trigger_menu())
        row.addWidget(self._trigger)
        show = QToolButton()
        show.setObjectName("scope.show")
        show.setText("Show ▾")
        show.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._show_menu = QMenu(self)
        self._show_menu.aboutToShow.connect(self._fill_show_menu)
        show.setMenu(self._show_menu)
        row.addWidget(show)
        row.addStretch(1)
        return row

    def _trigger_menu(self) -> QMenu:
        menu = QMenu(self)
        for text, source, rising in (
            ("Start of the sweep", "sweep", True),
            ("V rising through the level", "V_mV", True),
            ("V falling through the level", "V_mV", False),
            ("Command current rising through the level", "I_inj_pA", True),
        ):
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(source == "sweep")
            action.triggered.connect(lambda _=False, s=source, r=rising, a=action: self._set_source(s, r, a))
        menu.addSeparator()
        for share in (0.0, 0.1, 0.5):
            action = menu.addAction(f"{share:.0%} of the screen before the trigger")
            action.triggered.connect(lambda _=False, p=share: self._set_pre(p))
        menu.addSeparator()
        menu.addAction("Force a trigger now", self.force_trigger)
        return menu

    def _fill_show_menu(self) -> None:
        menu = self._show_menu
        menu.clear()
        for channel, trace in self.view.traces.items():
            if channel in ("V_mV", "I_inj_pA") or channel.startswith("g_"):
                continue
            action = menu.addAction(name_and_unit(trace.channel)[0])
            action.setCheckable(True)
            action.setChecked(channel in self.view.extra)
            action.toggled.connect(lambda on, c=channel: self._show_channel(c, on))
        menu.addSeparator()
        for text, name in (
            ("E_L + I·R, where V is driven", "show_target"),
            ("Spikes (drawn, not data)", "show_spikes"),
            ("Refractory intervals", "show_refractory"),
        ):
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(getattr(self.view, name))
            action.toggled.connect(lambda on, n=name: self._set_flag(n, on))
        if self._bench.setup.synapses:
            menu.addAction("Conductance: less per division", lambda: self.step_siemens(-1))
            menu.addAction("Conductance: more per division", lambda: self.step_siemens(1))
        menu.addSeparator()
        for count, text in (
            (1, "Only the present sweep"),
            (2, "The last sweep stays, faint"),
            (5, "Overlay of the last 5 sweeps"),
            (20, "Overlay of the last 20 sweeps"),
        ):
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(self.acquisition.keep == count)
            action.triggered.connect(lambda _=False, k=count: self._set_keep(k))
        average = menu.addAction("Average of these sweeps")
        average.setCheckable(True)
        average.setChecked(self.acquisition.average)
        average.toggled.connect(self._set_average)
        menu.addSeparator()
        menu.addAction("Fit τ between the time cursors", self.fit_tau)

    def contextMenuEvent(self, event) -> None:
        self._fill_show_menu()
        self._show_menu.exec(event.globalPos())

    def _set_flag(self, name: str, on: bool) -> None:
        setattr(self.view, name, on)
        self._stale = True

    def _set_keep(self, count: int) -> None:
        self.acquisition.keep = count
        self._stale = True

    def _set_average(self, on: bool) -> None:
        self.acquisition.average = on
        if on and self.acquisition.keep < 5:
            self.acquisition.keep = 20
        self._averaged = None
        self._stale = True

    def _show_channel(self, channel: str, on: bool) -> None:
        (self.view.extra.add if on else self.view.extra.discard)(channel)
        self.view._pens()
        self._stale = True

    def _set_mode(self, index: int) -> None:
        self.acquisition.mode = MODES[index]
        self._frame()

    def _set_source(self, source: str, rising: bool, chosen: QAction) -> None:
        for action in self._trigger.menu().actions():
            if action.isCheckable():
                action.setChecked(action is chosen)
        acquisition = self.acquisition
        acquisition.source, acquisition.rising = source, rising
        acquisition.clear()
        self.view.level_line.setVisible(source == "V_mV")
        if source == "V_mV":
            self.view.level_line.setValue(acquisition.level)
        elif source != "sweep":
            acquisition.level = 1.0

    def _set_pre(self, share: float) -> None:
        self.acquisition.pre = share
        self._frame()

    # ---- what the main window's actions call

    def step_time(self, steps: int) -> None:
        self.acquisition.time_div = min(10_000.0, max(0.1, next_in_sequence(self.acquisition.time_div, steps)))
        self._frame()

    def step_volts(self, steps: int) -> None:
        self._volts_div = min(100.0, max(0.1, next_in_sequence(self._volts_div, steps)))
        self._frame()

    def step_amps(self, steps: int) -> None:
        self._amps_div = min(20_000.0, max(1.0, next_in_sequence(self._amps_div, steps)))
        self._frame()

    def step_siemens(self, steps: int) -> None:
        self._siemens_div = min(1000.0, max(0.01, next_in_sequence(self._siemens_div, steps)))
        self._frame()

    def zoom(self, steps: int) -> None:
        """+ shows less time, larger."""
        self.step_time(-steps)

    def home(self) -> None:
        """The view of the beginning."""
        self._volts_div, self._volts_mid = _DEFAULTS["volts"]
        self._amps_div, self._amps_mid = _DEFAULTS["amps"]
        self._frame()

    def fit(self) -> None:
        """Units per division and position so that what is on screen fills it."""
        ring = self._ring
        if ring is None or self._shown.last <= self._shown.first:
            return
        cell = self._bench.setup.cell
        for channel in ("V_mV", "I_inj_pA"):
            _, low, high = ring.window(channel, self._shown.first, self._shown.last, 400)
            if not low.size:
                return
            bottom, top = float(low.min()), float(high.max())
            if channel == "V_mV":
                bottom = min(bottom, cell.reset if cell.spiking else bottom, cell.leak_reversal)
                top = max(top, cell.threshold + 8.0) if cell.spiking else top
                self._volts_div, self._volts_mid = _fitted(bottom, top, 8, 1.0)
            else:
                self._amps_div, self._amps_mid = _fitted(bottom, top, 4, 10.0)
        open_most = 0.0
        for channel in ring.channels:
            if channel.startswith("g_"):
                _, _, high = ring.window(channel, self._shown.first, self._shown.last, 400)
                open_most = max(open_most, float(high.max(initial=0.0)))
        if open_most > 0.0:  # 3.5 of the four divisions
            self._siemens_div = next(div for div in (*SEQUENCE, open_most) if 3.5 * div >= open_most)
        self._frame()

    def fit_soon(self) -> None:
        """Fit once a screen of what comes now has been recorded: another cell may live elsewhere."""
        ring = self._ring_source()
        self._fit_at = ring.total + int(self.acquisition.span(ring))

    def toggle_cursors(self) -> None:
        on = not self.view.cursors["t1"].isVisible()
        if on:
            a, b = self.view.x_range()
            for name, share in (("t1", 0.25), ("t2", 0.6)):
                self.view.cursors[name].setValue(a + share * (b - a))
            self.view.cursors["V1"].setValue(self._bench.setup.cell.leak_reversal + 5)
            self.view.cursors["V2"].setValue(self._bench.setup.cell.leak_reversal + 15)
        for line in self.view.cursors.values():
            line.setVisible(on)
        if not on:
            self.view.fit_curve.clear()
            self._bench.instant_changed.emit(None)
        self._readout.setVisible(on)
        self._cursors_moved()

    def toggle_grid(self) -> None:
        self.view.set_grid(not self.view._grid)

    def force_trigger(self) -> None:
        self.acquisition.force()

    def clear(self) -> None:
        """Take overlays and pinned references away."""
        self.acquisition.clear()
        self._references.clear()
        self._pinned()
        self._stale = True

    def pin_reference(self) -> None:
        """Keep the trace on screen, with the setup that made it; the oldest of four goes."""
        trace = self.view.traces.get("V_mV")
        if trace is None:
            return
        x, y = trace.curve.getData()
        if x is None or not len(x):
            return
        self._references = [*self._references, _Reference(x.copy(), y.copy(), self._bench.setup)][-_REFERENCES:]
        self._pinned()

    def _pinned(self) -> None:
        self.view.draw_references([(r.x, r.y) for r in self._references])
        while self._pins.count():
            self._pins.takeAt(0).widget().deleteLater()
        for number, reference in enumerate(self._references, 1):
            chip = QToolButton()
            chip.setText(f"R{number}")
            chip.setToolTip(f"Reference {number}: {_difference(reference.setup, self._bench.setup)}\nClick to restore its setup.")
            chip.setAccessibleName(f"Restore the setup of reference {number}")
            chip.clicked.connect(
                lambda _=False, r=reference, n=number: self._bench.set_setup(r.setup, text=f"restore reference {n}")
            )
            self._pins.addWidget(chip)

    def fit_tau(self) -> None:
        """Fit an exponential to V between the time cursors and draw it."""
        cursors = self.view.cursors
        ring = self._ring
        if ring is None or not cursors["t1"].isVisible():
            self._bench.message.emit("Place the time cursors (C) around a stretch of the trace first.")
            return
        a, b = sorted((cursors["t1"].value(), cursors["t2"].value()))
        dt = ring.sample_interval_ms
        first, values = ring.read("V_mV", int(np.ceil(self._shown.zero + a / dt)), int(self._shown.zero + b / dt) + 1)
        thin = max(1, values.size // 4000)
        V = values[::thin].astype(float)
        t = np.arange(V.size) * dt * thin
        try:
            fit = fit_exponential(t, V)
        except LifbenchError as error:
            self._bench.message.emit(f"τ cannot be measured: {error.message}.")
            return
        start = (first - self._shown.zero) * dt
        self.view.fit_curve.setData(start + t, fit(t))
        self._readout.setText(
            f"τ = {format_number(fit.tau)} ms   plateau {format_number(fit.plateau)} mV   residual {format_number(fit.residual, 2)} mV"
        )

    def picture(self) -> QImage:
        """The screen of the scope alone, with axes and units."""
        scale = 2
        image = QImage(self.view.size() * scale, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(scale)
        image.fill(self._theme.ground)
        painter = QPainter(image)
        self.view.render(painter)
        painter.end()
        return image

    def copy_picture(self) -> None:
        QGuiApplication.clipboard().setImage(self.picture())
        self._bench.message.emit("The scope's picture is in the clipboard.")

    def save_picture(self, path: str) -> None:
        """Raises LifbenchError if it cannot be written."""
        if path.lower().endswith(".svg"):
            self._save_drawing(path)
        elif not self.picture().save(path):
            raise LifbenchError(f"{path} cannot be written as a picture; a name that ends in .png or .svg is expected")

    def _save_drawing(self, path: str) -> None:
        buffer = QBuffer()
        buffer.open(QBuffer.OpenModeFlag.WriteOnly)
        generator = QSvgGenerator()
        generator.setOutputDevice(buffer)
        generator.setSize(self.view.size())
        generator.setViewBox(self.view.rect())
        generator.setTitle("lifbench oscilloscope")
        painter = QPainter(generator)
        painter.fillRect(self.view.rect(), QColor(self._theme.ground))
        self.view.render(painter)
        painter.end()
        with writing(Path(path)) as stream:
            stream.write(bytes(buffer.data().data()))

    # ---- settings of a tab

    def settings(self) -> dict[str, Any]:
        """Plain values, fit for JSON."""
        a, view = self.acquisition, self.view
        return {
            "time_div": a.time_div, "mode": a.mode, "pre": a.pre, "keep": a.keep, "average": a.average,
            "volts": [self._volts_div, self._volts_mid], "amps": [self._amps_div, self._amps_mid], "siemens": self._siemens_div,
            "extra": sorted(view.extra), **{name: getattr(view, name) for name in _FLAGS},
        }  # fmt: skip

    def restore(self, settings: dict[str, Any]) -> None:
        """Take settings; what makes no sense (an edited or foreign file) leaves the defaults."""
        a, view = self.acquisition, self.view

        def number(value: Any, low: float, high: float) -> float:
            found = float(value)
            if not low <= found <= high:
                raise ValueError(value)
            return found

        try:
            taken = {**_DEFAULTS, **settings}
            time_div, pre, keep = (
                number(taken["time_div"], 0.01, 1e5),
                number(taken["pre"], 0.0, 1.0),
                int(number(taken["keep"], 1, 100)),
            )
            volts = number(taken["volts"][0], 0.01, 1e3), number(taken["volts"][1], -2000, 2000)
            amps = number(taken["amps"][0], 0.1, 1e7), number(taken["amps"][1], -1e8, 1e8)
            siemens, mode = number(taken["siemens"], 1e-6, 1e6), MODES.index(taken["mode"])
            extra = {str(name) for name in taken["extra"]}
        except (KeyError, TypeError, ValueError, IndexError, OverflowError):
            if settings is not _DEFAULTS:
                self.restore(_DEFAULTS)
            return
        a.time_div, a.pre, a.keep, a.average = time_div, pre, keep, bool(taken["average"])
        (self._volts_div, self._volts_mid), (self._amps_div, self._amps_mid), self._siemens_div = volts, amps, siemens
        view.extra = extra
        for name in _FLAGS:
            setattr(view, name, bool(taken[name]))
        a.clear()
        self._averaged = None
        self._mode.setCurrentIndex(mode)
        view._pens()
        self._frame()

    def apply_theme(self, theme: Theme) -> None:
        self._theme = theme
        for label in (self._time_label, self._volts_label, self._amps_label):
            # as wide as the widest, so that the row does not dance while stepping
            label.setMinimumWidth(label.fontMetrics().horizontalAdvance("500 pA/div"))
        self.view.apply_theme(theme)
        self._pinned()
        self._stale = True

    # ---- drawing

    def _frame(self) -> None:
        """Ranges from the settings."""
        a = self.acquisition
        self._scrolled = False
        self._stale = True
        if a.mode == "roll":
            self.view.frame_roll(a.time_div)
        else:
            self.view.frame_time(a.time_div, a.pre)
        self.view.V.setYRange(self._volts_mid - 4 * self._volts_div, self._volts_mid + 4 * self._volts_div, padding=0)
        self.view.V.getAxis("left").setTickSpacing(self._volts_div, self._volts_div)
        self.view.I.setYRange(self._amps_mid - 2 * self._amps_div, self._amps_mid + 2 * self._amps_div, padding=0)
        self.view.I.getAxis("left").setTickSpacing(self._amps_div, self._amps_div)
        self.view.g.setYRange(-0.3 * self._siemens_div, 3.7 * self._siemens_div, padding=0)
        self.view.g.getAxis("left").setTickSpacing(self._siemens_div, self._siemens_div)
        self.view.g.setLabel("left", f"g, {_per_div(self._siemens_div, 'nS')}")
        self._time_label.setText(_per_div(a.time_div, "ms"))
        self._volts_label.setText(_per_div(self._volts_div, "mV"))
        self._amps_label.setText(_per_div(self._amps_div, "pA"))

    def on_frame(self, frame) -> None:
        """Called by the frame clock."""
        ring = self._ring_source()
        if ring is not self._ring:
            self._ring = ring
            self.view.set_channels(ring.channels)
            self.acquisition.reset(ring)
        self._status = frame.status or self._status
        if len(frame.spikes):
            self._spikes = np.concatenate([self._spikes, frame.spikes])[-_MOST_SPIKES:]
        running = self._bench.running
        starts = [(s.sample, s.sweep) for s in frame.sweep_starts]
        if not running and not self._stale and not starts:
            return
        if not self._scrolled:
            rolling_before = self._rolling
            self._shown = self.acquisition.update(ring, starts, frame.wall_dt if running else 0.0)
            if self._rolling != rolling_before:
                (self.view.frame_roll if self._rolling else lambda t: self.view.frame_time(t, self.acquisition.pre))(
                    self.acquisition.time_div
                )
        self._draw(ring)
        self._state.setText(self.acquisition.state(running))
        if self._fit_at is not None and ring.total >= self._fit_at:
            self._fit_at = None
            self.fit()
        self._since += frame.wall_dt
        if self._since >= _MEASURE or not running:
            self._since = 0.0
            self._measure(ring)
        self._stale = False

    @property
    def _rolling(self) -> bool:
        return self._ring is not None and self._shown.zero == self._shown.last and self._shown.last > self._shown.first

    def _draw(self, ring: TraceRing) -> None:
        empty = ring.total == ring.start
        if empty != self.view.message.isVisible():
            self.view.message.setVisible(empty)
            a, b = self.view.x_range()
            self.view.message.setPos((a + b) / 2, self._volts_mid)
        self.view.draw(ring, self._shown, self._spikes)
        a = self.acquisition
        sweeps = self._bench.setup.recording.sweeps
        zeros = [] if a.mode == "roll" or a.keep < 2 else [z for z in list(a.earlier)[-(a.keep - 1) :] if z[0] >= ring.first]
        self.view.draw_overlays(ring, zeros, a.span(ring), a.pre, sweeps)
        self.view.colour_by_sweep(a.sweep if zeros else 0, sweeps if zeros else 1)
        self._draw_average(ring, zeros)

    def _draw_average(self, ring: TraceRing, zeros: list[tuple[float, int]]) -> None:
        """The mean of the complete screens that are overlaid, worked out when another is added."""
        a = self.acquisition
        alike = tuple(zero for zero, sweep in zeros if sweep == zeros[-1][1]) if a.average else ()
        if alike == self._averaged:
            return
        self._averaged = alike
        span = int(a.span(ring))
        found = []
        for zero in alike:
            first = round(zero - a.pre * span)
            begun, values = ring.read("V_mV", first, first + span)
            if begun == first and values.size == span:
                found.append(values)
        if not found:
            self.view.average_curve.clear()
            return
        thin = max(1, span // 4000)
        x = (np.arange(span) - round(a.pre * span)) * ring.sample_interval_ms
        self.view.average_curve.setData(x[::thin], np.mean(found, axis=0, dtype=float)[::thin])

    def _measure(self, ring: TraceRing) -> None:
        dt = ring.sample_interval_ms
        first, last, where = self._shown.first, self._shown.last, "on screen"
        if self.view.cursors["t1"].isVisible():
            a, b = sorted((self.view.cursors["t1"].value(), self.view.cursors["t2"].value()))
            first, last, where = int(self._shown.zero + a / dt), min(last, int(self._shown.zero + b / dt) + 1), "between cursors"
        # minima and maxima of buckets are enough for a strip, but not for a mean: short stretches are read whole
        whole = last - first <= 400_000
        if whole:
            _, values = ring.read("V_mV", first, last)
        else:
            _, low, high = ring.window("V_mV", first, last, 2000)
            values = np.concatenate([low, high])
        spikes = self._spikes[(self._spikes >= first * dt) & (self._spikes < last * dt)]
        between = whole and where == "between cursors"
        self._strip.setText(measure_text(values, spikes, where, start_ms=first * dt, interval_ms=dt if between else None))
        self._strip.setToolTip(self._strip.text())

    # ---- hands on the screen

    def _running_changed(self, running: bool) -> None:
        self._stale = True
        if running:
            self._scrolled = False
            self._frame()
            self._bench.instant_changed.emit(None)
        else:
            self._cursors_moved()

    def _setup_changed(self, setup: Setup, path: str) -> None:
        self._stale = True

    def _dragged(self) -> None:
        """Panned or zoomed by mouse: when stopped, draw what memory holds there."""
        ring = self._ring
        if ring is None or self._bench.running:
            self._frame()
            return
        self._scrolled = True
        a, b = self.view.x_range()
        dt = ring.sample_interval_ms
        self._shown = Shown(
            self._shown.zero, int(self._shown.zero + a / dt) - 1, min(ring.total, int(self._shown.zero + b / dt) + 2)
        )
        self._stale = True

    def _cursors_moved(self) -> None:
        c = self.view.cursors
        if not c["t1"].isVisible():
            return
        dt, dv = c["t2"].value() - c["t1"].value(), c["V2"].value() - c["V1"].value()
        per = f"   1/Δt {format_number(1000.0 / dt)} Hz" if dt else ""
        self._readout.setText(
            f"Δt {format_number(dt)} ms{per}   ΔV {format_number(dv)} mV   t1 {format_number(c['t1'].value())} ms"
        )
        self._since = _MEASURE
        self._stale = True
        if not self._bench.running:
            self._bench.instant_changed.emit(self._instant_at(c["t1"].value()))

    def _instant_at(self, time_ms: float) -> Status | None:
        """A Status for the sample under the first time cursor."""
        ring, status = self._ring, self._status
        if ring is None or status is None:
            return None
        at = round(self._shown.zero + time_ms / ring.sample_interval_ms)
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


def _per_div(value: float, unit: str) -> str:
    return f"{value:g} {unit}/div"


def _fitted(low: float, high: float, divisions: int, least: float) -> tuple[float, float]:
    """(units per division, middle) that hold low … high."""
    size = max((high - low) / (divisions - 1), least)
    step = next_in_sequence(size, 0)
    if step < size:
        step = next_in_sequence(size, 1) if next_in_sequence(size, 0) < size else step
    middle = round((low + high) / 2 / step * 2) / 2 * step
    return step, middle


def _difference(then: Setup, now: Setup) -> str:
    """What differs between two setups, in a few words."""
    out = []
    for f in fields(then.cell):
        a, b = getattr(then.cell, f.name), getattr(now.cell, f.name)
        if a != b:
            out.append(f"{f.name.replace('_', ' ')} {a} (now {b})")
    if then.clamp != now.clamp:
        out.append("another stimulus")
    if then.synapses != now.synapses:
        out.append("other synapses")
    return "; ".join(out) or "the same setup as now"
