"""Derive it: from the circuit to the equation, one step at a time, each lighting its part, with today's numbers in it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from lifbench.engine.messages import Status
from lifbench.gui.bench import Bench
from lifbench.gui.circuit.parts import readable
from lifbench.gui.theme import Theme
from lifbench.model.setup import Setup
from lifbench.quantities import format_quantity

__all__ = ["STEPS", "DerivationDialog"]

# (title, terms lit, formula, text, today's numbers)
STEPS: tuple[tuple[str, str, str, str, Callable[[Setup, Status], str]], ...] = (
    (
        "The current has two ways out",
        "clamp leak capacitive",
        "I = I<sub>R</sub> + I<sub>C</sub>",
        "What the pipette brings in can leak out through the membrane's channels, or stay and charge the membrane. "
        "Charge does not get lost: the two add up (Kirchhoff).",
        lambda s, t: f"{readable(t.I_inj_pA)} pA = {readable(t.I_leak_pA)} pA + {readable(t.I_C_pA)} pA (+ synapses and switch)",
    ),
    (
        "The leak obeys Ohm",
        "leak",
        "I<sub>R</sub> = (V − E<sub>L</sub>) / R",
        "The further V is from rest, the more leaks. At rest nothing leaks: the battery E<sub>L</sub> holds V there.",
        lambda s, t: (
            f"({readable(t.V_mV)} − ({readable(s.cell.leak_reversal)})) mV / {format_quantity(s.cell.membrane_resistance, 'MΩ')}"
            f" = {readable(t.I_leak_pA)} pA"
        ),
    ),
    (
        "The membrane stores charge",
        "capacitive",
        "Q = C V",
        "Two conductors with a thin wall between them: to raise V, charge must be put there first.",
        lambda s, t: (
            f"{format_quantity(s.cell.membrane_capacitance, 'pF')}: one more millivolt takes "
            f"{s.cell.membrane_capacitance / 1000:.3g} pC"
        ),
    ),
    (
        "So the capacitor's current is a rate",
        "capacitive",
        "I<sub>C</sub> = C dV/dt",
        "Differentiate Q = C V. V cannot jump; it moves as fast as charge arrives.",
        lambda s, t: (
            f"dV/dt = {readable(t.I_C_pA)} pA / {format_quantity(s.cell.membrane_capacitance, 'pF')} = "
            f"{t.I_C_pA / s.cell.membrane_capacitance:.3f} mV/ms"
        ),
    ),
    (
        "Put together, times R",
        "clamp leak capacitive",
        "τ dV/dt = −(V − E<sub>L</sub>) + R I,   τ = R C",
        "V runs towards E<sub>L</sub> + R I and covers 63 % of what is left in every τ.",
        lambda s, t: (
            f"τ = {format_quantity(s.cell.membrane_resistance, 'MΩ')} × {format_quantity(s.cell.membrane_capacitance, 'pF')} = "
            f"{format_quantity(s.cell.time_constant, 'ms')}; now it runs towards "
            f"{readable(s.cell.leak_reversal + s.cell.membrane_resistance * t.I_inj_pA / 1000)} mV"
        ),
    ),
    (
        "Threshold and reset",
        "spike",
        "V = V<sub>th</sub>:  spike,  V → V<sub>reset</sub> for t<sub>ref</sub>",
        "The equation itself never fires. Integrate-and-fire adds the rule: at threshold a spike is noted and V is taken back. "
        "What the spike looks like is left out.",
        lambda s, t: (
            f"rheobase (V<sub>th</sub> − E<sub>L</sub>)/R = {format_quantity(s.cell.rheobase, 'pA')}; "
            f"each reset takes C ΔV = {s.cell.membrane_capacitance * (s.cell.threshold - s.cell.reset) / 1000:.3g} pC"
        ),
    ),
    (
        "A synapse is one more way out",
        "synaptic",
        "C dV/dt = I − g<sub>L</sub>(V − E<sub>L</sub>) − g(t)(V − E)",
        "An open synapse is a conductance beside the leak. It pulls V towards its own E, and while it is open "
        "the membrane is leakier and faster: τ = C/(g<sub>L</sub> + g).",
        lambda s, t: (
            f"g<sub>L</sub> = {format_quantity(s.cell.leak_conductance, 'nS')}, Σg = {sum(t.g_nS):.2f} nS, "
            f"τ now {s.cell.membrane_capacitance / (s.cell.leak_conductance + sum(t.g_nS)):.2f} ms"
        ),
    ),
    (
        "Where it comes from",
        "",
        "Lapicque, 1907",
        "Louis Lapicque measured how strong a shock must be, and how long, to make a frog's nerve fire, and explained it with a "
        "leaky capacitor that is discharged at a threshold; the rheobase and the chronaxie are his words. The name "
        "“integrate-and-fire” came decades later. See Brunel & van Rossum 2007 (Biological Cybernetics), and Abbott 1999 (Brain Research "
        "Bulletin), who retrace it.",
        lambda s, t: f"today's chronaxie, τ ln 2: {s.cell.time_constant * 0.693147:.3g} ms",
    ),
)


class DerivationDialog(QDialog):
    """Stays open beside the running bench."""

    def __init__(self, bench: Bench, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Derive it")
        self.setObjectName("circuit.derivation")
        self.setMinimumWidth(430)
        self._bench, self._theme, self._step = bench, theme, 0
        self._status: Status | None = bench.status
        self._title, self._formula, self._text, self._numbers = (QLabel() for _ in range(4))
        self._title.setObjectName("card.title")
        self._numbers.setObjectName("live")
        layout = QVBoxLayout(self)
        layout.setSpacing(10)
        for label in (self._title, self._formula, self._text, self._numbers):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.RichText)
            layout.addWidget(label)
        self._text.setMinimumHeight(80)
        self._back = QPushButton("← Back")
        self._next = QPushButton("Next →")
        self._next.setDefault(True)
        self._back.clicked.connect(lambda: self.go(self._step - 1))
        self._next.clicked.connect(lambda: self.go(self._step + 1))
        self._count = QLabel()
        row = QHBoxLayout()
        row.addWidget(self._back)
        row.addWidget(self._count, 1, Qt.AlignmentFlag.AlignCenter)
        row.addWidget(self._next)
        layout.addStretch(1)
        layout.addLayout(row)
        for key, step in ((Qt.Key.Key_Left, -1), (Qt.Key.Key_PageUp, -1), (Qt.Key.Key_Right, 1), (Qt.Key.Key_PageDown, 1)):
            # shortcuts: a button would take the arrow keys for its own
            QShortcut(QKeySequence(key), self, lambda s=step: self.go(self._step + s))
        self.apply_theme(theme)
        self.go(0)

    def apply_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._formula.setStyleSheet(f"font-size: {theme.base_pt * 1.6:.0f}pt; color: {theme.accent};")

    def go(self, step: int) -> None:
        """Show a step (from 0)."""
        self._step = min(max(step, 0), len(STEPS) - 1)
        title, term, formula, text, _ = STEPS[self._step]
        self._title.setText(f"<b>{title}</b>")
        self._formula.setText(formula)
        self._text.setText(text)
        self._count.setText(f"{self._step + 1} / {len(STEPS)}")
        self._back.setEnabled(self._step > 0)
        self._next.setEnabled(self._step < len(STEPS) - 1)
        if term == "synaptic" and self._bench.setup.synapses:
            term = f"synaptic.{self._bench.setup.synapses[0].name}"
        self._bench.set_highlight(term)
        self._write()
        self._next.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_status(self, status: Status) -> None:
        self._status = status
        self._write()

    def _write(self) -> None:
        if self._status is not None:
            self._numbers.setText(STEPS[self._step][4](self._bench.setup, self._status))

    def hideEvent(self, event) -> None:
        self._bench.set_highlight("")
        super().hideEvent(event)
