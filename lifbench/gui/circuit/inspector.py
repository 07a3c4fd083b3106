"""The card of the part that was clicked: its parameters, its term, its current now."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from lifbench.gui.bench import Bench
from lifbench.gui.form_area import FormArea
from lifbench.gui.parameter_form import ParameterForm, nudged
from lifbench.model.cell import Cell
from lifbench.model.clamp import Clamp
from lifbench.parameters import Parameter, parameters_of
from lifbench.quantities import LifbenchError

__all__ = ["Inspector", "parameters_of_part"]

_CELL_PARTS = {
    "circuit.capacitor": ("Membrane capacitance", "I_C = C dV/dt", ("membrane_capacitance",)),
    "circuit.resistor": ("Membrane resistance", "I_leak = (V − E_L)/R", ("membrane_resistance",)),
    "circuit.leak_battery": ("Resting potential", "I_leak = (V − E_L)/R", ("leak_reversal", "initial_potential")),
    "circuit.spike_switch": (
        "Spike and reset",
        "V = V_th → V_reset for t_ref",
        ("threshold", "reset", "refractory_period", "spiking"),
    ),
}


def parameters_of_part(bench: Bench, key: str) -> tuple[str, str, list[tuple[str, Parameter]]]:
    """(title, term in words, [(path, Parameter)]) of a circuit part; an empty list if it is gone."""
    if key in _CELL_PARTS:
        title, term, names = _CELL_PARTS[key]
        declared = parameters_of(Cell)
        return title, term, [(f"cell.{name}", declared[name]) for name in names]
    if key == "circuit.clamp":
        return "Current clamp", "I_inj, positive depolarises", [("clamp.holding_current", parameters_of(Clamp)["holding_current"])]
    name = key.removeprefix("circuit.synapse.")
    for synapse in bench.setup.synapses:
        if synapse.name == name:
            term = "I = g(t) (V − E)" if synapse.mode == "conductance" else "I = g(t) (E_L − E): the linear twin"
            shown = {
                n: p for n, p in parameters_of(type(synapse)).items() if p.kind in ("quantity", "choice") or n == "spike_times"
            }
            return (
                f"Synapse {name}, {synapse.kinetics.replace('_', ' ')}",
                term,
                [(f"synapses.{name}.{n}", p) for n, p in shown.items()],
            )
    return "", "", []


class Inspector(QFrame):
    """Opens for `Bench.selection`; Esc or × closes it."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self.setObjectName("circuit.inspector")
        self._bench = bench
        self._built = ""
        self._room = 104
        self._title = QLabel()
        self._title.setObjectName("card.title")
        self._term = QLabel()
        self._term.setObjectName("faint")
        self._range = QLabel()
        self._range.setObjectName("faint")
        self._range.setToolTip("What may be typed; the slider offers what is usual")
        close = QToolButton()
        close.setText("×")
        close.setAutoRaise(True)
        close.setAccessibleName("Close the card")
        close.clicked.connect(lambda: bench.select(""))
        top = QHBoxLayout()
        top.addWidget(self._title)
        top.addWidget(self._term, 1)
        top.addWidget(self._range)
        top.addWidget(close)
        self._area = FormArea()
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 4, 6, 6)
        layout.setSpacing(2)
        layout.addLayout(top)
        layout.addWidget(self._area)
        bench.selection_changed.connect(self._show)
        bench.setup_changed.connect(self._follow)
        self.hide()

    def _follow(self, setup: object, path: str) -> None:
        if self._bench.selection and (not path.startswith("cell.") or path == "cell.model"):
            self._show(self._bench.selection)

    def _show(self, key: str) -> None:
        title, term, entries = parameters_of_part(self._bench, key) if key else ("", "", [])
        if not entries:
            self.hide()
            self._built = ""
            if key:
                self._bench.select("")
            return
        signature = f"{key}|{','.join(path for path, _ in entries)}"
        self._title.setText(title)
        self._term.setText(term)
        if signature != self._built:
            self._built = signature
            form = ParameterForm(self._bench, entries)
            form.entered.connect(self._tell_range)
            self._range.setText("")
            if len(entries) == 1:
                self._tell_range(entries[0][1])
            self._area.put(form)
            self._fit()
        cell = self._bench.setup.cell
        fixed = {path for path, _ in entries} <= {f"cell.{name}" for name in cell.fixed}
        if fixed:
            self._term.setText(f"fixed in the {cell.model} cell")
        self._area.widget().setEnabled(not fixed)
        self.show()

    def _tell_range(self, parameter: Parameter) -> None:
        self._range.setText(f"{parameter.symbol.replace('_', '')}: {parameter.range_text}")

    def set_room(self, height: int) -> None:
        """How much of the panel's height a long card may take: on a small screen the circuit needs it more."""
        self._room = max(104, height)
        self._fit()

    def _fit(self) -> None:
        form = self._area.widget()
        if form is not None:
            whole = form.sizeHint().height() + 4
            self._area.setMinimumHeight(min(whole, 104))
            self._area.setMaximumHeight(min(whole, self._room))

    def focus_first(self) -> None:
        """Put the keyboard into the first field."""
        form = self._area.widget()
        if form is not None:
            form.findChild(QWidget, self._built.partition("|")[2].split(",")[0]).setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._bench.select("")
        else:
            super().keyPressEvent(event)


def nudge(bench: Bench, path: str, steps: int) -> None:
    """Change a parameter by some steps of its own size (wheel, arrow keys on a part)."""
    for key in ("circuit.clamp", *_CELL_PARTS, *(f"circuit.synapse.{s.name}" for s in bench.setup.synapses)):
        for candidate, parameter in parameters_of_part(bench, key)[2]:
            if candidate == path:
                value = nudged(parameter, float(bench.setup.get(path) or 0.0), steps)
                low, high = parameter.hard
                try:
                    bench.change(path, parameter.check(min(max(value, low), high)))
                except LifbenchError as error:
                    bench.refused.emit(str(error))
                return
