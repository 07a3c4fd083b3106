"""Two time and two level cursors: dragged, moved by keys, or snapped to V; and what they read."""

from __future__ import annotations

from collections.abc import Callable

import pyqtgraph as pg
from PySide6.QtCore import QObject, Qt, Signal

from lifbench.gui.theme import Theme
from lifbench.quantities import format_number

__all__ = ["Cursors"]


class Cursors(QObject):
    """Lines t1, t2 (ms on the axis) and V1, V2 (mV).

    Attributes
    ----------
    snap : bool
        Whether V1 and V2 follow the trace at t1 and t2; ``reader`` then gives V at a time (ms), or None.
    """

    moved = Signal()

    def __init__(self, plot: pg.PlotItem, reader: Callable[[float], float | None]) -> None:
        super().__init__()
        self._reader = reader
        self.snap = False
        self.lines: dict[str, pg.InfiniteLine] = {}
        for name, angle in (("t1", 90), ("t2", 90), ("V1", 0), ("V2", 0)):
            at = {"t1": 0.05, "t2": 0.05, "V1": 0.03, "V2": 0.09}[name]
            line = pg.InfiniteLine(angle=angle, movable=True, label=name, labelOpts={"position": at})
            line.setCursor(Qt.CursorShape.SizeHorCursor if angle == 90 else Qt.CursorShape.SizeVerCursor)
            line.hide()
            line.sigPositionChanged.connect(lambda _, n=name: self._moved(n))
            plot.addItem(line)
            self.lines[name] = line

    @property
    def visible(self) -> bool:
        return bool(self.lines["t1"].isVisible())

    @property
    def times(self) -> tuple[float, float]:
        """The two times in order, ms on the axis."""
        a, b = sorted((float(self.lines["t1"].value()), float(self.lines["t2"].value())))
        return a, b

    def show(self, t1: float, t2: float, V1: float, V2: float) -> None:
        for name, value in (("t1", t1), ("t2", t2), ("V1", V1), ("V2", V2)):
            self.lines[name].setValue(value)
            self.lines[name].show()
        self.follow()

    def hide(self) -> None:
        for line in self.lines.values():
            line.hide()

    def nudge(self, name: str, amount: float) -> None:
        """Move one by keys; ms or mV."""
        self.lines[name].setValue(float(self.lines[name].value()) + amount)

    def follow(self) -> None:
        """Snap the levels to the trace, if wished."""
        if not (self.snap and self.visible):
            return
        for time, level in (("t1", "V1"), ("t2", "V2")):
            V = self._reader(float(self.lines[time].value()))
            if V is not None and self.lines[level].value() != V:
                self.lines[level].blockSignals(True)
                self.lines[level].setValue(V)
                self.lines[level].blockSignals(False)

    def _moved(self, name: str) -> None:
        self.follow()
        if self.visible:
            self.moved.emit()

    def text(self) -> str:
        """Δt, 1/Δt, ΔV, and where they stand."""
        t1, t2, V1, V2 = (float(self.lines[n].value()) for n in ("t1", "t2", "V1", "V2"))
        per = f"   1/Δt {format_number(1000.0 / (t2 - t1))} Hz" if t2 != t1 else ""
        return (
            f"Δt {format_number(t2 - t1)} ms{per}   ΔV {format_number(V2 - V1)} mV   "
            f"t1 {format_number(t1)} ms   t2 {format_number(t2)} ms   V1 {format_number(V1)} mV   V2 {format_number(V2)} mV"
        )

    def set_pens(self, theme: Theme) -> None:
        for line in self.lines.values():
            line.setPen(pg.mkPen(theme.accent, width=1.4))
            line.setHoverPen(pg.mkPen(theme.accent, width=3))
            line.label.setColor(theme.accent)
