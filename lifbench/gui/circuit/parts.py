"""The parts of the circuit, one class each: IEC symbols, value and live current beside them, clickable, keyboard-reachable.

A part is a QGraphicsWidget (Tab moves only between those) that fills its branch's column; scene px, y downwards.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsSceneWheelEvent, QGraphicsWidget

from lifbench.engine.messages import Status
from lifbench.gui.bench import Bench
from lifbench.gui.theme import Theme
from lifbench.quantities import format_quantity

__all__ = ["Battery", "Capacitor", "ClampSource", "Part", "Resistor", "SpikeSwitch", "SynapseBranch", "draw_symbol", "readable"]


def readable(value: float) -> str:
    """A live number that does not dance: fixed decimals, a true minus."""
    decimals = 1 if abs(value) < 1000 else 0
    text = f"{value:.{decimals}f}"
    return "0.0" if text in ("-0.0", "-0") else text.replace("-", "−")


def draw_symbol(painter: QPainter, x: float, y: float, symbol: str, size: float) -> float:
    """Draw ``C_m`` with a subscript, baseline at (x, y); returns the x after it."""
    head, _, tail = symbol.partition("_")
    font = QFont(painter.font())
    font.setPixelSize(round(size))
    font.setItalic(True)
    painter.setFont(font)
    painter.drawText(QPointF(x, y), head)
    x += painter.fontMetrics().horizontalAdvance(head) + 1
    font.setItalic(False)
    if tail:
        font.setPixelSize(round(size * 0.72))
        painter.setFont(font)
        painter.drawText(QPointF(x, y + size * 0.22), tail)
        x += painter.fontMetrics().horizontalAdvance(tail)
        font.setPixelSize(round(size))
    painter.setFont(font)
    return x


class Part(QGraphicsWidget):
    """Common to all parts.

    ``key`` is the objectName ("circuit.capacitor"), ``term`` the term of the equation, ``main`` the path of the
    parameter that wheel and arrow keys nudge.
    """

    def __init__(self, bench: Bench, key: str, title: str, term: str, main: str, rect: QRectF, theme: Callable[[], Theme]) -> None:
        super().__init__()
        self.bench, self.key, self.title, self.term, self.main = bench, key, title, term, main
        self._rect, self._theme = rect, theme
        self.nudge: Callable[[str, int], None] = lambda path, steps: None
        self.status: Status | None = None
        self._hovered = False
        self.setObjectName(key)
        self.setGeometry(rect)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFlag(QGraphicsWidget.GraphicsItemFlag.ItemIsFocusable, True)
        self.setAcceptHoverEvents(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    # ---- what a part tells

    def colour(self) -> str:
        return self._theme().text

    def value_text(self) -> str:
        return ""

    def current_pA(self, status: Status) -> float:
        return 0.0

    def describe(self) -> str:
        """Name, value, current now: for the hover text and the parts list."""
        text = f"{self.title}: {self.value_text()}"
        return text if self.status is None else f"{text}, {readable(self.current_pA(self.status))} pA now"

    def show_status(self, status: Status) -> None:
        self.status = status
        self.update()

    # ---- painting

    def paint(self, painter: QPainter, option, widget=None) -> None:
        theme = self._theme()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = self.rect().adjusted(2, 2, -2, -2)
        lit = self.bench.highlight and (self.term == self.bench.highlight or self.bench.highlight.startswith(self.term + "."))
        if self.bench.selection == self.key or lit:
            colour = QColor(theme.accent)
            colour.setAlpha(46 if lit else 30)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawRoundedRect(box, 7, 7)
        if self.hasFocus() or self._hovered:
            painter.setPen(QPen(QColor(theme.accent), 1.6 if self.hasFocus() else 0.8, Qt.PenStyle.DotLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, 7, 7)
        self.symbol(painter, QPen(QColor(self.colour()), 2.2, c=Qt.PenCapStyle.RoundCap), theme)

    def symbol(self, painter: QPainter, pen: QPen, theme: Theme) -> None:
        """Draw the symbol in item coordinates."""

    def label(self, painter: QPainter, symbol: str, lines: list[str], x: float, y: float) -> None:
        theme = self._theme()
        painter.setPen(QColor(self.colour()))
        draw_symbol(painter, x, y, symbol, 15)
        font = QFont(painter.font())
        font.setPixelSize(13)
        painter.setFont(font)
        painter.setPen(QColor(theme.text))
        for number, line in enumerate(lines, 1):
            painter.drawText(QPointF(x, y + 15 * number + 1), line)

    def wire(self, painter: QPainter, x: float, *stretches: tuple[float, float]) -> None:
        painter.setPen(QPen(QColor(self._theme().faint), 1.6))
        for y0, y1 in stretches:
            painter.drawLine(QPointF(x, y0), QPointF(x, y1))

    # ---- hands

    def mousePressEvent(self, event) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self.bench.select(self.key)
            event.accept()

    def keyPressEvent(self, event) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.bench.select(self.key)
        elif key == Qt.Key.Key_Escape:
            self.bench.select("")
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Right):
            self.nudge(self.main, 1)
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Left):
            self.nudge(self.main, -1)
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QGraphicsSceneWheelEvent) -> None:
        self.nudge(self.main, 1 if event.delta() > 0 else -1)
        event.accept()

    def hoverEnterEvent(self, event) -> None:
        self._hovered = True
        self.bench.set_highlight(self.term)
        self.setToolTip(self.describe())
        self.update()

    def hoverLeaveEvent(self, event) -> None:
        self._hovered = False
        self.bench.set_highlight("")
        self.update()

    def focusInEvent(self, event) -> None:
        self.bench.set_highlight(self.term)
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event) -> None:
        if self.bench.highlight == self.term:
            self.bench.set_highlight("")
        self.update()
        super().focusOutEvent(event)


class ClampSource(Part):
    """The pipette's current source: a circle with an arrow."""

    def colour(self) -> str:
        return self._theme().current

    def value_text(self) -> str:
        return f"holding {format_quantity(self.bench.setup.clamp.holding_current, 'pA')}"

    def current_pA(self, status: Status) -> float:
        return status.I_inj_pA

    def symbol(self, painter: QPainter, pen: QPen, theme: Theme) -> None:
        x, mid, h = 30.0, self.rect().height() / 2, self.rect().height()
        self.wire(painter, x, (0, mid - 20), (mid + 20, h))
        painter.setPen(pen)
        painter.setBrush(QColor(theme.ground))
        painter.drawEllipse(QPointF(x, mid), 20, 20)
        painter.drawLine(QPointF(x, mid + 11), QPointF(x, mid - 11))
        painter.drawPolyline([QPointF(x - 5, mid - 4), QPointF(x, mid - 12), QPointF(x + 5, mid - 4)])
        # the pipette that brings it in
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(theme.faint), 1.4))
        painter.drawLine(QPointF(x - 7, 40), QPointF(x - 2, 8))
        painter.drawLine(QPointF(x + 7, 40), QPointF(x + 2, 8))
        value = "" if self.status is None else f"{readable(self.status.I_inj_pA)} pA"
        self.label(painter, "I_inj", [value], x + 24, mid - 12)


class Capacitor(Part):
    """The membrane's two faces."""

    def colour(self) -> str:
        return self._theme().capacitive

    def value_text(self) -> str:
        return format_quantity(self.bench.setup.cell.membrane_capacitance, "pF")

    def current_pA(self, status: Status) -> float:
        return status.I_C_pA

    def symbol(self, painter: QPainter, pen: QPen, theme: Theme) -> None:
        x, mid, h = 26.0, self.rect().height() / 2, self.rect().height()
        self.wire(painter, x, (0, mid - 6), (mid + 6, h))
        painter.setPen(QPen(pen.color(), 3.2, c=Qt.PenCapStyle.FlatCap))
        painter.drawLine(QPointF(x - 17, mid - 6), QPointF(x + 17, mid - 6))
        painter.drawLine(QPointF(x - 17, mid + 6), QPointF(x + 17, mid + 6))
        now = "" if self.status is None else f"{readable(self.status.I_C_pA)} pA"
        self.label(painter, "C_m", [self.value_text(), now], x + 22, mid - 12)


class Resistor(Part):
    """The leak: an IEC box."""

    def colour(self) -> str:
        return self._theme().leak

    def value_text(self) -> str:
        return format_quantity(self.bench.setup.cell.membrane_resistance, "MΩ")

    def current_pA(self, status: Status) -> float:
        return status.I_leak_pA

    def symbol(self, painter: QPainter, pen: QPen, theme: Theme) -> None:
        x, mid, h = 26.0, self.rect().height() * 0.56, self.rect().height()
        self.wire(painter, x, (0, mid - 22), (mid + 22, h))
        painter.setPen(pen)
        painter.setBrush(QColor(theme.ground))
        painter.drawRect(QRectF(x - 8, mid - 22, 16, 44))
        now = "" if self.status is None else f"{readable(self.status.I_leak_pA)} pA"
        self.label(painter, "R_m", [self.value_text(), now], x + 16, mid - 10)


class Battery(Part):
    """E_L, in series with the leak."""

    def colour(self) -> str:
        return self._theme().leak

    def value_text(self) -> str:
        return format_quantity(self.bench.setup.cell.leak_reversal, "mV")

    def current_pA(self, status: Status) -> float:
        return status.I_leak_pA

    def symbol(self, painter: QPainter, pen: QPen, theme: Theme) -> None:
        x, mid, h = 26.0, self.rect().height() * 0.42, self.rect().height()
        self.wire(painter, x, (0, mid - 4), (mid + 4, h))
        battery(painter, x, mid, pen)
        self.label(painter, "E_L", [self.value_text()], x + 20, mid + 1)


def battery(painter: QPainter, x: float, y: float, pen: QPen) -> None:
    """A cell: the long thin plate is positive; drawn positive upwards, the sign of E tells the rest."""
    painter.setPen(QPen(pen.color(), 1.8, c=Qt.PenCapStyle.FlatCap))
    painter.drawLine(QPointF(x - 14, y - 4), QPointF(x + 14, y - 4))
    painter.setPen(QPen(pen.color(), 4.0, c=Qt.PenCapStyle.FlatCap))
    painter.drawLine(QPointF(x - 8, y + 4), QPointF(x + 8, y + 4))


class SpikeSwitch(Part):
    """Closes at threshold, holds V at reset while refractory, and shows the charge that the reset took."""

    flash = 0.0  # 1 at a spike, fading: a switch that closes for microseconds must be seen

    def colour(self) -> str:
        return self._theme().spike

    def value_text(self) -> str:
        cell = self.bench.setup.cell
        if not cell.spiking:
            return "off: the RC circuit alone"
        return f"{format_quantity(cell.threshold, 'mV')} → {format_quantity(cell.reset, 'mV')}"

    def current_pA(self, status: Status) -> float:
        return status.I_switch_pA

    def symbol(self, painter: QPainter, pen: QPen, theme: Theme) -> None:
        cell, status = self.bench.setup.cell, self.status
        x, mid, h = 26.0, self.rect().height() / 2, self.rect().height()
        closed = self.flash > 0.05 or (status is not None and status.refractory)
        if not cell.spiking:
            pen = QPen(QColor(theme.faint), 2.0)
        self.wire(painter, x, (0, mid - 30), (mid + 2, mid + 26), (mid + 34, h))
        battery(painter, x, mid + 30, pen)
        painter.setPen(pen)
        painter.setBrush(pen.color())
        painter.drawEllipse(QPointF(x, mid - 28), 3, 3)
        painter.drawEllipse(QPointF(x, mid), 3, 3)
        painter.drawLine(QPointF(x, mid), QPointF(x if closed else x + 17, mid - 26))
        if closed and cell.spiking:
            glow = QColor(theme.spike)
            glow.setAlpha(round(90 * max(self.flash, 0.35)))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(glow)
            painter.drawEllipse(QPointF(x, mid - 14), 19, 19)
        lines = [format_quantity(cell.threshold, "mV"), f"→ {format_quantity(cell.reset, 'mV')}"] if cell.spiking else ["off"]
        if cell.spiking and closed:
            charge = cell.membrane_capacitance * (cell.threshold - cell.reset) / 1000.0
            lines.append(f"ΔQ {charge:.2f} pC")
            if status is not None and status.refractory and cell.refractory_period > 0:
                lines.append(f"{status.refractory_left_ms:.1f} ms left")
        self.label(painter, "spike", lines, x + 20, mid - 12)
        if status is not None and status.refractory and cell.refractory_period > 0:
            painter.setPen(QPen(QColor(theme.spike), 3))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            share = min(1.0, status.refractory_left_ms / cell.refractory_period)
            painter.drawArc(QRectF(x - 22, mid - 36, 44, 44), 90 * 16, round(share * 360 * 16))


class SynapseBranch(Part):
    """A conductance that opens, in series with its reversal battery."""

    def __init__(self, bench: Bench, index: int, rect: QRectF, theme: Callable[[], Theme]) -> None:
        synapse = bench.setup.synapses[index]
        self.index, self.name = index, synapse.name
        main = "mean" if synapse.kinetics == "noise" else "peak_conductance"
        super().__init__(
            bench, f"circuit.synapse.{synapse.name}", f"Synapse {synapse.name}", f"synaptic.{synapse.name}",
            f"synapses.{synapse.name}.{main}", rect, theme,
        )  # fmt: skip

    def colour(self) -> str:
        colours = self._theme().synapses
        return colours[self.index % len(colours)]

    def value_text(self) -> str:
        synapse = self.bench.setup.synapses[self.index]
        return f"E {format_quantity(synapse.reversal, 'mV')}"

    def current_pA(self, status: Status) -> float:
        return status.I_syn_pA[self.index] if self.index < len(status.I_syn_pA) else 0.0

    def symbol(self, painter: QPainter, pen: QPen, theme: Theme) -> None:
        if self.index >= len(self.bench.setup.synapses):
            return
        x, mid, h = 26.0, self.rect().height() / 2, self.rect().height()
        status = self.status
        g = status.g_nS[self.index] if status is not None and self.index < len(status.g_nS) else 0.0
        opening = min(1.0, g / max(1e-9, float(self.bench.setup.get(self.main))))
        self.wire(painter, x, (0, mid - 58), (mid - 34, mid - 22), (mid + 22, mid + 34), (mid + 42, h))
        painter.setPen(pen)
        painter.setBrush(pen.color())
        painter.drawEllipse(QPointF(x, mid - 58), 2.5, 2.5)
        painter.drawEllipse(QPointF(x, mid - 34), 2.5, 2.5)
        painter.drawLine(QPointF(x, mid - 34), QPointF(x + 15 * (1.0 - opening**0.5), mid - 57))
        fill = QColor(self.colour())
        fill.setAlpha(round(20 + 200 * opening))
        painter.setBrush(QColor(theme.ground))
        painter.drawRect(QRectF(x - 8, mid - 22, 16, 44))
        painter.setBrush(fill)
        painter.drawRect(QRectF(x - 8, mid - 22, 16, 44))
        arrow = QPainterPath(QPointF(x - 16, mid + 18))
        arrow.lineTo(x + 15, mid - 19)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(arrow)
        painter.drawPolyline([QPointF(x + 7, mid - 18), QPointF(x + 15, mid - 19), QPointF(x + 14, mid - 11)])
        battery(painter, x, mid + 38, pen)
        now = [] if status is None else [f"{g:.2f} nS", f"{readable(self.current_pA(status))} pA"]
        name = self.name if len(self.name) <= 7 else self.name[:6] + "…"
        self.label(painter, f"g_{name}", now, x + 17, mid - 10)
        self.label(painter, "", [self.value_text()], x + 17, mid + 26)
