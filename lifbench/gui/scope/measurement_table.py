"""A row of measurements for every trace on screen, below the screen, on wish; a button takes them to the experiment's notebook."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from lifbench.gui.scope.measure import COLUMNS, Measurement
from lifbench.quantities import format_number

__all__ = ["MeasurementTable"]

_LEFT_OUT = ("where", "length (ms)")  # the strip tells these for all
_TITLES = [c for c in COLUMNS if c not in _LEFT_OUT]


class MeasurementTable(QWidget):
    """``taken`` is emitted when the rows are wanted in the notebook."""

    taken = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("scope.measurement_panel")
        self.table = QTableWidget(0, len(_TITLES))
        self.table.setObjectName("scope.measurement_table")
        self.table.setAccessibleName("Measurements of each trace")
        self.table.setHorizontalHeaderLabels(_TITLES)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(20)
        self.table.setTabKeyNavigation(False)
        take = QPushButton("Take")
        take.setObjectName("scope.take")
        take.setToolTip("Write these into the notebook beside the experiment (M)")
        take.clicked.connect(self.taken)
        side = QVBoxLayout()
        side.addWidget(take)
        side.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.table, 1)
        layout.addLayout(side)
        self.hide()

    def show_rows(self, rows: list[Measurement]) -> None:
        if self.table.rowCount() != len(rows):
            self.table.setRowCount(len(rows))
            self.table.setFixedHeight(34 + 20 * min(max(len(rows), 2), 5))
        cells = [[v for c, v in zip(COLUMNS, row.values(), strict=True) if c not in _LEFT_OUT] for row in rows]
        for j in range(len(_TITLES)):
            self.table.setColumnHidden(j, all(row[j] is None for row in cells))
        for i, row in enumerate(cells):
            for j, value in enumerate(row):
                text = _text(value)
                item = self.table.item(i, j)
                if item is None:
                    item = QTableWidgetItem()
                    if j:
                        item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                    self.table.setItem(i, j, item)
                if item.text() != text:
                    item.setText(text)
        header = self.table.horizontalHeader()
        for j in range(len(_TITLES)):  # columns only grow: numbers that change shall not make them dance
            wanted = max(self.table.sizeHintForColumn(j), header.sectionSizeHint(j)) + 4
            if wanted > header.sectionSize(j) or header.sectionSize(j) == header.defaultSectionSize():
                header.resizeSection(j, wanted)


def _text(value: float | str | None) -> str:
    """For a cell: nothing where nothing can be told, no digits of what is rounding."""
    if value is None or isinstance(value, str):
        return value or ""
    return format_number(value if abs(value) > 1e-9 else 0.0, 4)
