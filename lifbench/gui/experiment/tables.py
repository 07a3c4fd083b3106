"""Result tables: numbers in a QTableWidget, and the same at full precision as text."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem

from lifbench.quantities import format_number

__all__ = ["Row", "fill", "make_table", "text_of"]

Row = tuple[float | str | None, ...]


class _Table(QTableWidget):
    """Content with little height; it scrolls."""

    def sizeHint(self) -> QSize:
        return QSize(200, 104)


def make_table(name: str, title: str) -> QTableWidget:
    """An empty table to read from; Tab leaves it."""
    table = _Table()
    table.setObjectName(name)
    table.setAccessibleName(title)
    table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
    table.setTabKeyNavigation(False)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(22)
    return table


def fill(table: QTableWidget, columns: Sequence[str], rows: Sequence[Row]) -> None:
    mode = QHeaderView.ResizeMode.Stretch if len(columns) < 4 else QHeaderView.ResizeMode.ResizeToContents
    table.horizontalHeader().setSectionResizeMode(mode)
    table.setColumnCount(len(columns))
    table.setHorizontalHeaderLabels(list(columns))
    table.setRowCount(len(rows))
    for i, row in enumerate(rows):
        for j, value in enumerate(row):
            text = value if isinstance(value, str) else "–" if value is None else format_number(float(value), 5)
            item = QTableWidgetItem(text)
            if not isinstance(value, str):
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            table.setItem(i, j, item)


def text_of(columns: Sequence[str], rows: Sequence[Row], dialect: str) -> str:
    """CSV or tab-separated, full precision, an empty cell where nothing is known."""
    out = io.StringIO()
    writer = csv.writer(out, dialect, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([v if isinstance(v, str) or v is None else repr(float(v)) for v in row] for row in rows)
    return out.getvalue()
