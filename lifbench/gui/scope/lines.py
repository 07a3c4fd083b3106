"""Lines on the screen that are parameters: E_L, V_th, V_reset, each synapse's reversal; and those of the trigger."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QObject, Qt, Signal

from lifbench.gui.bench import Bench
from lifbench.gui.theme import Theme

__all__ = ["ParameterLines", "TriggerLines"]

_CELL = {"cell.threshold": "V_th", "cell.leak_reversal": "E_L", "cell.reset": "V_reset"}
_STYLES = {"cell.threshold": Qt.PenStyle.DashLine, "cell.reset": Qt.PenStyle.DotLine}


class ParameterLines:
    """Labelled, dashed, and draggable where the parameter may be changed; by path in `lines`."""

    def __init__(self, plot: pg.PlotItem, bench: Bench, theme: Theme) -> None:
        self._plot, self._bench, self._theme = plot, bench, theme
        self.lines: dict[str, pg.InfiniteLine] = {}
        for path, name in _CELL.items():
            self._make(name, path, 0.86 if path == "cell.reset" else 0.965)
        self.place()

    def _make(self, name: str, path: str, across: float) -> None:
        line = pg.InfiniteLine(angle=0, movable=True, label=name, labelOpts={"position": across, "anchors": [(1, 1), (1, 0)]})
        line.setCursor(Qt.CursorShape.SizeVerCursor)
        line.setToolTip(f"{name}: drag to change")
        line.sigDragged.connect(lambda item, p=path: self._bench.change(p, round(item.value(), 1)) or self.place())
        self._plot.addItem(line)
        self.lines[path] = line

    def _reversals(self) -> None:
        """One line for each synapse's reversal; their labels stand beside each other."""
        wanted = {f"synapses.{s.name}.reversal": f"E_{s.name}" for s in self._bench.setup.synapses}
        for path in [p for p in self.lines if p.startswith("synapses.") and p not in wanted]:
            self._plot.removeItem(self.lines.pop(path))
        missing = [(number, path) for number, path in enumerate(wanted) if path not in self.lines]
        for number, path in missing:
            # beside V_th and E_L too: a shunt reverses where the leak does
            self._make(wanted[path], path, 0.73 - 0.13 * (number % 5))
        if missing:
            self.set_pens(self._theme)

    def place(self) -> None:
        """Where the setup says."""
        cell = self._bench.setup.cell
        self._reversals()
        for path, line in self.lines.items():
            own_way_back = path == "cell.reset" and cell.reference is not None and cell.reference.reset is None
            line.setVisible(not path.startswith("cell.") or path == "cell.leak_reversal" or (cell.spiking and not own_way_back))
            line.setMovable(path.removeprefix("cell.") not in cell.fixed)
            line.blockSignals(True)
            line.setValue(float(self._bench.setup.get(path)))
            line.blockSignals(False)

    def set_pens(self, theme: Theme) -> None:
        self._theme = theme
        names = [s.name for s in self._bench.setup.synapses]
        for path, line in self.lines.items():
            leak = path == "cell.leak_reversal"
            colour, term = (theme.leak, "leak") if leak else (theme.threshold, "spike")
            if path.startswith("synapses."):
                name = path.split(".")[1]
                colour, term = theme.synapses[names.index(name) % len(theme.synapses)], f"synaptic.{name}"
            style = _STYLES.get(path, Qt.PenStyle.DashDotLine)
            line.setPen(pg.mkPen(colour, width=2.6 if self._bench.lights(term) else 1.2, style=style))
            line.setHoverPen(pg.mkPen(colour, width=3))
            line.label.setColor(colour)


class TriggerLines(QObject):
    """The level, across the pane of the trigger's channel; and the trigger's place on the time axis, upright at zero."""

    level_moved = Signal(float)
    place_moved = Signal(float)  # ms to the right of where it stood

    def __init__(self, plot: pg.PlotItem) -> None:
        super().__init__()
        self._plot = plot
        self.level = pg.InfiniteLine(angle=0, movable=True, label="trigger", labelOpts={"position": 0.12})
        self.level.setToolTip("The trigger's level: drag it")
        self.level.setCursor(Qt.CursorShape.SizeVerCursor)
        self.level.sigDragged.connect(lambda line: self.level_moved.emit(float(line.value())))
        self.place = pg.InfiniteLine(0.0, angle=90, movable=True, label="T", labelOpts={"position": 0.97})
        self.place.setToolTip("The moment of the trigger: drag it to see what came before")
        self.place.setCursor(Qt.CursorShape.SizeHorCursor)
        self.place.sigDragged.connect(self._placed)
        plot.addItem(self.level)
        plot.addItem(self.place)
        self.level.hide()

    def _placed(self, line: pg.InfiniteLine) -> None:
        moved = float(line.value())
        line.setValue(0.0)
        self.place_moved.emit(moved)

    def show(self, plot: pg.PlotItem | None, level: float) -> None:
        """The level in that pane, or nowhere."""
        if plot is not None and plot is not self._plot:
            self._plot.removeItem(self.level)
            plot.addItem(self.level)
            self._plot = plot
        self.level.setVisible(plot is not None)
        self.level.setValue(level)

    def set_pens(self, theme: Theme) -> None:
        self.level.setPen(pg.mkPen(theme.accent, width=1.4, style=Qt.PenStyle.DashDotDotLine))
        self.place.setPen(pg.mkPen(theme.accent, width=1.0, style=Qt.PenStyle.DotLine))
        for line in (self.level, self.place):
            line.setHoverPen(pg.mkPen(theme.accent, width=3))
            line.label.setColor(theme.accent)
