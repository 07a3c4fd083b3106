"""All epochs at a glance: shape, start, duration, level, and what is added per sweep; cells are edited in place."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QHeaderView, QLabel, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from lifbench.gui.bench import Bench
from lifbench.gui.form_area import FormArea
from lifbench.gui.stimulus.epoch_form import increment_parameter
from lifbench.model.clamp import Epoch
from lifbench.parameters import Parameter, parameters_of
from lifbench.quantities import LifbenchError

__all__ = ["EpochTable", "level_of"]

_COLUMNS = ("shape", "start", "duration", "level", "+/sweep")
_LEVELS = ("amplitude", "end_amplitude", "mean")


def level_of(epoch: Epoch) -> str:
    """Name of the parameter that says how strong the epoch is; "" for own samples."""
    return next((name for name in _LEVELS if hasattr(epoch, name)), "")


class _Cells(QTableWidget):
    """What is typed into a cell is no shortcut of the bench."""

    def event(self, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and event.text().strip()
            and not event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            event.accept()
            return True
        return super().event(event)


class EpochTable(QWidget):
    """``chosen`` carries the index of the epoch whose row is in focus; Enter on a shape asks for its form (``opened``)."""

    chosen = Signal(int)
    opened = Signal(int)

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        self.table = _Cells(0, len(_COLUMNS))
        self.table.setObjectName("stimulus.epochs")
        self.table.setAccessibleName("Epochs")
        self.table.setHorizontalHeaderLabels(_COLUMNS)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.table.verticalHeader().setDefaultSectionSize(23)
        self.table.horizontalHeader().setHighlightSections(False)
        self.table.setTabKeyNavigation(False)
        self.table.currentCellChanged.connect(lambda row, *_: self.chosen.emit(row))
        self.table.itemChanged.connect(self._edited)
        self.table.cellActivated.connect(lambda row, column: self.opened.emit(row) if column == 0 else None)
        self._hint = QLabel()
        self._hint.setObjectName("refusal")
        self._hint.setWordWrap(True)
        self._hint.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 2, 8, 4)
        layout.addWidget(self._hint)
        layout.addWidget(self.table, 1)
        bench.setup_changed.connect(self._show)  # a method, so that Qt lets go of it with the table
        self._show()

    def _cell(self, row: int, column: int) -> tuple[str, Parameter] | None:
        """(path, parameter) of a cell that can be edited."""
        epoch = self._bench.setup.clamp.epochs[row]
        names = parameters_of(type(epoch))
        name = {1: "start", 2: "duration", 3: level_of(epoch), 4: level_of(epoch)}.get(column, "")
        if not name:
            return None
        if column == 4:
            return f"clamp.epochs.{row}.{name}_increment", increment_parameter(names[name])
        return f"clamp.epochs.{row}.{name}", names[name]

    def _show(self, *_: object) -> None:
        epochs = self._bench.setup.clamp.epochs
        self.table.blockSignals(True)
        self.table.setRowCount(len(epochs))
        for row, epoch in enumerate(epochs):
            for column in range(len(_COLUMNS)):
                cell = self._cell(row, column)
                text = epoch.shape.replace("_", " ") if column == 0 else "–"
                if cell is not None:
                    text = cell[1].format(float(self._bench.setup.get(cell[0])))
                item = self.table.item(row, column) or QTableWidgetItem()
                item.setText(text)
                item.setToolTip("" if cell is None else f"{cell[1].label}: {cell[1].description}")
                flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
                item.setFlags(flags if cell is None else flags | Qt.ItemFlag.ItemIsEditable)
                if self.table.item(row, column) is None:
                    self.table.setItem(row, column, item)
        self.table.blockSignals(False)

    def _edited(self, item: QTableWidgetItem) -> None:
        cell = self._cell(item.row(), item.column())
        if cell is None:
            return
        path, parameter = cell
        self._hint.hide()
        try:
            value = replace(parameter, name=path).parse(item.text(), bare=True)
            self._bench.set_setup(self._bench.setup.replace(path, value), text=f"change {path}", path=path)
        except LifbenchError as error:
            self._hint.setText(f"{error.message}. Kept as it was.")
            self._hint.show()
            FormArea.reveal(self._hint)
        self._show()
