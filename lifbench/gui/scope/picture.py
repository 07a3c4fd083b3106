"""The scope's screen alone as a picture: axes, units, and a legend of the traces."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QBuffer, QRect, QSize
from PySide6.QtGui import QColor, QFont, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from lifbench.files.atomic import writing
from lifbench.gui.scope.plots import ScopeView
from lifbench.gui.theme import Theme
from lifbench.quantities import LifbenchError

__all__ = ["image", "save"]

_SCALE = 2
_LEGEND = 26  # px below the screen


def _paint(painter: QPainter, view: ScopeView, theme: Theme) -> None:
    painter.fillRect(QRect(0, 0, view.width(), view.height() + _LEGEND), QColor(theme.ground))
    font = QFont(view.font())
    font.setPointSizeF(theme.base_pt * 0.9)
    painter.setFont(font)
    x, y = 60, view.height() + _LEGEND // 2
    for pen, name in view.legend_of_traces():
        painter.setPen(pen)
        painter.drawLine(x, y, x + 22, y)
        painter.setPen(QColor(theme.text))
        painter.drawText(x + 28, y + 5, name)
        x += 28 + painter.fontMetrics().horizontalAdvance(name) + 18
    view.cache_axes(False)  # kept as pixels for the screen; a drawing wants letters
    view.render(painter, QRect(0, 0, view.width(), view.height()), view.rect())
    view.cache_axes(True)


def _size(view: ScopeView) -> QSize:
    return QSize(view.width(), view.height() + _LEGEND)


def image(view: ScopeView, theme: Theme) -> QImage:
    """At twice the screen's resolution."""
    out = QImage(_size(view) * _SCALE, QImage.Format.Format_RGB32)
    out.setDevicePixelRatio(_SCALE)
    painter = QPainter(out)
    _paint(painter, view, theme)
    painter.end()
    return out


def save(view: ScopeView, theme: Theme, path: str) -> None:
    """As PNG or SVG, by the name's ending. Raises LifbenchError if it cannot be written; nothing is left half-written."""
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    suffix = Path(path).suffix.lower()
    if suffix == ".svg":
        generator = QSvgGenerator()
        generator.setOutputDevice(buffer)
        generator.setSize(_size(view))
        generator.setViewBox(QRect(0, 0, view.width(), view.height() + _LEGEND))
        generator.setTitle("lifbench oscilloscope")
        painter = QPainter(generator)
        _paint(painter, view, theme)
        painter.end()
    elif suffix == ".png":
        image(view, theme).save(buffer, "PNG")
    else:
        raise LifbenchError(f"{path} cannot be written as a picture; a name that ends in .png or .svg is expected")
    with writing(Path(path)) as stream:
        stream.write(bytes(buffer.data().data()))
