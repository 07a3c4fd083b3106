"""Refractory bands and cosmetic spikes: many upright rectangles and lines, drawn in whole device pixels.

A filled or stroked path of the same costs ten times as much, and these are drawn 60 times a second.
"""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QLine, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

__all__ = ["Bands", "SpikeMarks"]


class _Marks(pg.GraphicsObject):
    """As large as the view; subclasses paint in device pixels, given x → pixel and the view's transform."""

    def boundingRect(self) -> QRectF:
        box = self.getViewBox()
        return QRectF() if box is None else box.viewRect()

    def viewRangeChanged(self) -> None:
        self.prepareGeometryChange()

    def paint(self, painter: QPainter, *_: object) -> None:
        transform = painter.worldTransform()
        painter.save()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        self.paint_pixels(painter, transform)
        painter.restore()

    def paint_pixels(self, painter: QPainter, transform) -> None:
        raise NotImplementedError


class Bands(_Marks):
    """Fills the height of the view wherever ``set_bands`` says so."""

    def __init__(self) -> None:
        super().__init__()
        self._edges = np.empty((0, 2))
        self._colour = QColor()
        self.setZValue(-10)

    def set_colour(self, colour: QColor) -> None:
        self._colour = colour
        self.update()

    def set_bands(self, x: np.ndarray, on: np.ndarray) -> None:
        """Bands over the runs of ``on`` (n,) at increasing positions ``x`` (n,)."""
        if x.size < 2:
            edges = np.empty((0, 2))
        else:
            half = 0.5 * (x[1] - x[0])
            flips = np.flatnonzero(np.diff(np.concatenate([[False], on, [False]])))
            edges = np.stack([x[flips[0::2]] - half, x[flips[1::2] - 1] + half], axis=1)
        self._edges = edges
        self.update()

    def paint_pixels(self, painter: QPainter, transform) -> None:
        area = transform.mapRect(self.boundingRect()).toAlignedRect()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._colour)
        top, height = area.top(), area.height()
        edges = (self._edges * transform.m11() + transform.dx()).round().astype(int).tolist()
        painter.drawRects([QRect(left, top, max(1, right - left), height) for left, right in edges])


class SpikeMarks(_Marks):
    """A line from ``bottom`` to ``top`` (mV) at each spike: cosmetic, never data."""

    def __init__(self) -> None:
        super().__init__()
        self._x = np.empty(0)
        self._bottom = self._top = 0.0
        self._pen = QPen()

    @property
    def positions(self) -> np.ndarray:
        """Where lines stand, ms on the axis."""
        return self._x

    def set_pen(self, pen: QPen) -> None:
        self._pen = pen
        self.update()

    def set_spikes(self, x: np.ndarray, bottom: float, top: float) -> None:
        self._x, self._bottom, self._top = x, bottom, top
        self.update()

    def paint_pixels(self, painter: QPainter, transform) -> None:
        painter.setPen(self._pen)
        low = round(transform.m22() * self._bottom + transform.dy())
        high = round(transform.m22() * self._top + transform.dy())
        columns = np.unique((self._x * transform.m11() + transform.dx()).round().astype(int)).tolist()
        painter.drawLines([QLine(x, low, x, high) for x in columns])
