"""Reference cells: published neurons with fixed parameters, to hold the LIF cell against.

Each obeys C dV/dt = I_inj − g_L (V − E_L) − Σ I_own − Σ I_syn with currents I_own of its own. Units as everywhere: mV,
ms, pA, pF, nS. Conductance-based cells start at rest and have no reset: their spike is V crossing −20 mV upwards. The
integrate-and-fire relatives (AdEx, ringing GIF) start at E_L with no adaptation current and are reset.

Sources: Pospischil et al. 2008, Biol Cybern 99:427 (regular spiking; ModelDB 123623); Wang & Buzsáki 1996, J Neurosci
16:6402; Hodgkin & Huxley 1952, J Physiol 117:500, with V as an absolute potential and rest near −65 mV; Brette &
Gerstner 2005, J Neurophysiol 94:3637, with the parameters of Naud et al. 2008, Biol Cybern 99:335; Richardson, Brunel &
Hakim 2003, J Neurophysiol 89:2538 (linear generalised integrate-and-fire).
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["REFERENCE_CELLS", "Channel", "ReferenceCell"]

_RATES_TO = 150.0  # mV either side of zero: beyond, gating rates stay as they are there (no neuron gets so far)

Floats = NDArray[np.float64]
State = tuple[float, ...]  # (V, further variables)
Derivative = Callable[[Sequence[float], float, float], list[float]]


@dataclass(frozen=True)
class Channel:
    """A current of the cell's own: its name in a recording (``I_NAME_pA``), and whether ``g_NAME_nS`` stands beside it."""

    name: str
    conductance: bool


@dataclass(frozen=True)
class ReferenceCell(ABC):
    """A neuron with fixed parameters.

    Attributes
    ----------
    name, title, source : str
    capacitance, leak_conductance, leak_reversal : float
        pF, nS, mV.
    spike_level : float
        A spike is V reaching this from below, mV.
    reset : float or None
        Where V goes at a spike, mV; None for cells that come back by themselves.
    jump : tuple of float
        What a spike adds to the variables beside V.
    typical_current : float
        A step that shows what the cell is known for, pA.
    """

    name: str
    title: str
    source: str
    capacitance: float
    leak_conductance: float
    leak_reversal: float
    spike_level: float = -20.0
    reset: float | None = None
    jump: tuple[float, ...] = ()
    typical_current: float = 0.0

    @property
    @abstractmethod
    def channels(self) -> tuple[Channel, ...]:
        """The cell's own currents."""

    @property
    @abstractmethod
    def tolerances(self) -> tuple[float, ...]:
        """What one integration step may err by, in V (mV) and each further variable."""

    @abstractmethod
    def derivative(self) -> Derivative:
        """f(state, I, G) -> d state/dt, where I (pA) and G (nS) are what clamp and synapses add: C V' = I − G V − ….

        State is (V, further variables…).
        """

    @abstractmethod
    def currents(self, state: Floats) -> list[tuple[Floats | None, Floats]]:
        """(g in nS or None, I in pA, positive outward) of each of `channels`, for states (variables, n)."""

    @abstractmethod
    def start(self, V: float | None = None) -> State:
        """The state in which a sweep begins: at rest, or held at V (mV) for ever."""


# ---- conductance-based cells

# Gates in the order of the state: (opening rate α, closing rate β) in 1/ms.
Gate = Callable[[float], tuple[float, float]]


def _linoid(x: float, k: float) -> float:
    """x / (1 − e^{−x/k}), without dividing by zero at x = 0."""
    z = x / k
    return k * (1.0 + 0.5 * z) if abs(z) < 1e-7 else x / -math.expm1(-z)


@dataclass(frozen=True)
class ConductanceCell(ReferenceCell):
    """Sodium m³h (m instantaneous where ``m_instant``), potassium n⁴, and where there is one a slow potassium current M."""

    sodium: tuple[float, float] = (0.0, 50.0)  # nS, mV
    potassium: tuple[float, float] = (0.0, -90.0)
    slow_potassium: float = 0.0  # nS; reverses with the potassium
    gates: dict[str, Gate] = field(default_factory=dict)
    m_instant: Callable[[Any, Any], Any] | None = None  # m∞(V, exp)

    @property
    def channels(self) -> tuple[Channel, ...]:
        names = ("Na", "K", "M") if self.slow_potassium else ("Na", "K")
        return tuple(Channel(name, True) for name in names)

    @property
    def tolerances(self) -> tuple[float, ...]:
        return (1e-6, *(1e-8 for _ in self.gates))

    def derivative(self) -> Derivative:
        (gNa, ENa), (gK, EK), gM = self.sodium, self.potassium, self.slow_potassium
        C, gL, EL = self.capacitance, self.leak_conductance, self.leak_reversal
        gates, m_instant, exp = tuple(self.gates.values()), self.m_instant, math.exp
        low, high = -_RATES_TO, _RATES_TO

        def f(state: Sequence[float], current: float, conductance: float) -> list[float]:
            V = state[0]
            at = min(max(V, low), high)
            out = [0.0]
            for gate, x in zip(gates, state[1:], strict=True):
                alpha, beta = gate(at)
                out.append(alpha - (alpha + beta) * x)
            if m_instant is None:
                m, h, n = state[1], state[2], state[3]
            else:
                m, h, n = m_instant(at, exp), state[1], state[2]
            n2 = n * n
            total = current - conductance * V - gL * (V - EL) - gNa * m * m * m * h * (V - ENa) - gK * n2 * n2 * (V - EK)
            if gM:
                total -= gM * state[-1] * (V - EK)
            out[0] = total / C
            return out

        return f

    def currents(self, state: Floats) -> list[tuple[Floats | None, Floats]]:
        V = state[0]
        if self.m_instant is None:
            m, h, n = state[1], state[2], state[3]
        else:
            m, h, n = self.m_instant(np.clip(V, -_RATES_TO, _RATES_TO), np.exp), state[1], state[2]
        # the interpolated gates may leave 0…1 by rounding, and a conductance is never negative
        found = [(np.maximum(self.sodium[0] * m**3 * h, 0.0), self.sodium[1]), (self.potassium[0] * n**4, self.potassium[1])]
        if self.slow_potassium:
            found.append((np.maximum(self.slow_potassium * state[-1], 0.0), self.potassium[1]))
        return [(g, g * (V - E)) for g, E in found]

    def _held(self, V: float) -> State:
        at = min(max(V, -_RATES_TO), _RATES_TO)
        return (V, *(alpha / (alpha + beta) for alpha, beta in (gate(at) for gate in self.gates.values())))

    def start(self, V: float | None = None) -> State:
        if V is not None:
            return self._held(V)
        f = self.derivative()
        low, high = self.potassium[1], -55.0  # below rest V rises, above it falls
        for _ in range(100):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if f(self._held(middle), 0.0, 0.0)[0] > 0 else (low, middle)
        return self._held(0.5 * (low + high))


def _traub_miles(V_T: float) -> dict[str, Gate]:
    """Sodium and potassium gates of Traub & Miles 1991 as Pospischil et al. 2008 write them, shifted by V_T (mV)."""

    def m(V: float) -> tuple[float, float]:
        return 0.32 * _linoid(V - V_T - 13.0, 4.0), 0.28 * _linoid(V_T + 40.0 - V, 5.0)

    def h(V: float) -> tuple[float, float]:
        return 0.128 * math.exp((V_T + 17.0 - V) / 18.0), 4.0 / (1.0 + math.exp((V_T + 40.0 - V) / 5.0))

    def n(V: float) -> tuple[float, float]:
        return 0.032 * _linoid(V - V_T - 15.0, 5.0), 0.5 * math.exp((V_T + 10.0 - V) / 40.0)

    return {"m": m, "h": h, "n": n}


def _slow_potassium(longest: float) -> Gate:
    """The M gate of Yamada et al. 1989; ``longest`` is its τ_max, ms."""

    def p(V: float) -> tuple[float, float]:
        steady = 1.0 / (1.0 + math.exp(-(V + 35.0) / 10.0))
        rate = (3.3 * math.exp((V + 35.0) / 20.0) + math.exp(-(V + 35.0) / 20.0)) / longest
        return steady * rate, (1.0 - steady) * rate

    return p


def _wang_buzsaki_gates(speed: float) -> dict[str, Gate]:
    def h(V: float) -> tuple[float, float]:
        return speed * 0.07 * math.exp(-(V + 58.0) / 20.0), speed / (math.exp(-0.1 * (V + 28.0)) + 1.0)

    def n(V: float) -> tuple[float, float]:
        return speed * 0.01 * _linoid(V + 34.0, 10.0), speed * 0.125 * math.exp(-(V + 44.0) / 80.0)

    return {"h": h, "n": n}


def _wang_buzsaki_m(V: Any, exp: Any) -> Any:
    """m∞ = α/(α+β), α = 0.1 (V+35)/(1 − e^{−0.1 (V+35)}), β = 4 e^{−(V+60)/18}."""
    z = 0.1 * (V + 35.0)
    if isinstance(z, float):
        alpha: Any = 1.0 + 0.5 * z if abs(z) < 1e-7 else z / -math.expm1(-z)
    else:
        safe = np.where(np.abs(z) < 1e-7, 1.0, z)
        alpha = np.where(np.abs(z) < 1e-7, 1.0 + 0.5 * z, safe / -np.expm1(-safe))
    return alpha / (alpha + 4.0 * exp(-(V + 60.0) / 18.0))


def _squid_gates() -> dict[str, Gate]:
    def m(V: float) -> tuple[float, float]:
        return 0.1 * _linoid(V + 40.0, 10.0), 4.0 * math.exp(-(V + 65.0) / 18.0)

    def h(V: float) -> tuple[float, float]:
        return 0.07 * math.exp(-(V + 65.0) / 20.0), 1.0 / (1.0 + math.exp(-(V + 35.0) / 10.0))

    def n(V: float) -> tuple[float, float]:
        return 0.01 * _linoid(V + 55.0, 10.0), 0.125 * math.exp(-(V + 65.0) / 80.0)

    return {"m": m, "h": h, "n": n}


# ---- integrate-and-fire relatives


@dataclass(frozen=True)
class AdaptingCell(ReferenceCell):
    """C V' = I − g_L (V−E_L) + g_L Δ_T e^{(V−V_T)/Δ_T} − w, τ_w w' = a (V−E_L) − w; at a spike V = V_r, w += b.

    With ``sharpness`` Δ_T = 0 there is no exponential: the linear generalised integrate-and-fire cell.
    """

    soft_threshold: float = -50.0  # V_T, mV
    sharpness: float = 0.0  # Δ_T, mV
    coupling: float = 0.0  # a, nS
    adaptation_time: float = 100.0  # τ_w, ms

    @property
    def channels(self) -> tuple[Channel, ...]:
        return (*((Channel("exp", False),) if self.sharpness else ()), Channel("w", False))

    @property
    def tolerances(self) -> tuple[float, ...]:
        return (1e-7, 1e-6)

    def derivative(self) -> Derivative:
        C, gL, EL, VT, D = self.capacitance, self.leak_conductance, self.leak_reversal, self.soft_threshold, self.sharpness
        a, tau, exp, top = self.coupling, self.adaptation_time, math.exp, self.spike_level + 2.0

        if not D:
            return lambda state, I, G: [
                (I - G * state[0] - gL * (state[0] - EL) - state[1]) / C,
                (a * (state[0] - EL) - state[1]) / tau,
            ]

        def f(state: Sequence[float], current: float, conductance: float) -> list[float]:
            V, w = state
            # a trial step may shoot past the cut-off, where the exponential would overflow
            upstroke = gL * D * exp((min(V, top) - VT) / D)
            return [(current - conductance * V - gL * (V - EL) + upstroke - w) / C, (a * (V - EL) - w) / tau]

        return f

    def currents(self, state: Floats) -> list[tuple[Floats | None, Floats]]:
        V, w = state
        if not self.sharpness:
            return [(None, w)]
        capped = np.minimum(V, self.spike_level + 2.0)
        upstroke = -self.leak_conductance * self.sharpness * np.exp((capped - self.soft_threshold) / self.sharpness)
        return [(None, upstroke), (None, w)]

    def start(self, V: float | None = None) -> State:
        return (self.leak_reversal if V is None else V, 0.0)


def _adex(name: str, title: str, p: tuple[float, ...]) -> AdaptingCell:
    """In the order of Naud et al. 2008, table 1: C, g_L, E_L, V_T, Δ_T, a, τ_w, b, V_r, I."""
    C, gL, EL, VT, D, a, tau, b, Vr, current = p
    return AdaptingCell(
        name, title, "Brette & Gerstner 2005; Naud et al. 2008", C, gL, EL, 0.0, Vr, (b,), current,
        soft_threshold=VT, sharpness=D, coupling=a, adaptation_time=tau,
    )  # fmt: skip


_RS_AREA = 289.53  # pF, at 1 µF/cm²; so a density in mS/cm² times this is nS

_CELLS: tuple[ReferenceCell, ...] = (
    ConductanceCell(
        "pospischil_rs", "Regular-spiking cortical cell", "Pospischil et al. 2008", _RS_AREA, 28.953, -70.0, typical_current=750.0,
        sodium=(50.0 * _RS_AREA, 50.0), potassium=(5.0 * _RS_AREA, -100.0), slow_potassium=0.07 * _RS_AREA,
        gates={**_traub_miles(-55.0), "p": _slow_potassium(1000.0)},
    ),
    ConductanceCell(
        "wang_buzsaki", "Fast-spiking interneuron", "Wang & Buzsáki 1996", 200.0, 20.0, -65.0, typical_current=400.0,
        sodium=(7000.0, 55.0), potassium=(1800.0, -90.0), gates=_wang_buzsaki_gates(5.0), m_instant=_wang_buzsaki_m,
    ),
    ConductanceCell(
        "hodgkin_huxley", "Squid giant axon, a patch of 20 000 µm²", "Hodgkin & Huxley 1952", 200.0, 60.0, -54.4,
        typical_current=2000.0, sodium=(24_000.0, 50.0), potassium=(7200.0, -77.0), gates=_squid_gates(),
    ),
    _adex("adex_tonic", "AdEx, tonic", (200.0, 10.0, -70.0, -50.0, 2.0, 2.0, 30.0, 0.0, -58.0, 500.0)),
    _adex("adex_adapting", "AdEx, adapting", (200.0, 12.0, -70.0, -50.0, 2.0, 2.0, 300.0, 60.0, -58.0, 500.0)),
    _adex("adex_bursting", "AdEx, regular bursting", (200.0, 10.0, -58.0, -50.0, 2.0, 2.0, 120.0, 100.0, -46.0, 210.0)),
    AdaptingCell(
        "ringing_gif", "Linear GIF that rings at 15.9 Hz", "Richardson, Brunel & Hakim 2003", 200.0, 5.0, -70.0, -50.0, -60.0,
        (0.0,), 1000.0, coupling=200.0, adaptation_time=100.0,
    ),
)  # fmt: skip

REFERENCE_CELLS: dict[str, ReferenceCell] = {cell.name: cell for cell in _CELLS}
