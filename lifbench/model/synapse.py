"""Synapses: a conductance g(t) in series with a reversal battery, or its linear twin, a current.

Kernels are normalised to the PEAK conductance (MODEL.md). One class per kinetics, each the declaration of
its parameters.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any, ClassVar

from lifbench.parameters import Declared, choice, quantity, values
from lifbench.quantities import LifbenchError

__all__ = [
    "SYNAPSE_KINETICS",
    "AlphaSynapse",
    "ConstantSynapse",
    "DualExponentialSynapse",
    "ExponentialSynapse",
    "KernelSynapse",
    "NoiseSynapse",
    "Poisson",
    "Synapse",
]

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,31}")
_G: dict[str, Any] = {"hard": (0.0, 1e6), "soft": (0.0, 100.0), "term": "synaptic"}
_TAU: dict[str, Any] = {"hard": (1e-3, 1e5), "soft": (0.2, 100.0), "log": True, "term": "synaptic", "above_zero": True}


@dataclass(frozen=True)
class Poisson(Declared):
    """A Poisson train of presynaptic spikes between start and stop, drawn from the recording's seed."""

    rate: float = quantity(50.0, "Hz", "λ", "Mean number of spikes per second", hard=(0.0, 1e5), soft=(0.0, 500.0), required=True)
    start: float = quantity(0.0, "ms", "t_0", "When the train begins", hard=(0.0, 1e7), soft=(0.0, 1000.0))
    stop: float = quantity(1e7, "ms", "t_1", "When the train ends", hard=(0.0, 1e7), soft=(0.0, 1000.0))

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.stop < self.start:
            raise LifbenchError("the train must end after its start", "stop")


@dataclass(frozen=True)
class Synapse(Declared):
    """Common to all kinetics. ``mode="current"`` is the linear twin: I = g(t) (E − E_L), blind to V."""

    kinetics: ClassVar[str] = ""

    name: str = "synapse"
    reversal: float = quantity(
        0.0, "mV", "E", "The potential towards which the synapse pulls V", hard=(-1000, 1000), soft=(-100, 20), term="synaptic",
        required=True,
    )  # fmt: skip
    mode: str = choice("conductance", ("conductance", "current"), "", "A conductance, or the linear twin that ignores V")

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.name, str) or not _NAME.fullmatch(self.name):
            raise LifbenchError("a name is made of letters, digits and _, begins with a letter, 32 at most", "name")


@dataclass(frozen=True)
class ConstantSynapse(Synapse):
    """A conductance that is always open: a tonic shunt."""

    kinetics: ClassVar[str] = "constant"
    peak_conductance: float = quantity(5.0, "nS", "g", "The conductance", required=True, **_G)


@dataclass(frozen=True)
class KernelSynapse(Synapse):
    """Base of the synapses that answer presynaptic spikes.

    At time s the conductance gains weight · ḡ · kernel(t − s); contributions of all spikes add.
    ``weights`` (as many as ``spike_times``) are factors on the peak conductance, 1 if not given.
    """

    peak_conductance: float = quantity(2.0, "nS", "ḡ", "The peak conductance one presynaptic spike opens", required=True, **_G)
    decay_time: float = quantity(5.0, "ms", "τ_d", "The time constant with which the conductance decays", required=True, **_TAU)
    spike_times: tuple[float, ...] = values("ms", "t_s", "When presynaptic spikes arrive", hard=(0.0, 1e7))
    weights: tuple[float, ...] = values("", "w", "A factor on the peak conductance for each spike", hard=(0.0, 1e6))
    poisson: Poisson | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.weights and len(self.weights) != len(self.spike_times):
            raise LifbenchError(
                f"{len(self.weights)} weights are given for {len(self.spike_times)} spike times; as many are needed", "weights"
            )
        if self.weights and self.peak_conductance * max(self.weights) > 1e6:
            raise LifbenchError("weight times peak conductance is above 1 mS", "weights")

    def rates(self) -> tuple[float, float]:
        """(k, δ ≥ 0) of the cascade y' = −k y + x, x' = −(k + δ) x that carries g = y; both in 1/ms."""
        return 1.0 / self.decay_time, 0.0

    def increment(self) -> tuple[float, float]:
        """What one spike of weight 1 adds to (y, x): nS, nS/ms."""
        return self.peak_conductance, 0.0


@dataclass(frozen=True)
class ExponentialSynapse(KernelSynapse):
    """ḡ e^{−u/τ}: opens at once."""

    kinetics: ClassVar[str] = "exponential"


@dataclass(frozen=True)
class AlphaSynapse(KernelSynapse):
    """ḡ (u/τ) e^{1−u/τ}: peaks at u = τ (Rall 1967)."""

    kinetics: ClassVar[str] = "alpha"

    def increment(self) -> tuple[float, float]:
        return 0.0, self.peak_conductance * math.e / self.decay_time


@dataclass(frozen=True)
class DualExponentialSynapse(KernelSynapse):
    """ḡ N (e^{−u/τd} − e^{−u/τr}), N such that the peak is ḡ; the alpha function in the limit τr → τd."""

    kinetics: ClassVar[str] = "dual_exponential"
    rise_time: float = quantity(0.5, "ms", "τ_r", "The time constant with which the conductance rises", required=True, **_TAU)

    def rates(self) -> tuple[float, float]:
        # The kernel is symmetric in its two time constants: the slower one first keeps delta >= 0 and every exponent <= 0.
        slow, fast = max(self.decay_time, self.rise_time), min(self.decay_time, self.rise_time)
        return 1.0 / slow, 1.0 / fast - 1.0 / slow

    def increment(self) -> tuple[float, float]:
        # phi(u) = e^{-k u} (1 - e^{-delta u}) / delta -> u e^{-k u} as delta -> 0, so nothing divides by tau_d - tau_r.
        k, delta = self.rates()
        z = delta / k
        peak_time = (math.log1p(z) / z if z > 1e-9 else 1.0 - 0.5 * z) / k
        w = delta * peak_time
        phi = math.exp(-k * peak_time) * peak_time * (-math.expm1(-w) / w if w > 1e-12 else 1.0)
        return 0.0, self.peak_conductance / phi


@dataclass(frozen=True)
class NoiseSynapse(Synapse):
    """Point conductance (Destexhe et al. 2001): an Ornstein–Uhlenbeck conductance, clipped at 0."""

    kinetics: ClassVar[str] = "noise"
    mean: float = quantity(5.0, "nS", "g_0", "The mean conductance (before clipping at 0)", required=True, **_G)
    standard_deviation: float = quantity(2.0, "nS", "σ_g", "Its standard deviation (before clipping)", required=True, **_G)
    time_constant: float = quantity(5.0, "ms", "τ_g", "How long the noise remembers itself", required=True, **_TAU)
    interval: float = quantity(
        0.1, "ms", "Δ", "The noise's own grid; not the sample interval", hard=(1e-3, 1e4), soft=(0.01, 1.0), log=True
    )


SYNAPSE_KINETICS: dict[str, type[Synapse]] = {
    c.kinetics: c for c in (ConstantSynapse, ExponentialSynapse, AlphaSynapse, DualExponentialSynapse, NoiseSynapse)
}
