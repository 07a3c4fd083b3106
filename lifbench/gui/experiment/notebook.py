"""The notebook beside an experiment: measurements taken from the scope, to be copied or saved."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from lifbench.files.atomic import writing
from lifbench.gui.bench import Bench
from lifbench.gui.experiment.tables import Row, fill, make_table, text_of
from lifbench.gui.scope.measure import COLUMNS, Measurement
from lifbench.quantities import LifbenchError

__all__ = ["Notebook"]

_MOST = 2000


class Notebook(QWidget):
    """Rows of each experiment, numbered as they were taken; hears `Bench.measured`."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        self._rows: dict[str, list[Row]] = {}
        self.table = make_table("experiment.notebook", "Measurements taken from the scope")
        self._hint = QLabel(
            "Nothing taken yet. Press M to write down what the scope measures, of the screen or between the cursors (C); "
            "with the measurements of each trace shown (scope, Show), all rows are taken."
        )
        self._hint.setObjectName("faint")
        self._hint.setWordWrap(True)
        row = QHBoxLayout()
        for text, name, slot in (("Copy", "copy", self.copy), ("Save…", "save", self._choose_file), ("Clear", "clear", self.clear)):
            button = QPushButton(text)
            button.setObjectName(f"experiment.notebook.{name}")
            button.setAccessibleName(f"{text.rstrip('…')} the notebook")
            button.clicked.connect(slot)
            row.addWidget(button)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 6, 8, 4)
        layout.addWidget(self._hint)
        layout.addWidget(self.table, 1)
        layout.addLayout(row)
        bench.measured.connect(self.take)
        bench.experiment_changed.connect(lambda _: self._show())
        self._show()

    @property
    def rows(self) -> list[Row]:
        """Of the experiment in front."""
        return self._rows.setdefault(self._bench.experiment, [])

    @property
    def columns(self) -> tuple[str, ...]:
        return ("no.", *COLUMNS)

    def take(self, measurements: list[Measurement]) -> None:
        """Write measurements down, under one number."""
        number = int(float(str(self.rows[-1][0]))) + 1 if self.rows else 1
        self.rows.extend((float(number), *m.values()) for m in measurements)
        del self.rows[:-_MOST]
        self._show()
        self._bench.message.emit(f"Measurement {number} is in the notebook.")

    def clear(self) -> None:
        self.rows.clear()
        self._show()

    def copy(self) -> None:
        QGuiApplication.clipboard().setText(text_of(self.columns, self.rows, "excel-tab"))
        self._bench.message.emit("The notebook is in the clipboard.")

    def _choose_file(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, "Save the notebook", str(Path.home() / "measurements.csv"), "CSV (*.csv)")
        if name:
            self.save(Path(name))

    def save(self, path: Path) -> None:
        """Write as CSV; what goes wrong is said in the window."""
        try:
            with writing(path) as stream:
                stream.write(text_of(self.columns, self.rows, "excel").encode())
        except LifbenchError as error:
            self._bench.message.emit(f"The notebook was not saved: {error}. It is still here.")

    def _show(self) -> None:
        fill(self.table, self.columns, self.rows)
        self._hint.setVisible(not self.rows)
        self.table.setVisible(bool(self.rows))
        self.table.scrollToBottom()
