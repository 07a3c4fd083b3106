"""The equation of the circuit, term by term, each linked with its part; and the balance of currents, in numbers."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from lifbench.engine.messages import Status
from lifbench.gui.bench import Bench
from lifbench.gui.circuit.parts import readable
from lifbench.gui.theme import Theme

__all__ = ["EquationStrip"]


class EquationStrip(QWidget):
    """C dV/dt = … with terms that light up with their parts, and Kirchhoff's sum below."""

    def __init__(self, bench: Bench, theme: Theme) -> None:
        super().__init__()
        self._bench, self._theme = bench, theme
        self._equation = QLabel()
        self._equation.setObjectName("circuit.equation")
        self._equation.setTextFormat(Qt.TextFormat.RichText)
        self._equation.setWordWrap(True)
        self._equation.setToolTip("Point at a term to see its part; click it to edit.")
        self._equation.linkHovered.connect(bench.set_highlight)
        self._equation.linkActivated.connect(self._open)
        self._balance = QLabel()
        self._balance.setObjectName("circuit.balance")
        self._balance.setTextFormat(Qt.TextFormat.RichText)
        self._balance.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 2, 8, 4)
        layout.setSpacing(2)
        layout.addWidget(self._equation)
        layout.addWidget(self._balance)
        bench.highlight_changed.connect(lambda _: self._write())
        bench.setup_changed.connect(lambda *_: self._write())
        self._write()

    def apply_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._write()

    def _open(self, term: str) -> None:
        parts = {
            "capacitive": "circuit.capacitor",
            "leak": "circuit.resistor",
            "clamp": "circuit.clamp",
            "spike": "circuit.spike_switch",
        }
        self._bench.select(parts.get(term, f"circuit.synapse.{term.partition('.')[2]}"))

    def _term(self, term: str, colour: str, text: str) -> str:
        lit = self._bench.lights(term)
        back = f"background-color:{self._theme.accent};color:{self._theme.on_accent}" if lit else f"color:{colour}"
        return f'<a href="{term}" style="text-decoration:none;{back}">&nbsp;{text}&nbsp;</a>'

    def _write(self) -> None:
        t = self._theme
        text = self._term("capacitive", t.capacitive, "<i>C</i> d<i>V</i>/d<i>t</i>") + "="
        text += self._term("clamp", t.current, "<i>I</i><sub>inj</sub>")
        text += "−" + self._term("leak", t.leak, "<i>g</i><sub>L</sub>(<i>V</i>−<i>E</i><sub>L</sub>)")
        for index, synapse in enumerate(self._bench.setup.synapses):
            colour = t.synapses[index % len(t.synapses)]
            name = synapse.name[:8]
            V = "<i>V</i>" if synapse.mode == "conductance" else "<i>E</i><sub>L</sub>"
            text += "−" + self._term(
                f"synaptic.{synapse.name}", colour, f"<i>g</i><sub>{name}</sub>(<i>t</i>)({V}−<i>E</i><sub>{name}</sub>)"
            )
        if self._bench.setup.cell.reference is not None:
            text += "−" + self._term("spike", t.spike, "Σ<i>I</i><sub>own</sub>")
        self._equation.setText(text)

    def show_status(self, status: Status) -> None:
        """Kirchhoff's sum at this instant."""
        t = self._theme

        def part(colour: str, name: str, value: float) -> str:
            return f'<span style="color:{colour}"><i>I</i><sub>{name}</sub>&nbsp;{readable(value)}</span>'

        terms = [part(t.capacitive, "C", status.I_C_pA), part(t.leak, "leak", status.I_leak_pA)]
        for index, (synapse, current) in enumerate(zip(self._bench.setup.synapses, status.I_syn_pA, strict=False)):
            terms.append(part(t.synapses[index % len(t.synapses)], synapse.name[:8], current))
        if self._bench.setup.cell.spiking and self._bench.setup.cell.refractory_period > 0:
            terms.append(part(t.spike, "switch", status.I_switch_pA))
        if self._bench.setup.cell.reference is not None:
            terms.append(part(t.spike, "own", status.I_own_pA))
        self._balance.setText(f"{part(t.current, 'inj', status.I_inj_pA)} = {' + '.join(terms)} pA")
