"""Rest is stable: dV/dt against V, a falling line; left of its zero V rises, right of it V falls."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen
from PySide6.QtWidgets import QDialog, QLabel, QVBoxLayout, QWidget

from lifbench.engine.messages import Status
from lifbench.gui.bench import Bench
from lifbench.gui.circuit.parts import readable
from lifbench.gui.theme import Theme

__all__ = ["PhasePlane", "PhasePlaneDialog"]

_MARGIN = 46.0


class PhasePlane(QWidget):
    """The line C dV/dt = B − G V at this instant, with the state on it. Drag the state to kick V."""

    def __init__(self, bench: Bench, theme: Theme) -> None:
        super().__init__()
        self.setMinimumSize(420, 300)
        self.setAccessibleName("dV/dt against V")
        self._bench, self.theme = bench, theme
        self._status: Status | None = bench.status
        self._dragging = False

    def show_status(self, status: Status) -> None:
        self._status = status
        self.update()

    def _range(self) -> tuple[float, float]:
        cell = self._bench.setup.cell
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
        theme, status, cell = self.theme, self._status, self._bench.setup.cell
        painter.fillRect(self.rect(), QColor(theme.ground))
        if status is None:
            return
        G, B = cell.leak_conductance, cell.leak_conductance * cell.leak_reversal + status.I_inj_pA - status.I_own_pA
        for synapse, g in zip(self._bench.setup.synapses, status.g_nS, strict=False):
            if synapse.mode == "conductance":
                G, B = G + g, B + g * synapse.reversal
            else:
                B += g * (synapse.reversal - cell.leak_reversal)
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
        painter.drawText(QRectF(self.width() - 130, y(0) + 4, 110, 20), Qt.AlignmentFlag.AlignRight, "V (mV)")
        painter.drawText(QPointF(8, _MARGIN - 14), f"dV/dt (mV/ms), ±{reach:.3g}")
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
            painter.drawText(QPointF(self._x(rest) + 8, y(0) - 8), f"V∞ = {readable(rest)}")
        V = min(max(status.V_mV, low), high)
        painter.setBrush(QColor(theme.current))
        painter.setPen(QPen(QColor(theme.ground), 1.5))
        painter.drawEllipse(QPointF(self._x(V), y(0.0 if status.refractory else (B - G * V) / cell.membrane_capacitance)), 8, 8)

    def mousePressEvent(self, event) -> None:
        self._dragging = True
        self._bench.kick(self.potential_at(event.position().x()))

    def mouseMoveEvent(self, event) -> None:
        if self._dragging:
            self._bench.kick(self.potential_at(event.position().x()))

    def mouseReleaseEvent(self, event) -> None:
        self._dragging = False


class PhasePlaneDialog(QDialog):
    """The plane in a window of its own, beside the trace."""

    def __init__(self, bench: Bench, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Rest is stable: dV/dt against V")
        self.setObjectName("circuit.phase_plane_window")
        self.plane = PhasePlane(bench, theme)
        text = QLabel("Left of the zero V rises, right of it V falls: it always comes back. Drag the dot to kick V and see.")
        text.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.addWidget(self.plane, 1)
        layout.addWidget(text)

    def apply_theme(self, theme: Theme) -> None:
        self.plane.theme = theme
        self.plane.update()

    def show_status(self, status: Status) -> None:
        self.plane.show_status(status)
