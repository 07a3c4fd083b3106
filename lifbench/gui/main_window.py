"""The window: tool bar, tabs of the experiments, the three instruments, the experiment beside them, the status line."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field

from PySide6.QtCore import QByteArray, QSettings, Qt
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QMainWindow,
    QSizePolicy,
    QSlider,
    QSplitter,
    QTabBar,
    QToolBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from lifbench.engine.messages import EngineError
from lifbench.engine.runner import Engine
from lifbench.experiments.registry import experiments
from lifbench.gui.actions import ActionSpec, make_action
from lifbench.gui.autosave import Autosave
from lifbench.gui.bench import Bench
from lifbench.gui.circuit.panel import CircuitPanel
from lifbench.gui.experiment.panel import ExperimentPanel
from lifbench.gui.file_actions import FileActions
from lifbench.gui.frame_clock import FrameClock
from lifbench.gui.garbage import GuiThreadCollector
from lifbench.gui.notice import Notice
from lifbench.gui.pages import show_about, show_help, show_keys
from lifbench.gui.scope.panel import ScopePanel
from lifbench.gui.stimulus.panel import StimulusPanel
from lifbench.gui.style import palette, style_sheet
from lifbench.gui.theme import THEMES
from lifbench.model.setup import Setup

__all__ = ["MainWindow"]

_SPEED_STEPS = 400  # of the slider, over four decades
_STATUS = 0.2  # s between updates of the status line


@dataclass
class _Tab:
    """What a tab keeps while another is in front."""

    setup: Setup
    scope: dict[str, object] = field(default_factory=dict)
    repeat_interval: float = 0.0


class MainWindow(QMainWindow):
    """Built around a bench and its engine; `shut_down` must be called before the application ends."""

    def __init__(self, bench: Bench, engine: Engine, settings: QSettings, autosave: Autosave | None = None) -> None:
        super().__init__()
        self.setObjectName("window")
        self.setWindowTitle("lifbench")
        self.bench, self.engine, self._settings = bench, engine, settings
        self._autosave = autosave
        self._closed = False
        self._garbage = GuiThreadCollector()
        self._since_status = 0.0
        self._experiments = experiments()
        self._tabs = {e.key: _Tab(e.setup(), dict(e.scope)) for e in self._experiments}
        self.circuit = CircuitPanel(bench)
        self.stimulus = StimulusPanel(bench)
        self.scope = ScopePanel(bench, lambda: engine.ring)
        self.experiment = ExperimentPanel(bench, self._experiments)
        self.notice = Notice()
        self.files = FileActions(self, bench, self.scope, self.notice, settings)
        self._actions: dict[str, ActionSpec] = {}
        self._lay_out()
        self._make_actions()
        self._make_tool_bar()
        self._make_status()
        bench.running_changed.connect(self._running_changed)
        bench.message.connect(lambda text: self.statusBar().showMessage(text, 6000))
        bench.refused.connect(lambda text: self.statusBar().showMessage(text, 8000))
        bench.speed_changed.connect(self._show_speed)
        self.clock = FrameClock(bench, (self.circuit, self.stimulus, self.scope, self.experiment), self)
        self.clock.failed.connect(self._engine_failed)
        self.clock.ticked.connect(self._ticked)
        self._restore()

    # ---- layout

    def _lay_out(self) -> None:
        self._bar = QTabBar()
        self._bar.setObjectName("experiments")
        self._bar.setExpanding(False)
        self._bar.setDrawBase(False)
        self._bar.setAccessibleName("Experiments")
        for number, experiment in enumerate(self._experiments):
            self._bar.addTab(experiment.title)
            self._bar.setTabData(number, experiment.key)
            self._bar.setAccessibleTabName(number, f"experiment.{experiment.key}")
        self._bar.currentChanged.connect(lambda i: self.show_experiment(self._bar.tabData(i)))
        for panel in (self.circuit, self.stimulus, self.scope, self.experiment):
            panel.setProperty("card", True)
            panel.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        self._left = QSplitter(Qt.Orientation.Vertical)
        self._left.addWidget(self.circuit)
        self._left.addWidget(self.stimulus)
        self._left.setSizes([370, 270])
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.addWidget(self._left)
        self._split.addWidget(self.scope)
        self._split.addWidget(self.experiment)
        self._split.setStretchFactor(0, 2)
        self._split.setStretchFactor(1, 5)
        self._split.setStretchFactor(2, 2)
        self._split.setSizes([416, 622, 316])
        for splitter in (self._left, self._split):
            splitter.setHandleWidth(6)
            splitter.setChildrenCollapsible(False)
        self._split.setCollapsible(2, True)
        centre = QWidget()
        centre.setObjectName("centre")
        layout = QVBoxLayout(centre)
        layout.setContentsMargins(6, 0, 6, 2)
        layout.setSpacing(3)
        layout.addWidget(self._bar)
        layout.addWidget(self.notice)
        layout.addWidget(self._split, 1)
        self.setCentralWidget(centre)

    def _make_actions(self) -> None:
        scope, bench, files = self.scope, self.bench, self.files
        specs = [
            ActionSpec("open", "Open a setup…", ("Ctrl+O",), "File", "Open a setup file", files.choose_open),
            ActionSpec("save", "Save the setup…", ("Ctrl+S",), "File", "Save the setup to a file", files.choose_save),
            ActionSpec(
                "export",
                "Export the trace…",
                ("Ctrl+E",),
                "File",
                "Run the setup exactly, offline, and write its trace",
                files.choose_export,
            ),
            ActionSpec(
                "save_picture",
                "Save the scope's picture…",
                (),
                "File",
                "Save the scope's screen as PNG or SVG",
                files.choose_picture,
            ),
            ActionSpec("quit", "Quit", ("Ctrl+Q",), "File", "Close lifbench", self.close),
            ActionSpec("undo", "Undo", ("Ctrl+Z",), "Edit", "Undo; the simulation goes on", lambda: bench.undo_stack.undo()),
            ActionSpec("redo", "Redo", ("Ctrl+Y", "Ctrl+Shift+Z"), "Edit", "Redo", lambda: bench.undo_stack.redo()),
            ActionSpec(
                "copy_picture", "Copy the scope's picture", ("Ctrl+Shift+C",), "Edit", "Copy the scope's screen", scope.copy_picture
            ),
            ActionSpec("reset", "Back to the tab's own setup", (), "Edit", "The setup this tab began with", self._reset_tab),
            ActionSpec("run", "Run", ("Space",), "Bench", "Run or stop", bench.toggle, True),
            ActionSpec("single", "Single", ("S",), "Bench", "One sweep from its beginning, then stop", bench.single),
            ActionSpec("step_on", "Step on", (".",), "Bench", "Stop, and go on by a tenth of a division", scope.step_on),
            ActionSpec("pulse", "Pulse", ("P",), "Bench", "Give the pulse now", self.stimulus.pulse),
            ActionSpec("restart", "Restart the protocol", (), "Bench", "Begin with the first sweep, from V(0)", bench.restart),
            ActionSpec("force", "Force a trigger", ("T",), "Scope", "Trigger the scope now", scope.force_trigger),
            ActionSpec("cursors", "Cursors", ("C",), "Scope", "Two time and two level cursors", scope.toggle_cursors),
            ActionSpec("fit", "Fit to screen", ("F",), "Scope", "Fit what is on screen", scope.fit),
            ActionSpec(
                "fit_tau", "Fit τ between the cursors", (), "Scope", "Fit an exponential between the time cursors", scope.fit_tau
            ),
            ActionSpec(
                "take", "Take the measurement", ("M",), "Scope", "Write what is measured into the notebook", scope.take_measurements
            ),
            ActionSpec("grid", "Grid", ("G",), "Scope", "Grid on or off", scope.toggle_grid),
            ActionSpec(
                "pin_reference", "Pin reference", ("R",), "Scope", "Keep the trace on screen as a reference", scope.pin_reference
            ),
            ActionSpec("clear", "Clear", (), "Scope", "Take references and overlays away", scope.clear),
            ActionSpec("zoom_in", "Zoom in", ("+", "="), "Scope", "Less time per division", lambda: scope.zoom(1)),
            ActionSpec("zoom_out", "Zoom out", ("-",), "Scope", "More time per division", lambda: scope.zoom(-1)),
            ActionSpec("home", "Home", ("Home",), "Scope", "The view of the beginning", scope.home),
            *(
                ActionSpec(f"theme.{n}", n.capitalize(), (), "View", f"The {n} theme", lambda n=n: self.set_theme(n), True)
                for n in THEMES
            ),
            ActionSpec("fold", "Experiment panel", ("F9",), "View", "Fold the experiment away, or back", self._fold),
            ActionSpec("fullscreen", "Full screen", ("F11",), "View", "Full screen on or off", self._full_screen),
            ActionSpec("help", "Help", ("F1",), "Help", "How to use the bench", lambda: show_help(self)),
            ActionSpec("keys", "Key sheet", ("?",), "Help", "All keys", lambda: show_keys(self, list(self._actions.values()))),
            ActionSpec("about", "About lifbench", (), "Help", "What lifbench is", lambda: show_about(self)),
        ]
        for spec in specs:
            self._actions[spec.name] = spec
            action = make_action(spec, self)
            self.addAction(action)
            menu = next((m for m in self.menuBar().actions() if m.text() == spec.menu), None)
            (menu.menu() if menu is not None else self.menuBar().addMenu(spec.menu)).addAction(action)

    def action(self, name: str):
        """The QAction ``action.NAME``."""
        return next(a for a in self.actions() if a.objectName() == f"action.{name}")

    def _make_tool_bar(self) -> None:
        bar = QToolBar("Bench")
        bar.setObjectName("toolbar")
        bar.setMovable(False)
        self.addToolBar(bar)
        for name in ("run", "single", "pulse"):
            bar.addAction(self.action(name))
        bar.addSeparator()
        label = QLabel("speed")
        label.setObjectName("faint")
        bar.addWidget(label)
        self._speed = QSlider(Qt.Orientation.Horizontal)
        self._speed.setObjectName("bench.speed")
        self._speed.setAccessibleName("Speed: simulated over wall time")
        self._speed.setToolTip("Slow motion to 100× slower, fast forward to 100× faster")
        self._speed.setRange(-_SPEED_STEPS // 2, _SPEED_STEPS // 2)
        self._speed.setFixedWidth(150)
        self._speed.valueChanged.connect(lambda at: self.bench.set_speed(10.0 ** (4.0 * at / _SPEED_STEPS)))
        bar.addWidget(self._speed)
        self._speed_button = QToolButton()
        self._speed_button.setObjectName("bench.speed_reset")
        self._speed_button.setText("1.00×")
        self._speed_button.setMinimumWidth(62)
        self._speed_button.setToolTip("Back to 1×")
        self._speed_button.setAccessibleName("Speed back to one")
        self._speed_button.clicked.connect(lambda: self.bench.set_speed(1.0))
        bar.addWidget(self._speed_button)
        bar.addSeparator()
        for name in ("cursors", "fit", "pin_reference", "clear", "undo", "redo", "export"):
            bar.addAction(self.action(name))
        spacer = QWidget()
        spacer.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        bar.addWidget(spacer)
        self._ratio = QLabel()
        self._ratio.setObjectName("bench.ratio")
        self._ratio.setToolTip("Simulated time over wall time, as it really is")
        bar.addWidget(self._ratio)
        for name in ("run", "single", "pulse", "cursors", "fit", "pin_reference", "clear", "undo", "redo", "export"):
            bar.widgetForAction(self.action(name)).setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for name, short in (("fit", "Fit"), ("pin_reference", "Pin"), ("export", "Export")):
            self.action(name).setIconText(short)  # on the tool bar: the projector's type is large
        bar.widgetForAction(self.action("run")).setProperty("primary", True)
        bar.widgetForAction(self.action("run")).setMinimumWidth(64)

    def _make_status(self) -> None:
        self._status = QLabel()
        self._status.setObjectName("status.line")
        self.statusBar().addPermanentWidget(self._status)

    # ---- what is shown

    def _running_changed(self, running: bool) -> None:
        action = self.action("run")
        action.setChecked(running)
        action.setText("Stop" if running else "Run")

    def _show_speed(self, speed: float) -> None:
        self._speed.blockSignals(True)
        self._speed.setValue(round(math.log10(speed) * _SPEED_STEPS / 4.0))
        self._speed.blockSignals(False)
        self._speed_button.setText(f"{speed:.2f}×" if speed < 10 else f"{speed:.3g}×")

    def _ticked(self, frame) -> None:
        self._garbage.tick()
        self._since_status += frame.wall_dt
        status = frame.status
        if status is None or self._since_status < _STATUS:
            return
        self._since_status = 0.0
        rate = 1.0 / status.sample_interval_ms
        self._status.setText(
            f"{'running' if status.running else 'stopped'}   ·   {rate:g} kHz   ·   {status.spike_count} spikes, "
            f"{status.rate_hz:.1f} Hz   ·   {status.time_ms / 1000:.1f} s"
        )
        self._ratio.setText(f"sim ÷ wall {status.ratio:.2f}" if status.running else "sim ÷ wall –")
        if self._autosave is not None:
            self._autosave.note(self.bench.setup)

    def say(self, text: str) -> None:
        """Tell something that should not be missed."""
        self.notice.say(text)

    def _engine_failed(self, message: EngineError) -> None:
        self.say(message.text)

    def set_theme(self, name: str) -> None:
        theme = THEMES.get(name, THEMES["light"])
        self._theme_name = theme.name
        application = QApplication.instance()
        application.setPalette(palette(theme))
        self.setStyleSheet(style_sheet(theme))
        for panel in (self.circuit, self.stimulus, self.scope, self.experiment):
            panel.apply_theme(theme)
        for name in THEMES:
            self.action(f"theme.{name}").setChecked(name == theme.name)
        self._settings.setValue("theme", theme.name)

    # ---- tabs

    def show_experiment(self, key: str) -> None:
        """Bring a tab to the front, with its own setup, stimulus and scope."""
        before = self.bench.experiment
        if key == before:
            return
        if before:
            self._tabs[before] = _Tab(self.bench.setup, self.scope.settings(), self.bench.repeat_interval)
        tab = self._tabs[key]
        self.bench.select("")
        self.bench.show_experiment(key)
        self.bench.enter(tab.setup)
        if tab.repeat_interval != self.bench.repeat_interval:
            self.bench.set_repeat(self.bench.repeat, tab.repeat_interval)
        self.scope.restore(tab.scope)
        index = next(i for i in range(self._bar.count()) if self._bar.tabData(i) == key)
        self._bar.setCurrentIndex(index)

    def _reset_tab(self) -> None:
        experiment = next(e for e in self._experiments if e.key == self.bench.experiment)
        self.bench.set_setup(experiment.setup(), text="back to the tab's own setup")

    # ---- view and help

    def _fold(self) -> None:
        self.experiment.setVisible(not self.experiment.isVisible())

    def _full_screen(self) -> None:
        if self.isFullScreen():
            self.showNormal()
        else:
            self.showFullScreen()

    # ---- settings, start and end

    def _restore(self) -> None:
        self.set_theme(str(self._settings.value("theme", "light")))
        for name, splitter in (("left", self._left), ("split", self._split)):
            state = self._settings.value(f"splitter.{name}")
            if isinstance(state, QByteArray):
                splitter.restoreState(state)
        try:
            kept = json.loads(str(self._settings.value("scope", "{}")))
        except ValueError:
            kept = {}
        for key, tab in self._tabs.items():
            if isinstance(kept, dict) and isinstance(kept.get(key), dict):
                self._tabs[key] = _Tab(tab.setup, kept[key])
        geometry = self._settings.value("geometry")
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)
        else:
            self.resize(1366, 728)

    def begin(self, key: str = "") -> None:
        """Open the first tab, start engine and clock: a running demo."""
        self._garbage.start()
        self.engine.start()
        self.show_experiment(key or self._experiments[0].key)
        self.clock.start()
        self.bench.run()

    def shut_down(self) -> bool:
        """Stop clock and engine, keep the layout; whether the engine ended in time."""
        if self._closed:
            return True
        self._closed = True
        self.clock.stop()
        self.scope.clicks.stop()
        for name, splitter in (("left", self._left), ("split", self._split)):
            self._settings.setValue(f"splitter.{name}", splitter.saveState())
        self._settings.setValue("geometry", self.saveGeometry())
        scopes = {key: tab.scope for key, tab in self._tabs.items()}
        if self.bench.experiment:
            scopes[self.bench.experiment] = self.scope.settings()
        self._settings.setValue("scope", json.dumps(scopes))
        if self._autosave is not None:
            self._autosave.finish()
        ended = self.engine.stop(5.0)
        self._garbage.stop()
        return ended

    def closeEvent(self, event) -> None:
        self.shut_down()
        event.accept()
