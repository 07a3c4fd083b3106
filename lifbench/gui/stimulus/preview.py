"""The command waveform of all sweeps, before it is given; edges and levels can be dragged."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from lifbench.gui.bench import Bench
from lifbench.gui.theme import LIGHT, Theme
from lifbench.model.clamp import Clamp, Epoch, Noise
from lifbench.quantities import format_number, format_quantity

__all__ = ["Preview"]

_LEFT, _RIGHT, _TOP, _BOTTOM = 46.0, 8.0, 8.0, 20.0
_NEAR = 7.0  # px within which an edge or level is taken hold of
_LEVELS = ("amplitude", "end_amplitude", "mean", "offset")
_MOST_SWEEPS = 24


class Preview(QWidget):
    """Own painter: a few thousand points, drawn only when the protocol changes or the playhead moves a pixel."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self.setObjectName("stimulus.preview")
        self.setAccessibleName("Preview of the command current")
        self.setMinimumHeight(58)
        self.setMouseTracking(True)
        self.theme: Theme = LIGHT
        self._bench = bench
        self.selected = 0
        self._playhead: float | None = None
        self._sweep = 0
        self._drag: tuple[str, str] | None = None
        self._paths: list[QPainterPath] = []
        self._picture: QPixmap | None = None
        self._low, self._high = 0.0, 1.0
        self._dragged_text = ""
        bench.setup_changed.connect(lambda *_: self.prepare())
        self.prepare()

    # ---- geometry

    def _x(self, time_ms: float) -> float:
        return _LEFT + time_ms / self._bench.setup.recording.duration * (self.width() - _LEFT - _RIGHT)

    def _y(self, current: float) -> float:
        return _TOP + (self._high - current) / (self._high - self._low) * (self.height() - _TOP - _BOTTOM)

    def _time(self, x: float) -> float:
        share = (x - _LEFT) / max(1.0, self.width() - _LEFT - _RIGHT)
        return min(max(share, 0.0), 1.0) * self._bench.setup.recording.duration

    def _current(self, y: float) -> float:
        return self._high - (y - _TOP) / max(1.0, self.height() - _TOP - _BOTTOM) * (self._high - self._low)

    def prepare(self) -> None:
        """Work the waveforms out anew."""
        setup = self._bench.setup
        duration = setup.recording.duration
        count = min(setup.recording.sweeps, _MOST_SWEEPS)
        curves = []
        for sweep in range(count):
            clamp = setup.clamp.at_sweep(sweep)
            time = _moments(clamp, duration)
            curves.append((time, clamp.current(time)))
        if self._drag is None:
            self._low = min(0.0, *(float(c.min()) for _, c in curves))
            self._high = max(0.0, *(float(c.max()) for _, c in curves))
            noise = max((e.standard_deviation for e in setup.clamp.epochs if isinstance(e, Noise)), default=0.0)
            self._low, self._high = self._low - noise, self._high + noise
            room = max(10.0, 0.14 * (self._high - self._low))
            self._low, self._high = self._low - room, self._high + room
        self._paths = []
        for time, current in curves:
            path = QPainterPath(QPointF(self._x(0.0), self._y(float(current[0]))))
            for t, c in zip(time[1:].tolist(), current[1:].tolist(), strict=True):
                path.lineTo(self._x(t), self._y(c))
            self._paths.append(path)
        self.repaint_all()

    def resizeEvent(self, event) -> None:
        self.prepare()

    def show_time(self, sweep: int, time_ms: float) -> None:
        """Move the playhead."""
        x = self._x(min(time_ms, self._bench.setup.recording.duration))
        if self._playhead is None or sweep != self._sweep or abs(x - self._playhead) >= 1.0:
            before, changed = self._playhead, sweep != self._sweep
            self._playhead, self._sweep = x, sweep
            if changed or before is None:
                self._picture = None
                self.update()
            else:  # only the strips that the playhead leaves and enters
                for at in (before, x):
                    self.update(round(at) - 2, 0, 5, self.height())

    # ---- painting

    def paintEvent(self, event) -> None:
        ratio = self.devicePixelRatioF()
        if self._picture is None or self._picture.devicePixelRatio() != ratio:
            self._picture = QPixmap(self.size() * ratio)
            self._picture.setDevicePixelRatio(ratio)
            self._paint_waveforms(QPainter(self._picture))
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        if self._playhead is not None:
            painter.setPen(QPen(QColor(self.theme.text), 1))
            painter.drawLine(QPointF(self._playhead, _TOP), QPointF(self._playhead, self.height() - _BOTTOM))
        if self._dragged_text:
            painter.setPen(QColor(self.theme.text))
            painter.drawText(QRectF(_LEFT, 0, self.width() - _LEFT - _RIGHT, 20), Qt.AlignmentFlag.AlignCenter, self._dragged_text)

    def repaint_all(self) -> None:
        """Another theme, another selected epoch."""
        self._picture = None
        self.update()

    def _paint_waveforms(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, setup = self.theme, self._bench.setup
        painter.fillRect(self.rect(), QColor(theme.ground))
        font = QFont(self.font())
        font.setPointSizeF(theme.base_pt * 0.8)
        painter.setFont(font)
        painter.setPen(QPen(QColor(theme.grid), 1))
        painter.drawLine(QPointF(_LEFT, self._y(0)), QPointF(self.width() - _RIGHT, self._y(0)))
        painter.setPen(QColor(theme.faint))
        for value in (self._low, self._high):
            shown = 0.0 if abs(value) < 1e-9 else value
            y = min(max(self._y(value), 12.0), self.height() - _BOTTOM)
            painter.drawText(
                QRectF(0, y - 10, _LEFT - 4, 20),
                Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
                format_number(shown, 2),
            )
        painter.drawText(QPointF(_LEFT, self.height() - 6), "I (pA), positive depolarises")
        end = format_quantity(setup.recording.duration, "ms")
        painter.drawText(QRectF(0, self.height() - 19, self.width() - _RIGHT, 18), Qt.AlignmentFlag.AlignRight, end)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for sweep, path in enumerate(self._paths):
            current = sweep == self._sweep or len(self._paths) == 1
            colour = QColor(theme.family[sweep % len(theme.family)] if len(self._paths) > 1 else theme.current)
            colour.setAlpha(255 if current else 110)
            painter.setPen(QPen(colour, 2.4 if current else 1.2))
            painter.drawPath(path)
        for epoch in setup.clamp.epochs:
            if isinstance(epoch, Noise):
                band = QColor(theme.current)
                band.setAlpha(40)
                middle = setup.clamp.holding_current + epoch.mean
                top, bottom = self._y(middle + epoch.standard_deviation), self._y(middle - epoch.standard_deviation)
                painter.fillRect(QRectF(self._x(epoch.start), top, self._x(epoch.end) - self._x(epoch.start), bottom - top), band)
        chosen = self._chosen()
        if chosen is not None:
            painter.setPen(QPen(QColor(theme.accent), 1.2, Qt.PenStyle.DashLine))
            for time in (chosen.start, chosen.end):
                painter.drawLine(QPointF(self._x(time), _TOP), QPointF(self._x(time), self.height() - _BOTTOM))
        painter.end()

    # ---- hands

    def _chosen(self) -> Epoch | None:
        epochs = self._bench.setup.clamp.epochs
        return epochs[self.selected] if 0 <= self.selected < len(epochs) else None

    def _grip(self, x: float, y: float) -> tuple[str, str] | None:
        """(what is under the mouse: start, end or the name of the level, "x" or "y")."""
        epoch = self._chosen()
        if epoch is None:
            return None
        for name, time in (("start", epoch.start), ("end", epoch.end)):
            if abs(self._x(time) - x) <= _NEAR:
                return name, "x"
        level = next((n for n in _LEVELS if hasattr(epoch, n)), None)
        if level and self._x(epoch.start) < x < self._x(epoch.end):
            value = self._bench.setup.clamp.holding_current + getattr(epoch, level)
            if abs(self._y(value) - y) <= _NEAR:
                return level, "y"
        return None

    def mousePressEvent(self, event) -> None:
        x, y = event.position().x(), event.position().y()
        self._drag = self._grip(x, y)

    def mouseMoveEvent(self, event) -> None:
        x, y = event.position().x(), event.position().y()
        grip = self._drag or self._grip(x, y)
        shapes = {"x": Qt.CursorShape.SizeHorCursor, "y": Qt.CursorShape.SizeVerCursor}
        self.setCursor(shapes[grip[1]] if grip else Qt.CursorShape.ArrowCursor)
        epoch = self._chosen()
        if self._drag is None or epoch is None:
            return
        name = self._drag[0]
        path = f"clamp.epochs.{self.selected}"
        if name == "start":
            value = float(f"{self._time(x):.3g}")
            self._bench.change(f"{path}.start", value)
        elif name == "end":
            value = float(f"{max(self._time(x) - epoch.start, 0.1):.3g}")
            name = "duration"
            self._bench.change(f"{path}.duration", value)
        else:
            value = float(f"{self._current(y) - self._bench.setup.clamp.holding_current:.2g}")
            self._bench.change(f"{path}.{name}", value)
        unit = "ms" if self._drag[1] == "x" else "pA"
        self._dragged_text = f"{name.replace('_', ' ')} {format_quantity(value, unit)}"
        self.update()

    def mouseReleaseEvent(self, event) -> None:
        if self._drag is not None:
            self._drag = None
            self._dragged_text = ""
            self.prepare()


def _moments(clamp: Clamp, duration: float) -> np.ndarray:
    """Times at which the waveform must be drawn: a grid, and both sides of every edge."""
    edges = [t for e in clamp.epochs for t in (e.start, e.end)]
    for epoch in clamp.epochs:
        period, width = getattr(epoch, "period", None), getattr(epoch, "pulse_width", None)
        if period and width and epoch.duration / period < 500:
            starts = epoch.start + period * np.arange(int(epoch.duration / period) + 1)
            edges += [*starts.tolist(), *(starts + width).tolist()]
    sides = np.array([s for t in edges for s in (t - 1e-6, t + 1e-6)])
    time = np.concatenate([np.linspace(0.0, duration, 600), sides[(sides > 0) & (sides < duration)]])
    return np.sort(time)
