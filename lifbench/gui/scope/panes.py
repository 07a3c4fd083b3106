"""One pane of the screen: a plot with the scope's own hands (drag to move, wheel to step) and cached axes."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGraphicsItem

from lifbench.gui.plot_axis import Axis
from lifbench.gui.scope.scales import Scale
from lifbench.gui.theme import Theme

__all__ = ["Pane"]


class _Screen(pg.ViewBox):
    """Left button drags; the wheel steps time per division, with Ctrl or on the left axis units per division."""

    wheeled = Signal(int, int)  # axis (0 time, 1 units), direction

    def __init__(self) -> None:
        super().__init__(enableMenu=False)

    def wheelEvent(self, ev, axis=None) -> None:
        units = axis == 1 or bool(ev.modifiers() & Qt.KeyboardModifier.ControlModifier)
        self.wheeled.emit(1 if units else 0, 1 if ev.delta() > 0 else -1)
        ev.accept()

    def mouseDragEvent(self, ev, axis=None) -> None:
        if ev.button() == Qt.MouseButton.LeftButton:
            super().mouseDragEvent(ev, axis)
        else:
            ev.ignore()


class Pane:
    """A row of the screen.

    Attributes
    ----------
    plot : pg.PlotItem
    scale : Scale
    """

    def __init__(self, layout: pg.GraphicsLayoutWidget, row: int, scale: Scale) -> None:
        self.scale = scale
        self.screen = _Screen()
        self.plot = layout.addPlot(row=row, col=0, viewBox=self.screen, axisItems={s: Axis(s) for s in ("left", "bottom")})
        self.plot.hideButtons()
        self.plot.setMenuEnabled(False)
        self.plot.disableAutoRange()
        self.plot.setClipToView(False)
        self.cache_axes(True)
        self.plot.getAxis("left").setLabel(scale.label)

    def cache_axes(self, on: bool) -> None:
        """The grid is the dearest part of a frame unless it is kept as a picture."""
        mode = QGraphicsItem.CacheMode.DeviceCoordinateCache if on else QGraphicsItem.CacheMode.NoCache
        for side in ("left", "bottom"):
            self.plot.getAxis(side).setCacheMode(mode)

    def frame(self) -> None:
        """Range and ticks from the scale."""
        self.plot.setYRange(*self.scale.range, padding=0)
        self.plot.getAxis("left").setTickSpacing(self.scale.div, self.scale.div)
        self.plot.getAxis("left").setLabel(self.scale.label)

    def set_bottom(self, lowest: bool) -> None:
        """Whether the pane carries the numbers of the time axis."""
        axis = self.plot.getAxis("bottom")
        axis.setStyle(showValues=lowest)
        axis.setHeight(38 if lowest else 6)
        axis.setLabel("time (ms)" if lowest else None)

    def apply_theme(self, theme: Theme, font: QFont) -> None:
        small = QFont(font)  # the lower panes are not high: their labels must not run into each other
        small.setPointSizeF(font.pointSizeF() * (1.0 if self.scale.divisions > 4 else 0.85 if theme.base_pt < 11 else 0.72))
        for side in ("left", "bottom"):
            axis = self.plot.getAxis(side)
            axis.setPen(pg.mkPen(theme.grid))
            axis.setTextPen(pg.mkPen(theme.text))
            axis.setTickFont(font)
            axis.setStyle(tickFont=font)
            axis.label.setFont(small)
        self.plot.getAxis("left").setWidth(58 if theme.base_pt < 11 else 72)
