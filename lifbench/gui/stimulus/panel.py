"""The stimulus panel: a current clamp with epochs, sweeps, presets, a preview and a big Pulse button."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QTabBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from lifbench.files.samples_csv import read_samples
from lifbench.files.setup_toml import dumps, loads
from lifbench.gui.bench import Bench
from lifbench.gui.form_area import FormArea
from lifbench.gui.parameter_form import ParameterForm, QuantitySpinBox
from lifbench.gui.stimulus.epoch_form import EpochForm, reshaped
from lifbench.gui.stimulus.epoch_table import EpochTable
from lifbench.gui.stimulus.presets import PRESETS, apply_preset
from lifbench.gui.stimulus.preview import Preview
from lifbench.gui.theme import Theme
from lifbench.model.clamp import Clamp, Epoch, Samples, Step
from lifbench.model.setup import RecordingSettings, Setup
from lifbench.parameters import Parameter, parameters_of
from lifbench.quantities import LifbenchError

__all__ = ["StimulusPanel"]


class StimulusPanel(QWidget):
    """Always shows preview and Pulse; the tab bar chooses between the sweep and the epochs."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self.setObjectName("panel.stimulus")
        self.setMinimumWidth(360)
        self._bench = bench
        self._signature: tuple[str, ...] = ()
        self._form: QWidget | None = None
        self.preview = Preview(bench)
        self._tabs = QTabBar()
        self._tabs.setProperty("tight", True)  # on the projector there is little room beside the buttons
        self._tabs.setObjectName("stimulus.tabs")
        self._tabs.setExpanding(False)
        self._tabs.setDrawBase(False)
        self._tabs.setUsesScrollButtons(True)
        self._tabs.setAccessibleName("Sweep and epochs")
        self._tabs.currentChanged.connect(lambda _: self._show_form())
        self._area = FormArea()
        self._area.setMinimumHeight(30)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 2, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(self._top())
        layout.addWidget(self.preview, 2)
        layout.addLayout(self._middle())
        layout.addWidget(self._area, 3)
        bench.setup_changed.connect(self._follow)
        bench.repeat_changed.connect(self._follow_repeat)
        self._follow(bench.setup, "")
        self._tabs.setCurrentIndex(1 if bench.setup.clamp.epochs else 0)

    # ---- layout

    def _top(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(8, 0, 8, 0)
        title = QLabel("Stimulus")
        title.setObjectName("panel.title")
        self._sweep = QLabel("1/1")
        self._sweep.setObjectName("stimulus.sweep")
        self._sweep.setToolTip("Which sweep of the protocol is given now")
        declared = parameters_of(Step)
        amplitude = dataclasses.replace(declared["amplitude"], default=500.0, description="The current of the Pulse button")
        width = dataclasses.replace(declared["duration"], default=5.0, description="How long the pulse of the Pulse button lasts")
        self.pulse_amplitude, self.pulse_width = QuantitySpinBox(amplitude), QuantitySpinBox(width)
        self.pulse_amplitude.setObjectName("stimulus.pulse_amplitude")
        self.pulse_width.setObjectName("stimulus.pulse_width")
        for spin in (self.pulse_amplitude, self.pulse_width):
            spin.setMinimumWidth(70)
            spin.setMaximumWidth(84)
            spin.refused.connect(self._bench.message)
        pulse = QPushButton("Pulse")
        pulse.setObjectName("stimulus.pulse")
        pulse.setProperty("primary", True)
        pulse.setToolTip("Give this pulse now (P)")
        pulse.clicked.connect(self.pulse)
        row.addWidget(title)
        row.addWidget(self._sweep, 1)
        row.addWidget(self.pulse_amplitude)
        row.addWidget(self.pulse_width)
        row.addWidget(pulse)
        return row

    def _middle(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(8, 0, 8, 0)
        row.setSpacing(3)
        self._repeat = QCheckBox("loop")
        self._repeat.setObjectName("stimulus.repeat")
        self._repeat.setAccessibleName("Repeat the protocol")
        self._repeat.setToolTip("Begin the protocol anew when it is over; else the holding current stays")
        self._repeat.setChecked(True)
        self._repeat.clicked.connect(lambda on: self._bench.set_repeat(on))
        row.addWidget(self._tabs, 1)
        for text, name, tip, slot in (
            ("+", "stimulus.add", "Add an epoch", self.add_epoch),
            ("−", "stimulus.remove", "Remove this epoch", self.remove_epoch),
        ):
            button = QToolButton()
            button.setText(text)
            button.setObjectName(name)
            button.setProperty("small", True)
            button.setToolTip(tip)
            button.setAccessibleName(tip)
            button.clicked.connect(lambda _=False, s=slot: s())
            row.addWidget(button)
        presets = QToolButton()
        presets.setText("Presets ▾")
        presets.setObjectName("stimulus.presets")
        presets.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        for name in PRESETS:
            menu.addAction(name, lambda n=name: self.apply_preset(n))
        menu.addSeparator()
        menu.addAction("Duplicate this epoch", self.duplicate_epoch)
        menu.addAction("Own samples from a CSV file…", self._choose_samples)
        menu.addAction("Copy the protocol", self.copy)
        menu.addAction("Paste a protocol", self.paste)
        presets.setMenu(menu)
        row.addWidget(presets)
        row.addWidget(self._repeat)
        return row

    # ---- following the setup

    def _follow(self, setup: Setup, path: str) -> None:
        signature = tuple(e.shape for e in setup.clamp.epochs)
        if signature == self._signature and self._form is not None:
            return
        self._signature = signature
        at = max(self._tabs.currentIndex(), 0)
        self._tabs.blockSignals(True)
        while self._tabs.count():
            self._tabs.removeTab(0)
        self._tabs.addTab("Sweep")
        self._tabs.setTabToolTip(0, "Holding current, duration, number of sweeps, seed; and all epochs in a table")
        for number, shape in enumerate(signature, 1):
            self._tabs.addTab(f"{number} {shape.replace('_', ' ')}")
        self._tabs.setCurrentIndex(min(at, len(signature)))
        self._tabs.blockSignals(False)
        self._show_form()

    def _show_form(self) -> None:
        index = self._tabs.currentIndex() - 1
        self.preview.selected = index
        self.preview.repaint_all()
        if 0 <= index < len(self._bench.setup.clamp.epochs):
            form: QWidget = EpochForm(self._bench, index)
            form.reshape.connect(lambda shape, i=index: self._reshape(i, shape))
        else:
            recording, clamp = parameters_of(RecordingSettings), parameters_of(Clamp)
            # long names left, short ones right: the projector's type is large
            names = ("sweeps", "duration", "seed", "sample_interval")
            entries = [("clamp.holding_current", clamp["holding_current"]), *((f"recording.{n}", recording[n]) for n in names)]
            form = self._sweep_form(ParameterForm(self._bench, entries, sliders=False))
        self._form = form
        self._area.put(form)

    def _sweep_form(self, parameters: ParameterForm) -> QWidget:
        """What holds for the whole sweep, and below it the epochs at a glance."""
        parameters.layout().setContentsMargins(8, 2, 8, 0)
        form = QWidget()
        layout = QVBoxLayout(form)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(parameters)
        layout.addLayout(self._repeat_row())
        if self._epochs():
            table = EpochTable(self._bench)
            table.chosen.connect(self._choose_epoch)
            table.opened.connect(lambda index: self._tabs.setCurrentIndex(index + 1))
            table.setMinimumHeight(52 + 23 * min(len(self._epochs()), 4))
            layout.addWidget(table, 1)
        else:
            layout.addStretch(1)
        return form

    def _repeat_row(self) -> QHBoxLayout:
        declared = Parameter(
            "repeat_interval", "quantity", "", "ms", 0.0,
            "From the beginning of a sweep to that of the next on the live bench; 0: each follows at once. Between them the holding "
            "current flows", hard=(0.0, 1e7),
        )  # fmt: skip
        spin = QuantitySpinBox(declared)
        spin.setObjectName("stimulus.repeat_interval")
        spin.setValue(self._bench.repeat_interval)
        spin.valueEdited.connect(lambda value: self._bench.set_repeat(self._bench.repeat, value))
        spin.refused.connect(self._bench.message)
        self._interval = spin
        label = QLabel("Sweeps begin every")
        label.setBuddy(spin)
        label.setToolTip(spin.toolTip())
        at_once = QLabel("0: at once")
        at_once.setObjectName("faint")
        row = QHBoxLayout()
        row.setContentsMargins(8, 0, 8, 0)
        for widget in (label, spin, at_once):
            row.addWidget(widget)
        row.addStretch(1)
        return row

    def _follow_repeat(self, repeat: bool) -> None:
        self._repeat.setChecked(repeat)
        if self._tabs.currentIndex() <= 0:  # else the field is not there
            self._interval.setValue(self._bench.repeat_interval)

    def _choose_epoch(self, index: int) -> None:
        """Its edges can be dragged in the preview."""
        self.preview.selected = index
        self.preview.repaint_all()

    def _epochs(self) -> tuple[Epoch, ...]:
        return self._bench.setup.clamp.epochs

    def _set_epochs(self, epochs: tuple[Epoch, ...], text: str, duration: float | None = None) -> None:
        """Other epochs, and if given another duration of the sweep; what cannot be is said."""
        setup = self._bench.setup
        try:
            recording = setup.recording if duration is None else dataclasses.replace(setup.recording, duration=duration)
            clamp = dataclasses.replace(setup.clamp, epochs=epochs)
            self._bench.set_setup(dataclasses.replace(setup, clamp=clamp, recording=recording), text=text)
        except LifbenchError as error:
            self._bench.refused.emit(str(error))

    # ---- what the buttons do

    def pulse(self) -> None:
        self._bench.pulse(self.pulse_amplitude.value(), self.pulse_width.value())

    def add_epoch(self) -> None:
        duration = self._bench.setup.recording.duration
        start = max((e.end for e in self._epochs()), default=0.1 * duration)
        new = Step(start=round(start, 1), duration=round(0.2 * duration, 2), amplitude=200.0)
        longer = None
        if new.end > duration:  # a longer sweep rather than epochs that pile up at its end
            longer = round(new.end + 0.1 * duration, 1)
        self._set_epochs((*self._epochs(), new), "add an epoch", longer)
        self._tabs.setCurrentIndex(len(self._epochs()))

    def duplicate_epoch(self) -> None:
        index = self._tabs.currentIndex() - 1
        if index >= 0:
            self._set_epochs((*self._epochs(), self._epochs()[index]), "duplicate an epoch")

    def remove_epoch(self) -> None:
        index = self._tabs.currentIndex() - 1
        if index >= 0:
            self._set_epochs((*self._epochs()[:index], *self._epochs()[index + 1 :]), "remove an epoch")
        else:
            self._bench.message.emit("Choose the epoch to remove first.")

    def _reshape(self, index: int, shape: str) -> None:
        epochs = self._epochs()
        try:
            changed = reshaped(epochs[index], shape)
        except LifbenchError as error:
            self._bench.refused.emit(str(error))
            return
        self._set_epochs((*epochs[:index], changed, *epochs[index + 1 :]), "change the shape")

    def apply_preset(self, name: str) -> None:
        """Replace the protocol by a preset."""
        self._bench.set_setup(apply_preset(self._bench.setup, name), text=f"preset {name}")
        self._tabs.setCurrentIndex(1)

    def copy(self) -> None:
        QGuiApplication.clipboard().setText(dumps(self._bench.setup))
        self._bench.message.emit("The protocol is in the clipboard.")

    def paste(self) -> None:
        """Take clamp and recording from a setup in the clipboard."""
        try:
            pasted = loads(QGuiApplication.clipboard().text())
            self._bench.set_setup(
                dataclasses.replace(self._bench.setup, clamp=pasted.clamp, recording=pasted.recording), text="paste a protocol"
            )
        except LifbenchError as error:
            self._bench.refused.emit(f"The clipboard holds no protocol: {error}")

    def _choose_samples(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Own samples", "", "CSV (*.csv *.txt);;All files (*)")
        if name:
            self.load_samples(Path(name))

    def load_samples(self, path: Path) -> None:
        """Add an epoch of the samples in a CSV file."""
        try:
            values, interval = read_samples(path)
            duration = len(values) * (interval or 0.1)
            epoch = Samples(start=0.0, duration=duration, values=tuple(values), interval=interval or 0.1)
            self._set_epochs((*self._epochs(), epoch), "own samples")
        except LifbenchError as error:
            self._bench.refused.emit(str(error))

    # ---- frames

    def on_frame(self, frame) -> None:
        status = frame.status
        if status is not None:
            self._sweep.setText(f"{status.sweep + 1}/{status.sweeps}")
            self.preview.show_time(status.sweep, status.sweep_time_ms)

    def apply_theme(self, theme: Theme) -> None:
        self.preview.theme = theme
        self.preview.repaint_all()
