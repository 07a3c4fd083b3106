"""The experiment panel: question, prediction, run, plot with theory on request, table, explanation, guide."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import pyqtgraph as pg
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont, QGuiApplication
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QTabWidget,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from lifbench.engine.messages import JobDone
from lifbench.experiments.experiment import Experiment, Protocol, Result
from lifbench.files.atomic import writing
from lifbench.gui.bench import Bench
from lifbench.gui.experiment.notebook import Notebook
from lifbench.gui.experiment.tables import fill, make_table, text_of
from lifbench.gui.form_area import FormArea, follow_in_tab_order
from lifbench.gui.parameter_form import QuantitySpinBox
from lifbench.gui.plot_axis import Axis
from lifbench.gui.theme import LIGHT, Theme
from lifbench.parameters import Declared, parameters_of
from lifbench.quantities import LifbenchError

__all__ = ["ExperimentPanel"]


@dataclass
class _Memory:
    """What a tab keeps: protocol; and by protocol parameters, predictions, results, and whether the theory was asked for."""

    protocol: int = 0
    parameters: dict[str, Declared] = field(default_factory=dict)
    predictions: dict[str, str] = field(default_factory=dict)
    results: dict[str, Result] = field(default_factory=dict)
    theory: set[str] = field(default_factory=set)


class _Plot(pg.PlotWidget):
    """Leaves the wheel to the page it stands on, and is content with little: text and table are to be seen without scrolling."""

    def sizeHint(self) -> QSize:
        return QSize(200, 170)

    def wheelEvent(self, event) -> None:
        event.ignore()


class ExperimentPanel(QWidget):
    """Shows the experiment whose tab is in front; each keeps its own memory."""

    def __init__(self, bench: Bench, experiments: list[Experiment]) -> None:
        super().__init__()
        self.setObjectName("panel.experiment")
        self.setMinimumWidth(290)
        self._bench = bench
        self._theme: Theme = LIGHT
        self._experiments = {e.key: e for e in experiments}
        self._memory = {e.key: _Memory() for e in experiments}
        self._experiment = experiments[0]
        self._job = 0
        self._running: tuple[str, str] | None = None
        self._build()
        bench.experiment_changed.connect(self.show_experiment)
        bench.job_progress.connect(self._progressed)
        self.show_experiment(self._experiment.key)

    # ---- layout

    def _build(self) -> None:
        self._title = QLabel()
        self._title.setObjectName("panel.title")
        self._chooser = QComboBox()
        self._chooser.setObjectName("experiment.protocol")
        self._chooser.setAccessibleName("Protocol")
        self._chooser.activated.connect(self._choose)
        self._question = QLabel()
        self._question.setObjectName("question")
        self._predict = QLabel()
        for label in (self._question, self._predict):
            label.setWordWrap(True)
        self._prediction = QLineEdit()
        self._prediction.setObjectName("experiment.prediction")
        self._prediction.setPlaceholderText("Your prediction, before you run it")
        self._prediction.setAccessibleName("Your prediction")
        self._prediction.textEdited.connect(self._keep_prediction)
        self._form = QWidget()
        self._form_grid = QGridLayout(self._form)
        self._form_grid.setContentsMargins(0, 0, 0, 0)
        self._form_grid.setVerticalSpacing(3)
        self._run = QPushButton("Run protocol")
        self._run.setObjectName("experiment.run")
        self._run.setProperty("primary", True)
        self._run.clicked.connect(self.run)
        self._cancel = QPushButton("Cancel")
        self._cancel.setObjectName("experiment.cancel")
        self._cancel.clicked.connect(self.cancel)
        self._cancel.hide()
        self._bar = QProgressBar()
        self._bar.setTextVisible(True)
        self._bar.setFormat("%v/%m")
        self._bar.hide()
        self._said = QLabel()
        self._said.setObjectName("refusal")
        self._said.setWordWrap(True)
        self._said.hide()
        self._plot = _Plot(axisItems={side: Axis(side) for side in ("left", "bottom")})
        self._plot.setObjectName("experiment.plot")
        self._plot.setAccessibleName("Plot of the result")
        self._plot.setMenuEnabled(False)
        self._plot.setMouseEnabled(False, False)  # a page being scrolled must not shrink the data to a dot
        self._plot.hideButtons()
        for side in ("left", "bottom"):
            self._plot.getAxis(side).enableAutoSIPrefix(False)
        self._plot.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._plot.setMinimumHeight(150)
        self._theory = QCheckBox("theory")
        self._theory.setObjectName("experiment.theory")
        self._theory.setToolTip("Lay the closed-form prediction over the points")
        self._theory.toggled.connect(self._ask_theory)
        self._legend = QLabel()
        self._legend.setWordWrap(True)
        self._table = make_table("experiment.table", "Results")
        self._table.setMinimumHeight(96)
        self._explain = QLabel()
        self._explain.setWordWrap(True)
        copy, save = QPushButton("Copy table"), QPushButton("Save table…")
        copy.setObjectName("experiment.copy")
        save.setObjectName("experiment.save")
        copy.clicked.connect(self.copy_table)
        save.clicked.connect(self._choose_file)
        self._guide = QTextBrowser()
        self._guide.setObjectName("experiment.guide")
        self._guide.setFrameShape(QTextBrowser.Shape.NoFrame)
        work = QWidget()
        layout = QVBoxLayout(work)
        layout.setContentsMargins(8, 6, 8, 4)
        layout.setSpacing(5)
        layout.addWidget(self._chooser)
        layout.addWidget(self._question)
        layout.addWidget(self._predict)
        layout.addWidget(self._prediction)
        layout.addWidget(self._form)
        row = QHBoxLayout()
        row.addWidget(self._run)
        row.addWidget(self._cancel)
        row.addWidget(self._bar, 1)
        row.addStretch(0)
        row.addWidget(self._theory)
        layout.addLayout(row)
        layout.addWidget(self._said)
        layout.addWidget(self._plot, 4)
        layout.addWidget(self._legend)
        layout.addWidget(self._explain)
        layout.addWidget(self._table, 3)
        self._empty = QLabel("No result yet. Write down what you expect, then run; the theory stays hidden until you ask for it.")
        self._empty.setObjectName("faint")
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._empty)
        self._start = QTextBrowser()  # what to do, where a result will stand
        self._start.setObjectName("experiment.start")
        self._start.setFrameShape(QTextBrowser.Shape.NoFrame)
        self._start.viewport().setAutoFillBackground(False)
        layout.addWidget(self._start, 8)
        self._hand_out = QWidget()
        row = QHBoxLayout(self._hand_out)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(copy)
        row.addWidget(save)
        row.addStretch(1)
        layout.addWidget(self._hand_out)
        self._tabs = QTabWidget()
        self._tabs.setDocumentMode(True)
        self._tabs.tabBar().setDrawBase(False)
        area = FormArea()
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(work)
        self.notebook = Notebook(self._bench)
        self._tabs.addTab(area, "Experiment")
        self._tabs.addTab(self.notebook, "Notebook")
        self._tabs.addTab(self._guide, "Guide")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 4, 0, 0)
        outer.setSpacing(0)
        self._title.setContentsMargins(8, 0, 8, 2)
        outer.addWidget(self._title)
        outer.addWidget(self._tabs)

    # ---- which experiment, which protocol

    @property
    def protocol(self) -> Protocol:
        return self._experiment.protocols[self._here().protocol]

    def _here(self) -> _Memory:
        return self._memory[self._experiment.key]

    def show_experiment(self, key: str) -> None:
        """Bring an experiment to the front, as it was left."""
        self._experiment = self._experiments[key]
        self._title.setText(self._experiment.title)
        self._chooser.clear()
        self._chooser.addItems([p.title for p in self._experiment.protocols])
        self._chooser.setCurrentIndex(self._here().protocol)
        for browser in (self._guide, self._start):
            browser.setMarkdown(self._experiment.guide())
        self._show_protocol()

    def _choose(self, index: int) -> None:
        self._here().protocol = index
        self._show_protocol()

    def _parameters(self) -> Declared:
        return self._here().parameters.setdefault(self.protocol.key, self.protocol.parameters())

    def _show_protocol(self) -> None:
        protocol = self.protocol
        self._question.setText(f"<b>{protocol.question}</b>")
        self._predict.setText(protocol.predict)
        self._prediction.setText(self._here().predictions.get(protocol.key, ""))
        self._said.hide()
        self._theory.blockSignals(True)
        self._theory.setChecked(protocol.key in self._here().theory)
        self._theory.blockSignals(False)
        while self._form_grid.count():
            self._form_grid.takeAt(0).widget().deleteLater()
        for row, (name, parameter) in enumerate(parameters_of(protocol.parameters).items()):
            label = QLabel(parameter.label)
            label.setToolTip(parameter.description)
            spin = QuantitySpinBox(parameter)
            spin.setObjectName(f"experiment.{protocol.key}.{name}")
            spin.setValue(float(getattr(self._parameters(), name)))
            spin.valueEdited.connect(lambda value, n=name, p=parameter: self._set(n, int(value) if p.kind == "count" else value))
            spin.refused.connect(self._say)
            label.setBuddy(spin)
            self._form_grid.addWidget(label, row, 0)
            self._form_grid.addWidget(spin, row, 1)
        follow_in_tab_order(self._prediction, self._form)
        self._draw()

    def _set(self, name: str, value: float) -> None:
        self._said.hide()
        try:
            self._here().parameters[self.protocol.key] = replace(self._parameters(), **{name: value})
        except LifbenchError as error:
            self._say(str(error))

    def _keep_prediction(self, text: str) -> None:
        self._here().predictions[self.protocol.key] = text

    def _say(self, sentence: str) -> None:
        self._said.setText(sentence)
        self._said.show()

    # ---- running

    def run(self) -> None:
        """Run the protocol on the bench's present cell, in the engine."""
        if self._running is not None:
            return
        self._said.hide()
        protocol, base, parameters = self.protocol, self._bench.setup, self._parameters()
        self._running = (self._experiment.key, protocol.key)
        self._busy(True)
        self._job = self._bench.submit(lambda: protocol.job(base, parameters), self._done)

    def cancel(self) -> None:
        if self._running is not None:
            self._bench.cancel(self._job)

    def _busy(self, on: bool) -> None:
        at_hand = self._run.hasFocus() or self._cancel.hasFocus()
        self._run.setEnabled(not on)
        self._cancel.setVisible(on)
        self._bar.setVisible(on)
        if at_hand:  # or the focus would wander to some other button, and the next Space press that
            (self._cancel if on else self._run).setFocus()
        if on:
            self._bar.setRange(0, 0)

    def _progressed(self, job: int, done: int, total: int) -> None:
        if job == self._job:
            self._bar.setRange(0, total)
            self._bar.setValue(done)

    def _done(self, message: JobDone) -> None:
        running, self._running = self._running, None
        self._busy(False)
        if message.error:
            self._say(f"The protocol could not be run: {message.error}. The bench is as it was.")
        elif message.result is not None and running is not None:
            key, protocol = running
            self._memory[key].results[protocol] = message.result
            self._draw()

    # ---- the result

    def _ask_theory(self, on: bool) -> None:
        (self._here().theory.add if on else self._here().theory.discard)(self.protocol.key)
        self._draw()

    def result(self) -> Result | None:
        """The result now shown."""
        return self._here().results.get(self.protocol.key)

    def _draw(self) -> None:
        result = self.result()
        self._plot.clear()
        theme = self._theme
        self._plot.setBackground(theme.ground)
        font = QFont(self.font())
        font.setPointSizeF(theme.base_pt * 0.85)
        for side in ("left", "bottom"):
            axis = self._plot.getAxis(side)
            axis.setPen(pg.mkPen(theme.grid))
            axis.setTextPen(pg.mkPen(theme.text))
            axis.setStyle(tickFont=font)
            axis.label.setFont(font)
        self._plot.showGrid(x=True, y=True, alpha=0.3)
        for widget in (self._legend, self._explain, self._table):
            widget.setVisible(result is not None)
        self._plot.setVisible(result is not None)
        lif = self._bench.setup.cell.reference is None
        self._theory.setVisible(result is not None and lif)  # the closed forms are those of the LIF cell
        self._empty.setVisible(result is None)
        self._start.setVisible(result is None)
        self._hand_out.setVisible(result is not None)
        if result is None:
            return
        self._plot.setLabel("bottom", result.x_label)
        self._plot.setLabel("left", result.y_label)
        names = []
        for curve in result.curves:
            if curve.theory and not (lif and self._theory.isChecked()):
                continue
            colour = theme.family[curve.colour % len(theme.family)]
            if curve.points:
                symbol = "o" if curve.colour == 0 else "s"
                self._plot.plot(curve.x, curve.y, pen=None, symbol=symbol, symbolSize=6, symbolBrush=colour, symbolPen=None)
                mark = "●" if curve.colour == 0 else "■"
            else:
                style = Qt.PenStyle.DashLine if curve.theory else Qt.PenStyle.SolidLine
                self._plot.plot(curve.x, curve.y, pen=pg.mkPen(colour, width=max(1.0, theme.pen), style=style))
                mark = "- -" if curve.theory else "—"
            names.append(f'<span style="color:{colour}">{mark}</span> {curve.name}')
        self._plot.autoRange()
        self._legend.setText("&nbsp;&nbsp; ".join(names))
        said = self._here().predictions.get(self.protocol.key, "")
        sentences = [f"<i>You predicted: {said}</i>"] if said else []
        self._explain.setText("<br>".join([*sentences, *result.sentences]))
        fill(self._table, result.columns, result.rows)

    def table_text(self, dialect: str = "excel-tab") -> str:
        """The table as text, full precision; empty without a result."""
        result = self.result()
        return "" if result is None else text_of(result.columns, result.rows, dialect)

    def copy_table(self) -> None:
        if self.result() is None:
            self._say("There is no result yet: run the protocol first.")
            return
        QGuiApplication.clipboard().setText(self.table_text())
        self._bench.message.emit("The table is in the clipboard.")

    def _choose_file(self) -> None:
        if self.result() is None:
            self._say("There is no result yet: run the protocol first.")
            return
        name, _ = QFileDialog.getSaveFileName(self, "Save the table", str(Path.home() / f"{self.protocol.key}.csv"), "CSV (*.csv)")
        if name:
            self.save_table(Path(name))

    def save_table(self, path: Path) -> None:
        """Write the table as CSV; what goes wrong is said in the panel."""
        try:
            with writing(path) as stream:
                stream.write(self.table_text("excel").encode())
        except LifbenchError as error:
            self._say(str(error))

    # ---- frames and theme

    def on_frame(self, frame) -> None:
        """Nothing here moves with time."""

    def apply_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._draw()
