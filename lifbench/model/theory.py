"""Closed forms of the leaky integrate-and-fire cell. Units: mV, ms, pA, pF, nS; rates in Hz.

Each is a plain function of numbers (scalars or arrays that broadcast), so that tests, overlays and a curious reader
can use it without the integrator. Sources: Lapicque 1907; Gerstner & Kistler 2002, section 4.1; Holt & Koch 1997.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "alpha_kernel", "asymptotic_slope", "campbell", "chronaxie", "clipped_mean", "current_epsp", "cutoff_frequency", "dual_exponential_kernel",
    "dual_exponential_peak", "effective_time_constant", "exponential_kernel", "firing_rate", "holt_koch_shift", "impedance", "latency",
    "least_charge", "noise_variance", "passive_potential", "ramp_potential", "ramp_spike_current", "rheobase", "shunted_depolarisation",
    "steady_potential", "threshold_current", "threshold_time",
]  # fmt: skip

Floats = NDArray[np.float64]


def steady_potential(
    current: ArrayLike, leak: float, leak_reversal: float, conductances: tuple[tuple[float, float], ...] = ()
) -> Floats:
    """V∞ = (g_L E_L + Σ g_k E_k + I)/G, mV; ``conductances`` are (g_k, E_k) in nS, mV."""
    total = leak + sum(g for g, _ in conductances)
    return np.asarray((leak * leak_reversal + sum(g * e for g, e in conductances) + np.asarray(current, dtype=float)) / total)


def effective_time_constant(capacitance: float, leak: float, conductances: tuple[float, ...] = ()) -> float:
    """τ_e = C/(g_L + Σ g_k), ms: open synapses make the membrane faster."""
    return capacitance / (leak + sum(conductances))


def passive_potential(time: ArrayLike, start: float, steady: float, tau: float) -> Floats:
    """V(t) = V∞ + (V0 − V∞) e^{−t/τ}, mV."""
    return np.asarray(steady + (start - steady) * np.exp(-np.asarray(time, dtype=float) / tau))


def threshold_time(start: float, steady: ArrayLike, threshold: float, tau: float) -> Floats:
    """t* = τ ln[(V∞−V0)/(V∞−V_th)], ms; infinite where V∞ ≤ V_th (at V∞ = V_th there is no spike)."""
    over = np.asarray(steady, dtype=float) - threshold
    safe = np.where(over > 0, over, 1.0)
    return np.where(over > 0, tau * np.log1p((threshold - start) / safe), np.inf)


def rheobase(leak: float, leak_reversal: float, threshold: float) -> float:
    """g_L (V_th − E_L), pA (Lapicque 1907)."""
    return leak * (threshold - leak_reversal)


def threshold_current(duration: ArrayLike, rheobase_pA: float, tau: float) -> Floats:
    """I_th(d) = I_rh/(1 − e^{−d/τ}), pA: the weakest step of that duration (ms) that fires (Lapicque 1907)."""
    return np.asarray(rheobase_pA / -np.expm1(-np.asarray(duration, dtype=float) / tau))


def chronaxie(tau: float) -> float:
    """τ ln 2, ms: the duration at which twice the rheobase is needed."""
    return tau * math.log(2.0)


def least_charge(capacitance: float, leak_reversal: float, threshold: float) -> float:
    """C ΔV, fC: what even the shortest shock must bring."""
    return capacitance * (threshold - leak_reversal)


def latency(current: ArrayLike, rheobase_pA: float, tau: float) -> Floats:
    """τ ln[I/(I − I_rh)], ms, from rest; infinite at and below rheobase."""
    over = np.asarray(current, dtype=float) - rheobase_pA
    return np.where(over > 0, tau * np.log1p(rheobase_pA / np.where(over > 0, over, 1.0)), np.inf)


def firing_rate(steady: ArrayLike, threshold: float, reset: float, tau: float, refractory: float) -> Floats:
    """f = 1000/(t_ref + τ ln[(V∞−V_reset)/(V∞−V_th)]), Hz; 0 where V∞ ≤ V_th (Gerstner & Kistler 2002, 4.1)."""
    return np.asarray(1000.0 / (refractory + threshold_time(reset, steady, threshold, tau)))


def asymptotic_slope(capacitance: float, threshold: float, reset: float) -> float:
    """1000/(C (V_th−V_reset)), Hz/pA: the slope of f–I for large currents with t_ref = 0; no g_L in it."""
    return 1000.0 / (capacitance * (threshold - reset))


def impedance(frequency: ArrayLike, resistance: float, tau: float) -> NDArray[np.complex128]:
    """Z = R/(1 + iωτ), MΩ, at frequencies in Hz."""
    return np.asarray(resistance / (1.0 + 2e-3j * np.pi * np.asarray(frequency, dtype=float) * tau))


def cutoff_frequency(tau: float) -> float:
    """1000/(2πτ), Hz: where the gain is 1/√2."""
    return 1000.0 / (2.0 * math.pi * tau)


def ramp_potential(time: ArrayLike, slope: float, leak: float, leak_reversal: float, tau: float) -> Floats:
    """V = E_L + (b/g_L)[t − τ(1−e^{−t/τ})], mV, for I = b t from rest; b in pA/ms."""
    t = np.asarray(time, dtype=float)
    return np.asarray(leak_reversal + slope / leak * (t + tau * np.expm1(-t / tau)))


def ramp_spike_current(slope: float, rheobase_pA: float, tau: float) -> float:
    """I_rh + bτ, pA: the current at the spike on a slow ramp; the cell does not accommodate."""
    return rheobase_pA + slope * tau


def current_epsp(time: ArrayLike, amplitude: float, leak: float, tau: float, tau_s: float) -> Floats:
    """(I0/g_L) τs/(τ−τs)(e^{−t/τ} − e^{−t/τs}), mV; (I0/g_L)(t/τ)e^{−t/τ} where τs = τ, without a division by zero."""
    t = np.asarray(time, dtype=float)
    delta = 1.0 / tau_s - 1.0 / tau
    w = delta * t
    ratio = np.where(np.abs(w) > 1e-9, -np.expm1(-w) / np.where(np.abs(w) > 1e-9, w, 1.0), 1.0 - 0.5 * w)
    return np.asarray(amplitude / leak * t / tau * np.exp(-t / tau) * ratio)


def exponential_kernel(time: ArrayLike, tau: float) -> Floats:
    """e^{−u/τ} for u ≥ 0, else 0: the conductance over its peak a time u (ms) after the presynaptic spike."""
    u = np.asarray(time, dtype=float)
    return np.where(u >= 0, np.exp(-np.maximum(u, 0.0) / tau), 0.0)


def alpha_kernel(time: ArrayLike, tau: float) -> Floats:
    """(u/τ) e^{1−u/τ}, which peaks at u = τ with 1 (Rall 1967)."""
    u = np.maximum(np.asarray(time, dtype=float), 0.0)
    return np.asarray(u / tau * np.exp(1.0 - u / tau))


def _apart(time: Floats, decay: float, rise: float) -> Floats:
    """(e^{−u/τd} − e^{−u/τr})/(1/τr − 1/τd), u e^{−u/τ} in the limit: never a division by τd − τr."""
    decay, rise = max(decay, rise), min(decay, rise)  # the same either way, and no exponent is positive
    w = (1.0 / rise - 1.0 / decay) * time
    small = np.abs(w) < 1e-9
    ratio = np.where(small, 1.0 - 0.5 * w, -np.expm1(-w) / np.where(small, 1.0, w))
    return np.asarray(time * np.exp(-time / decay) * ratio)


def dual_exponential_peak(decay: float, rise: float) -> tuple[float, float]:
    """(t_p in ms, N): t_p = τrτd/(τd−τr) ln(τd/τr), N = 1/(e^{−t_p/τd} − e^{−t_p/τr}); t_p → τ and N → ∞ as τr → τd."""
    z = decay / rise - 1.0
    peak = decay * (math.log1p(z) / z if abs(z) > 1e-9 else 1.0 - 0.5 * z)
    delta = 1.0 / rise - 1.0 / decay
    return peak, (1.0 / (delta * float(_apart(np.asarray(peak), decay, rise))) if delta else math.inf)


def dual_exponential_kernel(time: ArrayLike, decay: float, rise: float) -> Floats:
    """N (e^{−u/τd} − e^{−u/τr}), which peaks at t_p with 1; the alpha kernel where τr = τd."""
    peak, _ = dual_exponential_peak(decay, rise)
    u = np.maximum(np.asarray(time, dtype=float), 0.0)
    return np.asarray(_apart(u, decay, rise) / _apart(np.asarray(peak), decay, rise))


def campbell(rate: float, peak_conductance: float, decay: float, rise: float = 0.0) -> tuple[float, float]:
    """(mean in nS, variance in nS²) of g under a Poisson train of ``rate`` Hz: λ∫g and λ∫g² (Campbell 1909).

    ``rise`` is 0 for an exponential kernel, equal to ``decay`` for an alpha kernel.
    """
    per_ms = rate / 1000.0
    if rise == 0.0:
        return per_ms * peak_conductance * decay, per_ms * peak_conductance**2 * decay / 2.0
    peak, _ = dual_exponential_peak(decay, rise)
    size = peak_conductance / float(_apart(np.asarray(peak), decay, rise))  # g = size · (e^{−u/τd} − e^{−u/τr})/(1/τr − 1/τd)
    area = decay * rise
    return per_ms * size * area, per_ms * size**2 * area / (2.0 * (1.0 / decay + 1.0 / rise))


def clipped_mean(mean: float, sigma: float) -> float:
    """E[max(0, x)] of a normal x: the true mean of a point conductance clipped at 0 (Destexhe et al. 2001 leave it open), nS."""
    if sigma == 0.0:
        return max(mean, 0.0)
    z = mean / sigma
    return mean * 0.5 * math.erfc(-z / math.sqrt(2.0)) + sigma * math.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)


def shunted_depolarisation(leak: float, excitatory: float, drive: float, shunt: ArrayLike) -> Floats:
    """g_e (E_e−E_L)/(g_L+g_e+g_i), mV, when the shunt reverses at rest; ``drive`` = E_e − E_L."""
    return np.asarray(excitatory * drive / (leak + excitatory + np.asarray(shunt, dtype=float)))


def holt_koch_shift(conductance: float, reversal: float, threshold: float, reset: float) -> tuple[float, float]:
    """(shift of the rheobase, shift at large currents) of the f–I curve by a shunt, pA: it subtracts (Holt & Koch 1997)."""
    return conductance * (threshold - reversal), conductance * (0.5 * (threshold + reset) - reversal)


def noise_variance(sigma: float, resistance: float, tau: float, tau_s: float) -> float:
    """Var V = σ_I² R² τ_s/(τ_s+τ), mV², for Ornstein–Uhlenbeck current; σ in pA, R in MΩ."""
    return (sigma * resistance / 1000.0) ** 2 * tau_s / (tau_s + tau)
