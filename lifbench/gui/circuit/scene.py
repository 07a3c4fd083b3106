"""The schematic: parts between the inside and the outside of the membrane, coloured wires, moving charge."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QLinearGradient, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene

from lifbench.engine.messages import Status
from lifbench.gui.bench import Bench
from lifbench.gui.circuit.charge import Charges, Stretch
from lifbench.gui.circuit.parts import Battery, Capacitor, ClampSource, Part, Resistor, SpikeSwitch, SynapseBranch, readable
from lifbench.gui.theme import Theme
from lifbench.quantities import format_quantity

__all__ = ["CircuitScene", "potential_colour"]

_TOP, _BOTTOM, _LEFT = 34.0, 256.0, 6.0
_WIDTHS = {"clamp": 76.0, "branch": 72.0, "spike": 84.0, "synapse": 76.0}
_LEAST = 404.0  # the whole is spread over this, so that few branches do not huddle


def potential_colour(V: float, theme: Theme) -> QColor:
    """Blue when hyperpolarised, orange towards threshold: lightness rises too, so hue is not the only sign."""
    share = min(1.0, max(0.0, (V + 90.0) / 50.0))
    low, high = QColor(theme.family[0]), QColor(theme.current)
    return QColor(*(round(a + (b - a) * share) for a, b in zip(low.getRgb()[:3], high.getRgb()[:3], strict=True)))


class _Layer(QGraphicsItem):
    """A plain painted layer, transparent to the mouse."""

    def __init__(self, rect: QRectF, paint: Callable[[QPainter], None], z: float) -> None:
        super().__init__()
        self._rect, self._paint = rect, paint
        self.setZValue(z)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def boundingRect(self) -> QRectF:
        return self._rect

    def paint(self, painter: QPainter, option, widget=None) -> None:
        self._paint(painter)


class CircuitScene(QGraphicsScene):
    """Built anew when synapses come or go; otherwise only repainted."""

    def __init__(self, bench: Bench, theme: Theme) -> None:
        super().__init__()
        self.bench = bench
        self.theme = theme
        self.parts: list[Part] = []
        self.charges = Charges()
        self.status: Status | None = None
        self._names: tuple[str, ...] | None = None
        self.nudge: Callable[[str, int], None] = lambda path, steps: None
        self.rebuild()

    def rebuild(self) -> None:
        """Lay the parts out for the present synapses; nothing happens if they are the same."""
        names = tuple(f"{s.kinetics}.{s.name}" for s in self.bench.setup.synapses)
        if names == self._names:
            return
        self._names = names
        self.clear()
        bench, theme = self.bench, lambda: self.theme
        height = _BOTTOM - _TOP
        x = _LEFT

        count = len(bench.setup.synapses)
        total = _WIDTHS["clamp"] + 2 * _WIDTHS["branch"] + _WIDTHS["spike"] + count * _WIDTHS["synapse"]
        spread = max(1.0, _LEAST / total)

        def column(kind: str, top: float = 0.0, part: float = 1.0) -> QRectF:
            return QRectF(x, _TOP + height * top, _WIDTHS[kind] * spread, height * part)

        def cell_part(cls: type[Part], name: str, title: str, term: str, path: str, rect: QRectF) -> Part:
            return cls(bench, f"circuit.{name}", title, term, path, rect, theme)

        parts = [cell_part(ClampSource, "clamp", "Current clamp", "clamp", "clamp.holding_current", column("clamp"))]
        x += _WIDTHS["clamp"] * spread
        parts.append(
            cell_part(Capacitor, "capacitor", "Membrane capacitance", "capacitive", "cell.membrane_capacitance", column("branch"))
        )
        x += _WIDTHS["branch"] * spread
        upper, lower = column("branch", 0, 0.55), column("branch", 0.55, 0.45)
        parts.append(cell_part(Resistor, "resistor", "Membrane resistance", "leak", "cell.membrane_resistance", upper))
        parts.append(cell_part(Battery, "leak_battery", "Resting potential", "leak", "cell.leak_reversal", lower))
        x += _WIDTHS["branch"] * spread
        parts.append(cell_part(SpikeSwitch, "spike_switch", "Spike switch", "spike", "cell.threshold", column("spike")))
        x += _WIDTHS["spike"] * spread
        for index in range(count):
            parts.append(SynapseBranch(bench, index, column("synapse"), theme))
            x += _WIDTHS["synapse"] * spread
        for part in parts:
            part.nudge = lambda path, steps: self.nudge(path, steps)
            self.addItem(part)
        self.parts = parts
        self._width = x
        self._wire_up()
        whole = QRectF(0, 0, x + 4, _BOTTOM + 34)
        self.setSceneRect(whole)
        self._tints = _Layer(whole, self._paint_tints, -2)
        self.addItem(self._tints)
        self._rails = _Layer(whole, self._paint_rails, -1)
        self.addItem(self._rails)
        for item in (*parts, self._rails):
            # only the charge moves at 60 Hz; everything else is a picture until its numbers change
            item.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        self._dots = _Layer(whole, self._paint_dots, -0.5)
        self.addItem(self._dots)

    def _wire_up(self) -> None:
        """Stretches of wire for the moving charge; the rails carry what the branches have not yet taken."""
        self.charges.stretches.clear()
        stretches = self.charges.stretches
        columns = [p for p in self.parts if not isinstance(p, Battery)]
        self._columns = [(p.geometry().center().x(), self._name_of(p)) for p in columns]
        middle = (_TOP + _BOTTOM) / 2
        for x, name in self._columns:
            down = name != "I_inj"  # outward through the membrane; the clamp drives charge in, upwards
            gap = 7.0 if name == "I_C" else 0.0  # no charge crosses between the plates
            for y0, y1 in ((_TOP, middle - gap), (middle + gap, _BOTTOM)):
                a, b = (y0, y1) if down else (y1, y0)
                stretches.append(Stretch(x, a, x, b, name))
        for number, ((x0, _), (x1, _)) in enumerate(zip(self._columns, self._columns[1:], strict=False)):
            stretches.append(Stretch(x0, _TOP, x1, _TOP, f"rail {number}"))
            stretches.append(Stretch(x1, _BOTTOM, x0, _BOTTOM, f"rail {number}"))

    @staticmethod
    def _name_of(part: Part) -> str:
        names = {
            "circuit.clamp": "I_inj",
            "circuit.capacitor": "I_C",
            "circuit.resistor": "I_leak",
            "circuit.spike_switch": "I_switch",
        }
        return names.get(part.key, part.key)

    def currents(self, status: Status) -> dict[str, float]:
        """pA by name of stretch, rails by Kirchhoff's law from what branches off before."""
        out = {
            "I_inj": status.I_inj_pA,
            "I_C": status.I_C_pA,
            "I_leak": status.I_leak_pA,
            "I_switch": status.I_switch_pA + status.I_own_pA,
        }
        for synapse, current in zip(self.bench.setup.synapses, status.I_syn_pA, strict=False):
            out[f"circuit.synapse.{synapse.name}"] = current
        left = out["I_inj"]
        for number, (_, name) in enumerate(self._columns[1:]):
            out[f"rail {number}"] = left
            left -= out.get(name, 0.0)
        return out

    def animate(self, status: Status, seconds: float) -> None:
        """Move the charge; ``seconds`` is 0 when paused."""
        self.status = status
        self.charges.advance(self.currents(status), seconds)
        self._dots.update()

    def refresh(self, status: Status) -> None:
        """Numbers and colours, a few times a second: more could not be read."""
        self.status = status
        for part in self.parts:
            part.show_status(status)
        self._rails.update()

    def repaint_all(self) -> None:
        """Everything anew: another theme, highlight or selection."""
        for part in self.parts:
            part.update()
        self._tints.update()
        self._rails.update()
        self._dots.update()

    # ---- painting

    def _paint_tints(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for part in self.parts:
            part.paint_tint(painter)

    def _paint_rails(self, painter: QPainter) -> None:
        theme = self.theme
        V = self.status.V_mV if self.status is not None else self.bench.setup.cell.leak_reversal
        inside = potential_colour(V, theme)
        x0, x1 = self._columns[0][0], self._columns[-1][0]
        painter.setPen(QPen(inside, 4.0, c=Qt.PenCapStyle.RoundCap))
        painter.drawLine(QLineF(x0, _TOP, x1, _TOP))
        middle = (_TOP + _BOTTOM) / 2
        for x, _ in self._columns:
            painter.setPen(QPen(inside, 2.4))  # down to the part the wire is at V, below it at 0 mV
            painter.drawLine(QLineF(x, _TOP, x, middle))
            painter.setPen(QPen(QColor(theme.faint), 1.6))
            painter.drawLine(QLineF(x, middle, x, _BOTTOM))
        painter.setPen(QPen(QColor(theme.faint), 3.0, c=Qt.PenCapStyle.RoundCap))
        painter.drawLine(QLineF(x0, _BOTTOM, x1, _BOTTOM))
        centre = (x0 + x1) / 2
        painter.drawLine(QLineF(centre, _BOTTOM, centre, _BOTTOM + 8))
        for number, half in enumerate((11.0, 7.0, 3.0)):  # ground: the bath
            y = _BOTTOM + 8 + 4 * number
            painter.drawLine(QLineF(centre - half, y, centre + half, y))
        font = QFont(painter.font())
        larger = theme.base_pt / 10.0
        font.setPixelSize(round(13 * larger))
        painter.setFont(font)
        painter.setPen(QColor(theme.faint))
        painter.drawText(QPointF(x1 - 76 * larger, _BOTTOM + 20), "outside, 0 mV")
        painter.setPen(QColor(theme.text))
        painter.drawText(QPointF(x0, _TOP - 12), "inside")
        font.setBold(True)
        font.setPixelSize(round(16 * larger))
        painter.setFont(font)
        painter.setPen(QColor(theme.potential))
        painter.drawText(QPointF(x0 + 56 * larger, _TOP - 11), f"V = {readable(V)} mV")
        font.setBold(False)
        font.setPixelSize(round(11 * larger))
        painter.setFont(font)
        painter.setPen(QColor(theme.faint))
        painter.drawText(QPointF(6, _BOTTOM + 16), f"charge, full speed: {format_quantity(self.charges.full_scale_pA, 'pA')}")
        # what the colour of the wire says
        left = x0 + 210.0 * larger
        if left + 112 <= self._width:
            gradient = QLinearGradient(left, 0, left + 76, 0)
            gradient.setColorAt(0, potential_colour(-90, theme))
            gradient.setColorAt(1, potential_colour(-40, theme))
            painter.fillRect(QRectF(left, _TOP - 20, 76, 6), gradient)
            painter.drawText(QPointF(left, _TOP - 25), "−90")
            painter.drawText(QPointF(left + 40, _TOP - 25), "−40 mV")

    def _paint_dots(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        dots = QPolygonF([QPointF(x, y) for x, y in self.charges.positions()])
        painter.setPen(QPen(QColor(self.theme.accent), 6.0, c=Qt.PenCapStyle.RoundCap))
        painter.drawPoints(dots)
