"""Rest is stable: dV/dt against V, a falling line; left of its zero V rises, right of it V falls."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen
from PySide6.QtWidgets import QDialog, QLabel, QVBoxLayout, QWidget

from lifbench.engine.messages import Status
from lifbench.gui.bench import Bench
from lifbench.gui.circuit.parts import readable
from lifbench.gui.theme import Theme
from lifbench.model.setup import Setup

__all__ = ["PhasePlane", "PhasePlaneDialog"]

_MARGIN = 46.0


def line_at(setup: Setup, status: Status) -> tuple[float, float]:
    """(G in nS, B in pA) of C dV/dt = B − G V at this instant: its zero is V∞ = B/G."""
    cell = setup.cell
    G, B = cell.leak_conductance, cell.leak_conductance * cell.leak_reversal + status.I_inj_pA - status.I_own_pA
    for synapse, g in zip(setup.synapses, status.g_nS, strict=False):
        if synapse.mode == "conductance":
            G, B = G + g, B + g * synapse.reversal
        else:
            B += g * (synapse.reversal - cell.leak_reversal)
    return G, B


class PhasePlane(QWidget):
    """The line C dV/dt = B − G V at this instant, with the state on it. Drag the state to kick V."""

    def __init__(self, bench: Bench, theme: Theme) -> None:
        super().__init__()
        self.setMinimumSize(420, 300)
        self.setAccessibleName("dV/dt against V: arrow keys kick V by 5 mV")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.bench, self.theme = bench, theme
        self._status: Status | None = bench.status
        self._dragging = False

    def show_status(self, status: Status) -> None:
        self._status = status
        self.update()

    def _range(self) -> tuple[float, float]:
        cell = self.bench.setup.cell
        low = min(cell.reset, cell.leak_reversal) - 12.0
        return low, max(cell.threshold, cell.leak_reversal) + 12.0

    def _x(self, V: float) -> float:
        low, high = self._range()
        return _MARGIN + (V - low) / (high - low) * (self.width() - 1.5 * _MARGIN)

    def potential_at(self, x: float) -> float:
        """V (mV) under a horizontal position, clipped to the plane."""
        low, high = self._range()
        V = low + (x - _MARGIN) / (self.width() - 1.5 * _MARGIN) * (high - low)
        return min(max(V, low), high)

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, status, cell = self.theme, self._status, self.bench.setup.cell
        painter.fillRect(self.rect(), QColor(theme.ground))
        if status is None:
            return
        G, B = line_at(self.bench.setup, status)
        low, high = self._range()
        slopes = [(B - G * V) / cell.membrane_capacitance for V in (low, high)]
        reach = max(1.0, 1.1 * (high - low) * cell.leak_conductance / cell.membrane_capacitance, *(abs(s) for s in slopes))
        height = self.height() - 2 * _MARGIN

        def y(slope: float) -> float:
            return _MARGIN + height * (0.5 - 0.5 * slope / reach)

        font = QFont(self.font())
        painter.setFont(font)
        painter.setPen(QPen(QColor(theme.faint), 1))
        painter.drawLine(QPointF(_MARGIN, y(0)), QPointF(self.width() - _MARGIN / 2, y(0)))
        painter.drawLine(QPointF(_MARGIN, _MARGIN), QPointF(_MARGIN, _MARGIN + height))
        painter.setPen(QColor(theme.text))
        painter.drawText(QRectF(self.width() - 130, self.height() - 22, 118, 18), Qt.AlignmentFlag.AlignRight, "V (mV)")
        painter.drawText(QPointF(8, _MARGIN - 14), "dV/dt (mV/ms)")
        painter.setPen(QColor(theme.faint))
        every = 10 if high - low < 90 else 20
        for V in range(math.ceil(low / every) * every, math.floor(high) + 1, every):
            painter.drawLine(QPointF(self._x(V), y(0) - 3), QPointF(self._x(V), y(0) + 3))
            painter.drawText(
                QRectF(self._x(V) - 24, y(0) + 4, 48, 16), Qt.AlignmentFlag.AlignHCenter, readable(V).removesuffix(".0")
            )
        for share in (-1.0, -0.5, 0.5, 1.0):
            at = y(share * reach)
            painter.drawLine(QPointF(_MARGIN - 3, at), QPointF(_MARGIN + 3, at))
            number = f"{share * reach:.2g}".replace("-", "−")
            painter.drawText(
                QRectF(0, at - 8, _MARGIN - 6, 16), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, number
            )
        marks = [("E_L", cell.leak_reversal, theme.leak)]
        if cell.spiking:
            marks += [("V_th", cell.threshold, theme.threshold), ("V_reset", cell.reset, theme.spike)]
        for number, (name, V, colour) in enumerate(marks):
            painter.setPen(QPen(QColor(colour), 1.2, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(self._x(V), _MARGIN), QPointF(self._x(V), _MARGIN + height))
            painter.drawText(QPointF(self._x(V) - 14, _MARGIN + height + 16 + 14 * (number % 2)), name)
        painter.setPen(QPen(QColor(theme.potential), 2.4))
        painter.drawLine(QPointF(self._x(low), y(slopes[0])), QPointF(self._x(high), y(slopes[1])))
        painter.setPen(QPen(QColor(theme.accent), 2.2))
        for V in (low + (high - low) * k / 9 for k in range(1, 9)):
            slope = (B - G * V) / cell.membrane_capacitance
            along = 14.0 * max(-1.0, min(1.0, slope / reach * 2))
            tip = QPointF(self._x(V) + along, y(0))
            painter.drawLine(QPointF(self._x(V) - along, y(0)), tip)
            back = -5.0 if along > 0 else 5.0
            if abs(along) > 3:
                painter.drawLine(tip, tip + QPointF(back, -4))
                painter.drawLine(tip, tip + QPointF(back, 4))
        rest = B / G
        if low < rest < high:
            painter.setBrush(QColor(theme.ground))
            painter.drawEllipse(QPointF(self._x(rest), y(0)), 5, 5)
            painter.drawText(QPointF(self._x(rest) + 8, y(0) - 10), f"V∞ = {readable(rest)}")
        V = min(max(status.V_mV, low), high)
        painter.setBrush(QColor(theme.current))
        painter.setPen(QPen(QColor(theme.ground), 1.5))
        painter.drawEllipse(QPointF(self._x(V), y(0.0 if status.refractory else (B - G * V) / cell.membrane_capacitance)), 8, 8)

    def keyPressEvent(self, event) -> None:
        ways = {Qt.Key.Key_Left: -1.0, Qt.Key.Key_Down: -1.0, Qt.Key.Key_Right: 1.0, Qt.Key.Key_Up: 1.0}
        if event.key() in ways and self._status is not None:
            low, high = self._range()
            self.bench.kick(min(max(self._status.V_mV + ways[event.key()] * 5.0, low), high))
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event) -> None:
        self._dragging = True
        self.bench.kick(self.potential_at(event.position().x()))

    def mouseMoveEvent(self, event) -> None:
        if self._dragging:
            self.bench.kick(self.potential_at(event.position().x()))

    def mouseReleaseEvent(self, event) -> None:
        self._dragging = False


class PhasePlaneDialog(QDialog):
    """The plane in a window of its own, beside the trace."""

    def __init__(self, bench: Bench, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Rest is stable: dV/dt against V")
        self.setObjectName("circuit.phase_plane_window")
        self.plane = PhasePlane(bench, theme)
        self._text = text = QLabel()
        text.setWordWrap(True)
        text.setMinimumHeight(2 * text.fontMetrics().lineSpacing() + 4)
        self._say(False)
        layout = QVBoxLayout(self)
        layout.addWidget(self.plane, 1)
        layout.addWidget(text)

    def apply_theme(self, theme: Theme) -> None:
        self.plane.theme = theme
        self.plane.update()

    def _say(self, fires: bool) -> None:
        words = (
            "The zero lies above V_th: on its way there V meets the threshold, fires and is reset, again and again."
            if fires
            else "Left of the zero V rises, right of it V falls: it always comes back."
        )
        self._text.setText(f"{words} Drag the dot, or press the arrow keys, to kick V and see.")

    def show_status(self, status: Status) -> None:
        self.plane.show_status(status)
        cell = self.plane.bench.setup.cell
        G, B = line_at(self.plane.bench.setup, status)
        self._say(cell.spiking and G * cell.threshold < B)
