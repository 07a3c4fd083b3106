"""The cell: a leaky integrate-and-fire neuron, its seed, the passive RC circuit (``spiking=False``), or a reference cell."""

from __future__ import annotations

from dataclasses import dataclass

from lifbench.model.reference_cells import REFERENCE_CELLS, ReferenceCell
from lifbench.parameters import Declared, choice, flag, parameters_of, quantity
from lifbench.quantities import LifbenchError, format_quantity

__all__ = ["CELL_MODELS", "Cell"]

CELL_MODELS = ("lif", *REFERENCE_CELLS)
_FREE = ("model", "initial_potential")  # what a reference cell leaves open


@dataclass(frozen=True)
class Cell(Declared):
    """C dV/dt = I − g_L (V − E_L) − Σ g_k (V − E_k); at V = V_th a spike, then V = V_reset for t_ref.

    Units: mV, ms, pF, MΩ (and nS for `leak_conductance`). Raises LifbenchError for values the equation
    has no meaning for (Lapicque 1907; Gerstner & Kistler 2002, section 4.1).

    With another ``model`` the cell is one of `REFERENCE_CELLS`: its parameters are fixed, and the fields here show them
    (``threshold`` is then the level at which a spike is counted).
    """

    model: str = choice("lif", CELL_MODELS, "", "Which neuron: the leaky integrate-and-fire cell, or a reference cell")
    membrane_resistance: float = quantity(
        100.0, "MΩ", "R_m", "How hard it is for current to leak through the membrane: R = 1 / g_L",
        hard=(1e-3, 1e6), soft=(10, 1000), log=True, term="leak", above_zero=True,
    )  # fmt: skip
    membrane_capacitance: float = quantity(
        200.0, "pF", "C_m", "How much charge the membrane holds per millivolt: Q = C V",
        hard=(0.1, 1e5), soft=(20, 1000), log=True, term="capacitive", above_zero=True,
    )  # fmt: skip
    leak_reversal: float = quantity(
        -70.0, "mV", "E_L", "The resting potential: where the leak current is zero",
        hard=(-1000, 1000), soft=(-90, -40), term="leak",
    )  # fmt: skip
    threshold: float = quantity(
        -50.0, "mV", "V_th", "A spike is fired when V reaches this value", hard=(-1000, 1000), soft=(-65, -20), term="spike"
    )
    reset: float = quantity(
        -65.0, "mV", "V_reset", "V is set to this value by a spike", hard=(-1000, 1000), soft=(-90, -50), term="spike"
    )
    refractory_period: float = quantity(
        2.0, "ms", "t_ref", "For this long after a spike V is held at V_reset", hard=(0, 1e5), soft=(0, 20), term="spike"
    )
    spiking: bool = flag(True, "", "Whether there is a threshold at all; without it the cell is the RC circuit alone", term="spike")
    initial_potential: float | None = quantity(
        None, "mV", "V(0)", "The potential at t = 0; the resting potential unless said otherwise",
        hard=(-1000, 1000), soft=(-90, -50), optional=True,
    )  # fmt: skip

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.reference is not None:
            for name, value in _shown(self.reference).items():
                object.__setattr__(self, name, value)
            return
        if not self.spiking:
            return
        if self.reset >= self.threshold:
            raise LifbenchError(
                f"the threshold, {format_quantity(self.threshold, 'mV')}, must lie above the reset, "
                f"{format_quantity(self.reset, 'mV')}",
                "threshold",
            )
        if self.start_potential >= self.threshold:
            key = "leak_reversal" if self.initial_potential is None else "initial_potential"
            raise LifbenchError(
                f"the cell would start at {format_quantity(self.start_potential, 'mV')}, which must lie below the "
                f"threshold, {format_quantity(self.threshold, 'mV')}",
                key,
            )

    @property
    def reference(self) -> ReferenceCell | None:
        """The reference cell this is, or None for the LIF cell."""
        return REFERENCE_CELLS.get(self.model)

    @property
    def fixed(self) -> frozenset[str]:
        """Names of the parameters that the model fixes: all but its choice and the start, for a reference cell."""
        return frozenset() if self.reference is None else frozenset(parameters_of(Cell)) - set(_FREE)

    def start(self, V: float | None = None) -> tuple[float, ...]:
        """(V, further variables) at the start of a sweep, or settled to a potential V in mV."""
        if V is None:
            V = self.initial_potential
        if self.reference is not None:
            return self.reference.start(V)
        return (self.leak_reversal if V is None else V,)

    @property
    def leak_conductance(self) -> float:
        """g_L in nS."""
        return 1000.0 / self.membrane_resistance

    @property
    def time_constant(self) -> float:
        """τ_m = R C in ms."""
        return self.membrane_capacitance * self.membrane_resistance / 1000.0

    @property
    def rheobase(self) -> float:
        """Least steady current that reaches threshold, g_L (V_th − E_L), in pA (Lapicque 1907)."""
        return self.leak_conductance * (self.threshold - self.leak_reversal)

    @property
    def start_potential(self) -> float:
        """V(0) in mV."""
        return self.start()[0]


def _shown(cell: ReferenceCell) -> dict[str, float | bool]:
    """The LIF parameters of a reference cell, as far as it has them."""
    return {
        "membrane_resistance": 1000.0 / cell.leak_conductance,
        "membrane_capacitance": cell.capacitance,
        "leak_reversal": cell.leak_reversal,
        "threshold": cell.spike_level,
        "reset": cell.leak_reversal if cell.reset is None else cell.reset,
        "refractory_period": 0.0,
        "spiking": True,
    }
