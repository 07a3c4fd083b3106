"""The form of one epoch: its shape, each quantity, and what is added to it per sweep."""

from __future__ import annotations

import dataclasses

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QWidget

from lifbench.gui.bench import Bench
from lifbench.gui.form_area import FormArea, guard_wheel
from lifbench.gui.parameter_form import QuantitySpinBox
from lifbench.model.clamp import EPOCH_SHAPES, Epoch
from lifbench.parameters import Parameter, parameters_of
from lifbench.quantities import LifbenchError, format_quantity

__all__ = ["EpochForm", "increment_parameter", "reshaped"]


_LEVELS = ("amplitude", "end_amplitude", "mean")  # how strong an epoch is, by the shapes' own names


def reshaped(epoch: Epoch, shape: str) -> Epoch:
    """The epoch in another shape; what both shapes have is kept."""
    cls = EPOCH_SHAPES[shape]
    names = parameters_of(cls)
    kept = {n: getattr(epoch, n) for n in names if hasattr(epoch, n)}
    level = next((getattr(epoch, n) for n in _LEVELS if hasattr(epoch, n)), None)
    for name in _LEVELS:
        if name in names and name not in kept and level is not None:
            kept[name] = level
    if shape == "samples" and "values" not in kept:
        kept |= {"values": (0.0, level or 100.0, 0.0), "interval": epoch.duration / 3}
    if shape == "pulse_train":
        kept |= {"pulse_width": min(5.0, epoch.duration / 10), "period": epoch.duration / 5}
    level_name = next((name for name in _LEVELS if name in names), "")
    increments = {}
    for n, v in epoch.increments:  # what was added to the strength is added to the strength
        n = level_name if n in _LEVELS and n not in names else n
        if n in names and names[n].increments:
            increments[n] = v
    return cls(**kept, increments=tuple(increments.items()))


def increment_parameter(parameter: Parameter) -> Parameter:
    """What is added to a parameter from each sweep to the next, itself as a parameter."""
    reach = max(abs(b) for b in parameter.soft)
    return dataclasses.replace(
        parameter, default=0.0, hard=(-1e9, 1e9), soft=(-reach, reach), log=False, above_zero=False, name=f"{parameter.name}_increment",
        description=f"Added to the {parameter.label.lower()} from each sweep to the next",
    )  # fmt: skip


class EpochForm(QWidget):
    """Edits ``clamp.epochs.INDEX``."""

    reshape = Signal(str)

    def __init__(self, bench: Bench, index: int) -> None:
        super().__init__()
        self._bench, self._index = bench, index
        epoch = bench.setup.clamp.epochs[index]
        self._shape = epoch.shape
        self._spins: dict[str, QuantitySpinBox] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(8, 2, 8, 4)
        grid.setVerticalSpacing(3)
        shape = QComboBox()
        shape.setObjectName(f"clamp.epochs.{index}.shape")
        shape.setAccessibleName("Shape of the epoch")
        shape.addItems([s.replace("_", " ") for s in EPOCH_SHAPES])
        shape.setCurrentIndex(list(EPOCH_SHAPES).index(epoch.shape))
        guard_wheel(shape)
        shape.activated.connect(lambda i: self.reshape.emit(list(EPOCH_SHAPES)[i]))
        grid.addWidget(QLabel("Shape"), 0, 0)
        grid.addWidget(shape, 0, 1)
        per = QLabel("per sweep")
        per.setObjectName("faint")
        grid.addWidget(per, 0, 2)
        row = 1
        for name, parameter in parameters_of(type(epoch)).items():
            if parameter.kind == "values":
                grid.addWidget(QLabel(f"{len(getattr(epoch, name))} values of one's own"), row, 0, 1, 3)
            else:
                label = QLabel(parameter.label)
                label.setToolTip(parameter.description)
                grid.addWidget(label, row, 0)
                label.setBuddy(self._spin(grid, row, 1, f"clamp.epochs.{index}.{name}", parameter))
                if parameter.increments:
                    self._spin(grid, row, 2, f"clamp.epochs.{index}.{name}_increment", increment_parameter(parameter))
            row += 1
        self._hint = QLabel()
        self._hint.setObjectName("refusal")
        self._hint.setWordWrap(True)
        grid.addWidget(self._hint, row, 0, 1, 3)
        grid.setRowStretch(row + 1, 1)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(2, 1)
        bench.setup_changed.connect(self._follow)
        bench.refused.connect(self._refused)
        self._follow()

    def _spin(self, grid: QGridLayout, row: int, column: int, path: str, parameter: Parameter) -> QuantitySpinBox:
        spin = QuantitySpinBox(parameter)
        spin.setObjectName(path)
        spin.valueEdited.connect(lambda value: self._edit(path, value))
        spin.refused.connect(self._refuse)
        grid.addWidget(spin, row, column)
        self._spins[path] = spin
        return spin

    def _edit(self, path: str, value: float) -> None:
        if not self._bench.change(path, value):
            self._spins[path].setValue(float(self._bench.setup.get(path)))

    def _refused(self, sentence: str) -> None:
        path, _, rest = sentence.partition(": ")
        if path in self._spins:
            self._refuse(rest)

    def _refuse(self, text: str) -> None:
        self._hint_text(text)
        FormArea.reveal(self._hint)

    def _hint_text(self, text: str) -> None:
        self._hint.setText(text)
        self._hint.setVisible(bool(text))

    def _follow(self, *_: object) -> None:
        epochs = self._bench.setup.clamp.epochs
        if self._index >= len(epochs) or epochs[self._index].shape != self._shape:
            return  # this form is about to be replaced
        for path, spin in self._spins.items():
            try:
                spin.setValue(float(self._bench.setup.get(path)))
            except LifbenchError:
                return
        over = epochs[self._index].end - self._bench.setup.recording.duration
        self._hint_text(
            f"The sweep ends at {format_quantity(self._bench.setup.recording.duration, 'ms')}; the last "
            f"{format_quantity(over, 'ms')} of this epoch are cut."
            if over > 1e-9
            else ""
        )
