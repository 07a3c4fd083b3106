"""From a declared parameter to its widgets: a spin box that understands units, a slider, a reset button, a sentence when refused."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QSlider,
    QToolButton,
    QWidget,
)

from lifbench.gui.bench import Bench
from lifbench.gui.form_area import FormArea, guard_wheel
from lifbench.parameters import Parameter
from lifbench.quantities import LifbenchError, format_quantity

__all__ = ["ParameterForm", "QuantitySpinBox", "ValuesEdit", "rich_symbol"]

_SLIDER = 1000


def rich_symbol(symbol: str) -> str:
    """``C_m`` as rich text with a subscript."""
    head, _, tail = symbol.partition("_")
    return f"<i>{head}</i><sub>{tail}</sub>" if tail else f"<i>{head}</i>"


class QuantitySpinBox(QAbstractSpinBox):
    """A number with its unit, in a fixed unit. Takes "0.2 nA", "200 p", "0,2 nA", or a bare number in the unit shown.

    Text with no meaning is refused in words (`refused`); the old value stays, visibly.
    """

    valueEdited = Signal(float)
    refused = Signal(str)
    entered = Signal(object)  # the Parameter, when the keyboard comes here

    def __init__(self, parameter: Parameter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.parameter = parameter
        self._value = float(parameter.default or 0.0)
        self.setAccessibleName(f"{parameter.label} in {parameter.unit}" if parameter.unit else parameter.label)
        self.setToolTip(f"{parameter.description}.\nFrom {parameter.range_text}." if parameter.description else "")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setKeyboardTracking(False)
        self.setMinimumWidth(74)
        self.setCorrectionMode(QAbstractSpinBox.CorrectionMode.CorrectToPreviousValue)
        self.editingFinished.connect(self._finish)
        self._show()

    def value(self) -> float:
        return self._value

    def setValue(self, value: float) -> None:
        """Show a value; no signal."""
        self._value = value
        self._show()

    def _text(self) -> str:
        if self.parameter.kind == "count":
            return str(int(self._value))
        return format_quantity(self._value, self.parameter.unit, 6)

    def _show(self) -> None:
        self.lineEdit().setText(self._text())

    def _finish(self) -> None:
        text = self.lineEdit().text()
        if text == self._text():
            return
        try:
            value = self._read(text)
        except LifbenchError as error:
            self._show()
            self.refused.emit(f"{error.message}. Kept: {self._text()}")
            return
        self._value = value
        self._show()
        self.valueEdited.emit(value)

    def _read(self, text: str) -> float:
        if self.parameter.kind == "count":
            try:
                number = int(text.strip())
            except ValueError:
                raise LifbenchError(f"'{text.strip()[:20]}' is not a whole number") from None
            return self.parameter.check(number)
        return self.parameter.parse(text, bare=True)

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        return QValidator.State.Acceptable, text, position

    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:
        flag = QAbstractSpinBox.StepEnabledFlag
        return flag.StepUpEnabled | flag.StepDownEnabled

    def stepBy(self, steps: int) -> None:
        self._finish()
        low, high = self.parameter.hard
        value = min(max(nudged(self.parameter, self._value, steps), low), high)
        try:
            value = self.parameter.check(int(value) if self.parameter.kind == "count" else value)
        except LifbenchError:
            return  # zero where only more than zero is allowed: the lowest step is reached
        if value != self._value:
            self._value = value
            self._show()
            self.valueEdited.emit(value)

    def keyPressEvent(self, event) -> None:
        if event.key() == Qt.Key.Key_Escape and self.lineEdit().text() != self._text():
            self._show()
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event) -> None:
        super().focusInEvent(event)
        self.entered.emit(self.parameter)

    def wheelEvent(self, event) -> None:
        if self.hasFocus():  # a page being scrolled must not change what the wheel passes over
            super().wheelEvent(event)
        else:
            event.ignore()


class ValuesEdit(QLineEdit):
    """Several numbers with one unit: "30, 90; 98 ms". What has no meaning is refused in words, and the old ones stay."""

    def __init__(self, parameter: Parameter, changed: Callable[[tuple[float, ...]], None], refused: Callable[[str], None]) -> None:
        super().__init__()
        self._parameter, self._changed, self._refused = parameter, changed, refused
        self._values: tuple[float, ...] = ()
        self.setPlaceholderText(f"none; several: 10, 20.5, 31 {parameter.unit}".rstrip())
        self.editingFinished.connect(self._finish)

    def show_values(self, values: object) -> None:
        self._values = tuple(values or ())
        self.setText(self._text())

    def _text(self) -> str:
        numbers = "; ".join(f"{v:.10g}" for v in self._values)
        return f"{numbers} {self._parameter.unit}".strip() if numbers else ""

    def _finish(self) -> None:
        text = self.text().strip()
        if text == self._text():
            return
        try:
            values = self._read(text.removesuffix(self._parameter.unit).strip() if self._parameter.unit else text)
        except LifbenchError as error:
            self.setText(self._text())
            self._refused(f"{error.message}. Kept as it was.")
            return
        self._changed(values)

    def _read(self, text: str) -> tuple[float, ...]:
        # a comma may be a decimal sign only where semicolons part the numbers
        parts = text.split(";") if ";" in text else re.findall(r"[^\s,]+(?:\s+[A-Za-zµ]+)?", text)
        return tuple(self._parameter.parse(part, bare=True) for part in (p.strip() for p in parts) if part)


def nudged(parameter: Parameter, value: float, steps: int) -> float:
    """``value`` some steps on: 1-2-5-like steps of the value's own size for logarithmic ones, 1/100 of the range else."""
    if parameter.kind == "count":
        return value + steps
    if parameter.log and value > 0:
        size = 10.0 ** (math.floor(math.log10(value)) - 1)
        return round(value / size + steps * (5 if value / size >= 50 else 2 if value / size >= 20 else 1)) * size
    low, high = parameter.soft
    size = 10.0 ** math.floor(math.log10((high - low) / 50.0))
    return round(value / size + steps) * size


class ParameterForm(QWidget):
    """Rows of symbol, spin box, slider and reset for parameters of the bench's setup, by their paths.

    ``entered`` carries the Parameter whose field has the keyboard. Every control has the path as objectName. Edits go through `Bench.change`; edits made elsewhere are shown.
    """

    entered = Signal(object)

    def __init__(
        self, bench: Bench, entries: Sequence[tuple[str, Parameter]], parent: QWidget | None = None, *, sliders: bool = True
    ) -> None:
        super().__init__(parent)
        self._bench = bench
        self._sliders_wanted = sliders
        self._spins: dict[str, QuantitySpinBox] = {}
        self._sliders: dict[str, QSlider] = {}
        self._others: dict[str, QCheckBox | QComboBox | ValuesEdit] = {}
        self._parameters = dict(entries)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(3)
        across = 1 if sliders else 2  # without sliders there is room for two beside each other
        for number, (path, parameter) in enumerate(entries):
            self._add(grid, number // across, 2 * (number % across), path, parameter)
        self._error = QLabel(self)
        self._error.setObjectName("refusal")
        self._error.setWordWrap(True)
        self._error.hide()
        grid.addWidget(self._error, len(entries), 0, 1, 4)
        for column in (2,) if sliders else (1, 3):
            grid.setColumnStretch(column, 1)
        bench.setup_changed.connect(self._follow)
        bench.refused.connect(self._say)
        self._follow(bench.setup, "")

    def _add(self, grid: QGridLayout, row: int, column: int, path: str, parameter: Parameter) -> None:
        name = rich_symbol(parameter.symbol) if parameter.symbol and self._sliders_wanted else parameter.label
        label = QLabel(name)
        label.setToolTip(f"{parameter.label}: {parameter.description}")
        grid.addWidget(label, row, column)
        if parameter.kind == "flag":
            box = QCheckBox()
            box.toggled.connect(lambda on, p=path: self._change(p, on))
            self._place(grid, row, path, box, parameter)
            return
        if parameter.kind == "choice":
            combo = QComboBox()
            combo.addItems([c.replace("_", " ") for c in parameter.choices])
            combo.activated.connect(lambda i, p=path, q=parameter: self._change(p, q.choices[i]))
            guard_wheel(combo)
            self._place(grid, row, path, combo, parameter)
            return
        if parameter.kind == "values":
            self._place(grid, row, path, ValuesEdit(parameter, lambda v, p=path: self._change(p, v), self._show_error), parameter)
            return
        spin = QuantitySpinBox(parameter)
        spin.setObjectName(path)
        spin.valueEdited.connect(lambda v, p=path, q=parameter: self._change(p, int(v) if q.kind == "count" else v))
        spin.refused.connect(self._show_error)
        spin.entered.connect(self.entered)
        label.setBuddy(spin)
        self._spins[path] = spin
        grid.addWidget(spin, row, column + 1)
        if not self._sliders_wanted:
            return
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setRange(0, _SLIDER)
        slider.setObjectName(f"{path}.slider")
        slider.setAccessibleName(f"{parameter.label}, slider")
        slider.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        slider.setMinimumWidth(60)
        slider.setToolTip(
            f"{parameter.format(parameter.soft[0])} to {parameter.format(parameter.soft[1])}; typed, {parameter.range_text}"
        )
        guard_wheel(slider)
        slider.valueChanged.connect(lambda at, p=path: self._slid(p, at))
        self._sliders[path] = slider
        grid.addWidget(slider, row, 2)
        reset = QToolButton()
        reset.setText("↺")
        reset.setAutoRaise(True)
        reset.setAccessibleName(f"{parameter.label}: back to the default")
        reset.setToolTip("Back to the default" if parameter.default is None else f"Back to {parameter.format(parameter.default)}")
        reset.clicked.connect(lambda _=False, p=path, q=parameter: self._change(p, q.default))
        grid.addWidget(reset, row, 3)

    def _place(
        self, grid: QGridLayout, row: int, path: str, widget: QCheckBox | QComboBox | ValuesEdit, parameter: Parameter
    ) -> None:
        widget.setObjectName(path)
        widget.setAccessibleName(parameter.label)
        widget.setToolTip(parameter.description)
        self._others[path] = widget
        grid.addWidget(widget, row, 1, 1, 3)

    def _change(self, path: str, value: object) -> None:
        self._error.hide()
        if not self._bench.change(path, value):
            self._follow(self._bench.setup, path)

    def _slid(self, path: str, at: int) -> None:
        self._change(path, self._from_slider(self._parameters[path], at))

    def _from_slider(self, parameter: Parameter, at: int) -> float:
        low, high = parameter.soft
        share = at / _SLIDER
        value = low * (high / low) ** share if parameter.log else low + (high - low) * share
        # a slider speaks in round numbers
        size = 10.0 ** (math.floor(math.log10(abs(value))) - 2) if value else 1.0
        return round(round(value / size) * size, 9)

    def _to_slider(self, parameter: Parameter, value: float) -> int:
        low, high = parameter.soft
        value = min(max(value, low), high)
        share = math.log(value / low) / math.log(high / low) if parameter.log else (value - low) / (high - low)
        return round(share * _SLIDER)

    def _say(self, sentence: str) -> None:
        path, _, rest = sentence.partition(": ")
        if path in self._parameters:
            self._show_error(rest)

    def _show_error(self, sentence: str) -> None:
        self._error.setText(sentence)
        self._error.show()
        FormArea.reveal(self._error)

    def _follow(self, setup: object, path: str) -> None:
        for key, parameter in self._parameters.items():
            if path and path != key and not key.startswith(path) and not path.startswith("cell"):
                continue
            try:
                value = self._bench.setup.get(key)
            except LifbenchError:
                continue  # the synapse or epoch is gone; its form is about to go as well
            if key in self._others:
                self._show_other(key, parameter, value)
                continue
            if value is None:  # follows another parameter
                value = self._bench.setup.cell.start_potential
            self._spins[key].setValue(float(value))
            if key in self._sliders:
                slider = self._sliders[key]
                slider.blockSignals(True)
                slider.setValue(self._to_slider(parameter, float(value)))
                slider.blockSignals(False)

    def _show_other(self, key: str, parameter: Parameter, value: object) -> None:
        widget = self._others[key]
        widget.blockSignals(True)
        if isinstance(widget, QCheckBox):
            widget.setChecked(bool(value))
        elif isinstance(widget, ValuesEdit):
            widget.show_values(value)
        else:
            widget.setCurrentIndex(parameter.choices.index(str(value)))
        widget.blockSignals(False)
