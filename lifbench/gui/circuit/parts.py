"""The parts of the circuit, one class each: IEC symbols, value and live current beside them, clickable, keyboard-reachable.

A part is a QGraphicsWidget (Tab moves only between those) that fills its branch's column; scene px, y downwards.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen
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
        if self.hasFocus() or self._hovered:
            painter.setPen(QPen(QColor(theme.accent), 1.6 if self.hasFocus() else 0.8, Qt.PenStyle.DotLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, 7, 7)
        self.symbol(painter, QPen(QColor(self.colour()), 2.2, c=Qt.PenCapStyle.RoundCap), theme)

    def symbol(self, painter: QPainter, pen: QPen, theme: Theme) -> None:
        """Draw the symbol in item coordinates."""

    def badge(self, painter: QPainter, y: float, text: str, *, symbol: bool = False, colour: str = "") -> None:
        """Text on the wire, centred at height y, like the window of a meter: the wire does not run through the letters."""
        if not text:
            return
        theme, x = self._theme(), self.rect().width() / 2
        font = QFont(painter.font())
        font.setItalic(symbol)
        larger = theme.base_pt / 10.0  # on the projector
        font.setPixelSize(round(larger * (15 if symbol else 12)))
        painter.setFont(font)
        head, _, tail = text.partition("_") if symbol else (text, "", "")
        width = painter.fontMetrics().horizontalAdvance(head) + painter.fontMetrics().horizontalAdvance(tail) * 0.72 + 4
        painter.fillRect(QRectF(x - width / 2 - 1, y - 8, width + 2, 17), self._ground())
        painter.setPen(QColor(colour or (self.colour() if symbol else theme.text)))
        if symbol:
            draw_symbol(painter, x - width / 2 + 1, y + 5, text, 15 * larger)
        else:
            painter.drawText(QRectF(x - width / 2 - 6, y - 9, width + 12, 18), Qt.AlignmentFlag.AlignCenter, text)

    def _ground(self) -> QColor:
        """What lies behind the part: the ground, tinted when the part is lit or selected."""
        theme = self._theme()
        share = self._tint()
        mixed = (
            round(share * a + (1 - share) * b)
            for a, b in zip(QColor(theme.accent).getRgb(), QColor(theme.ground).getRgb(), strict=True)
        )
        return QColor(*list(mixed)[:3])

    def paint_tint(self, painter: QPainter) -> None:
        """The ground of a lit or selected part, in scene coordinates: under the wires and the charge that moves on them."""
        if self._tint():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._ground())
            painter.drawRoundedRect(self.geometry().adjusted(2, 2, -2, -2), 7, 7)

    def _tint(self) -> float:
        return 0.18 if self.bench.lights(self.term) else 0.12 if self.bench.selection == self.key else 0.0

    def now(self) -> str:
        """The current now, for the part's meter."""
        return "" if self.status is None else f"{readable(self.current_pA(self.status))} pA"

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
        x, mid = self.rect().width() / 2, self.rect().height() / 2
        painter.setPen(pen)
        painter.setBrush(self._ground())
        painter.drawEllipse(QPointF(x, mid), 20, 20)
        painter.drawLine(QPointF(x, mid + 11), QPointF(x, mid - 11))
        painter.drawPolyline([QPointF(x - 5, mid - 4), QPointF(x, mid - 12), QPointF(x + 5, mid - 4)])
        # the pipette that brings it in
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(theme.faint), 1.4))
        painter.drawLine(QPointF(x - 8, 40), QPointF(x - 2, 6))
        painter.drawLine(QPointF(x + 8, 40), QPointF(x + 2, 6))
        self.badge(painter, mid - 36, "I_inj", symbol=True)
        self.badge(painter, mid + 34, self.now())


class Capacitor(Part):
    """The membrane's two faces."""

    def colour(self) -> str:
        return self._theme().capacitive

    def value_text(self) -> str:
        return format_quantity(self.bench.setup.cell.membrane_capacitance, "pF")

    def current_pA(self, status: Status) -> float:
        return status.I_C_pA

    def symbol(self, painter: QPainter, pen: QPen, theme: Theme) -> None:
        x, mid = self.rect().width() / 2, self.rect().height() / 2
        painter.fillRect(QRectF(x - 17, mid - 6, 34, 12), self._ground())
        painter.setPen(QPen(pen.color(), 3.2, c=Qt.PenCapStyle.FlatCap))
        painter.drawLine(QPointF(x - 17, mid - 6), QPointF(x + 17, mid - 6))
        painter.drawLine(QPointF(x - 17, mid + 6), QPointF(x + 17, mid + 6))
        self.badge(painter, mid - 40, "C_m", symbol=True)
        self.badge(painter, mid - 23, self.value_text())
        self.badge(painter, mid + 34, self.now())


class Resistor(Part):
    """The leak: an IEC box."""

    def colour(self) -> str:
        return self._theme().leak

    def value_text(self) -> str:
        return format_quantity(self.bench.setup.cell.membrane_resistance, "MΩ")

    def current_pA(self, status: Status) -> float:
        return status.I_leak_pA

    def symbol(self, painter: QPainter, pen: QPen, theme: Theme) -> None:
        x = self.rect().width() / 2
        painter.setPen(pen)
        painter.setBrush(self._ground())
        painter.drawRect(QRectF(x - 9, 46, 18, 44))
        self.badge(painter, 16, "R_m", symbol=True)
        self.badge(painter, 33, self.value_text())
        self.badge(painter, 106, self.now())


class Battery(Part):
    """E_L, in series with the leak."""

    def colour(self) -> str:
        return self._theme().leak

    def value_text(self) -> str:
        return format_quantity(self.bench.setup.cell.leak_reversal, "mV")

    def current_pA(self, status: Status) -> float:
        return status.I_leak_pA

    def symbol(self, painter: QPainter, pen: QPen, theme: Theme) -> None:
        x = self.rect().width() / 2
        painter.fillRect(QRectF(x - 3, 28, 6, 8), self._ground())
        battery(painter, x, 32, pen)
        self.badge(painter, 12, "E_L", symbol=True)
        self.badge(painter, 54, self.value_text())


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
        if cell.reference is not None:
            return f"{cell.reference.title}: {', '.join(c.name for c in cell.reference.channels)}"
        if not cell.spiking:
            return "off: the RC circuit alone"
        return f"{format_quantity(cell.threshold, 'mV')} → {format_quantity(cell.reset, 'mV')}"

    def current_pA(self, status: Status) -> float:
        return status.I_switch_pA + status.I_own_pA

    def symbol(self, painter: QPainter, pen: QPen, theme: Theme) -> None:
        cell, status = self.bench.setup.cell, self.status
        x, top = self.rect().width() / 2, 58.0
        if cell.reference is not None:
            self._own_channels(painter, pen, x)
            return
        held = status is not None and status.refractory
        closed = cell.spiking and (self.flash > 0.05 or held)
        if not cell.spiking:
            pen = QPen(QColor(theme.faint), 2.0)
        painter.fillRect(QRectF(x - 4, top, 8, 28), self._ground())
        painter.fillRect(QRectF(x - 3, 104, 6, 8), self._ground())
        battery(painter, x, 108, pen)
        if closed:
            glow = QColor(theme.spike)
            glow.setAlpha(round(90 * max(self.flash, 0.35)))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(glow)
            painter.drawEllipse(QPointF(x, top + 14), 20, 20)
        painter.setPen(pen)
        painter.setBrush(pen.color())
        painter.drawEllipse(QPointF(x, top), 3, 3)
        painter.drawEllipse(QPointF(x, top + 28), 3, 3)
        painter.drawLine(QPointF(x, top + 28), QPointF(x if closed else x + 18, top + 2))
        if held and cell.refractory_period > 0:
            painter.setPen(QPen(QColor(theme.spike), 3))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            share = min(1.0, status.refractory_left_ms / cell.refractory_period)
            painter.drawArc(QRectF(x - 22, top - 8, 44, 44), 90 * 16, round(share * 360 * 16))
        self.badge(painter, 16, "spike", symbol=True)
        if not cell.spiking:
            self.badge(painter, 34, "off")
            return
        self.badge(painter, 34, f"at {format_quantity(cell.threshold, 'mV')}")
        self.badge(painter, 128, f"to {format_quantity(cell.reset, 'mV')}")
        self.badge(painter, 148, self.now())
        if closed:
            charge = cell.membrane_capacitance * (cell.threshold - cell.reset) / 1000.0
            self.badge(painter, 168, f"ΔQ {charge:.2f} pC", colour=theme.spike)
        if held and cell.refractory_period > 0:
            self.badge(painter, 186, f"{status.refractory_left_ms:.1f} ms left", colour=theme.spike)

    def _own_channels(self, painter: QPainter, pen: QPen, x: float) -> None:
        """A reference cell has channels of its own in place of a switch."""
        painter.setPen(pen)
        painter.setBrush(self._ground())
        painter.drawRoundedRect(QRectF(x - 26, 52, 52, 66), 6, 6)
        self.badge(painter, 16, "own", symbol=True)
        self.badge(painter, 34, "channels")
        for row, channel in enumerate(self.bench.setup.cell.reference.channels):
            self.badge(painter, 66 + 17 * row, channel.name)
        self.badge(painter, 148, self.now())


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
        x, top, status = self.rect().width() / 2, 46.0, self.status
        g = status.g_nS[self.index] if status is not None and self.index < len(status.g_nS) else 0.0
        opening = min(1.0, g / max(1e-9, float(self.bench.setup.get(self.main))))
        painter.fillRect(QRectF(x - 4, top, 8, 20), self._ground())
        painter.fillRect(QRectF(x - 3, 130, 6, 8), self._ground())
        painter.setPen(pen)
        painter.setBrush(pen.color())
        painter.drawEllipse(QPointF(x, top), 2.5, 2.5)
        painter.drawEllipse(QPointF(x, top + 20), 2.5, 2.5)
        painter.drawLine(QPointF(x, top + 20), QPointF(x + 14 * (1.0 - opening**0.5), top + 1))
        fill = QColor(self.colour())
        fill.setAlpha(round(20 + 200 * opening))
        painter.setBrush(self._ground())
        painter.drawRect(QRectF(x - 9, 74, 18, 40))
        painter.setBrush(fill)
        painter.drawRect(QRectF(x - 9, 74, 18, 40))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawLine(QPointF(x - 17, 110), QPointF(x + 16, 78))
        painter.drawPolyline([QPointF(x + 8, 79), QPointF(x + 16, 78), QPointF(x + 15, 86)])
        battery(painter, x, 134, pen)
        name = self.name if len(self.name) <= 7 else self.name[:6] + "…"
        self.badge(painter, 14, f"g_{name}", symbol=True)
        self.badge(painter, 31, f"{g:.2f} nS" if g < 1000 else f"{g:.0f} nS")
        self.badge(painter, 154, self.value_text())
        self.badge(painter, 174, self.now())
