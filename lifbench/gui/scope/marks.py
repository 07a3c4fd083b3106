"""What is drawn on the screen besides traces, in whole device pixels: refractory bands, cosmetic spikes, raster, legend, grip.

A filled or stroked path of the same costs ten times as much, and these are drawn 60 times a second.
"""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QLine, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPen, QPolygonF

__all__ = ["Bands", "Legend", "PotentialHandle", "Raster", "SpikeMarks"]


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


class Raster(_Marks):
    """Spikes of the sweeps on screen, a row each, the newest lowest, along the top edge of the view."""

    _ROW, _SHARE = 7, 0.25  # px of a row where there is room; share of the height that all rows may take

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[tuple[np.ndarray, QColor]] = []

    @property
    def rows(self) -> list[np.ndarray]:
        """Positions (ms on the axis) of each row's spikes, the oldest first."""
        return [x for x, _ in self._rows]

    @property
    def depth(self) -> int:
        """px that the rows take."""
        box = self.getViewBox()
        room = self._SHARE * (box.height() if box is not None else 0.0)
        return round(min(self._ROW * len(self._rows), room))

    def set_rows(self, rows: list[tuple[np.ndarray, QColor]]) -> None:
        self._rows = rows
        self.update()

    def paint_pixels(self, painter: QPainter, transform) -> None:
        top = transform.mapRect(self.boundingRect()).toAlignedRect().top() + 3
        row = self.depth / max(1, len(self._rows))
        for number, (x, colour) in enumerate(self._rows):
            painter.setPen(QPen(colour, 2))
            y, below = round(top + number * row), round(top + (number + 1) * row) - (2 if row > 5 else 1)
            columns = np.unique((x * transform.m11() + transform.dx()).round().astype(int)).tolist()
            painter.drawLines([QLine(column, y, column, max(y, below)) for column in columns])


class Legend(_Marks):
    """Names of what is on the screen, each behind a piece of its line, in the upper right."""

    _MARGIN = 70  # px to the right edge

    def __init__(self) -> None:
        super().__init__()
        self._entries: list[tuple[QPen, str]] = []
        self._font = QFont()
        self._offset = 0
        self._text, self._ground = QColor(), QColor()
        self.setZValue(20)

    @property
    def texts(self) -> list[str]:
        return [text for _, text in self._entries]

    def apply_theme(self, font: QFont, text: QColor, ground: QColor) -> None:
        self._font, self._text, self._ground = font, text, ground
        self.update()

    def set_offset(self, pixels: int) -> None:
        """How far below the upper edge: there may be a raster above."""
        if pixels != self._offset:
            self._offset = pixels
            self.update()

    def set_entries(self, entries: list[tuple[QPen, str]]) -> None:
        if entries != self._entries:
            self._entries = entries
            self.update()

    def paint_pixels(self, painter: QPainter, transform) -> None:
        if not self._entries:
            return
        area = transform.mapRect(self.boundingRect()).toAlignedRect()
        painter.setFont(self._font)
        metrics = painter.fontMetrics()
        height = metrics.height()
        room = max(1, (area.height() - self._offset) * 2 // 3 // height)
        entries = self._entries[-room:]  # a low pane has room for few; the last are the pins and the newest sweeps
        width = 34 + max(metrics.horizontalAdvance(text) for _, text in entries)
        # to the right, where most sweeps have calmed down, but not over the names of the lines
        left = max(area.left() + 6, area.right() - width - 8 - self._MARGIN)
        box = QRect(left, area.top() + 6 + self._offset, width + 8, height * len(entries) + 6)
        ground = QColor(self._ground)
        ground.setAlpha(215)
        painter.fillRect(box, ground)
        for number, (pen, text) in enumerate(entries):
            y = box.top() + 3 + number * height
            painter.setPen(pen)
            painter.drawLine(box.left() + 4, y + height // 2, box.left() + 26, y + height // 2)
            painter.setPen(self._text)
            painter.drawText(box.left() + 32, y + metrics.ascent(), text)


class PotentialHandle(_Marks):
    """A grip at the right edge, at the height of V: drag it to put V somewhere by hand."""

    dragged = Signal(float)  # mV
    SIZE = 13  # px

    def __init__(self) -> None:
        super().__init__()
        self._V = 0.0
        self._colour, self._edge = QColor(), QColor()
        self.setZValue(15)
        self.setCursor(Qt.CursorShape.SizeVerCursor)
        self.setToolTip("Drag to kick V by hand, and watch it come back")

    @property
    def value(self) -> float:
        return self._V

    def set_colours(self, colour: QColor, edge: QColor) -> None:
        self._colour, self._edge = colour, edge
        self.update()

    def set_value(self, V: float) -> None:
        if V != self._V:
            self.prepareGeometryChange()
            self._V = V
            self.update()

    def _pixel(self) -> tuple[float, float]:
        """ms and mV of a pixel."""
        x, y = self.getViewBox().viewPixelSize()
        return float(x), float(y)

    def shape(self) -> QPainterPath:
        path = QPainterPath()
        if self.getViewBox() is not None:
            dx, dy = self._pixel()
            right, half = self.boundingRect().right(), (self.SIZE + 3) * dy
            path.addRect(QRectF(right - 1.5 * self.SIZE * dx, self._V - half, 1.5 * self.SIZE * dx, 2 * half))
        return path

    def mouseDragEvent(self, ev) -> None:
        if ev.button() != Qt.MouseButton.LeftButton:
            ev.ignore()
            return
        ev.accept()
        self.dragged.emit(float(ev.pos().y()))

    def paint_pixels(self, painter: QPainter, transform) -> None:
        area = transform.mapRect(self.boundingRect())
        x, y = area.right() - 1, transform.m22() * self._V + transform.dy()
        y = min(max(y, area.top()), area.bottom())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(QPen(self._edge, 1))
        painter.setBrush(self._colour)
        half = self.SIZE * 0.55
        painter.drawPolygon(QPolygonF([QPointF(x - self.SIZE, y), QPointF(x, y - half), QPointF(x, y + half)]))
