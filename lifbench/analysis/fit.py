"""Fits that an electrophysiologist does by hand: an exponential, a straight line, the top of a peak."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lifbench.quantities import LifbenchError

__all__ = ["ExponentialFit", "fit_exponential", "fit_line", "refine_peak"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ExponentialFit:
    """y = plateau + amplitude · e^{−(t − t[0])/tau}; ``residual`` is the root mean square misfit, in units of y."""

    tau: float
    plateau: float
    amplitude: float
    residual: float

    def __call__(self, since: Floats) -> Floats:
        """The fitted curve at times since the first one."""
        return np.asarray(self.plateau + self.amplitude * np.exp(-since / self.tau))


def _linear(rate: float, t: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Best (plateau, amplitude) for a rate, and the misfit: plain least squares."""
    e = np.exp(-rate * t)
    basis = np.stack([np.ones_like(e), e], axis=1)
    best, *_ = np.linalg.lstsq(basis, y, rcond=None)
    return best, y - basis @ best


def fit_exponential(time: Floats, values: Floats) -> ExponentialFit:
    """Least-squares exponential through (n,) points, by variable projection and Gauss–Newton (Golub & Pereyra 1973).

    Exact data give back their tau to rounding. Raises LifbenchError when the points do not bend.
    """
    t = np.asarray(time, dtype=float) - time[0] if len(time) else np.empty(0)
    y = np.asarray(values, dtype=float)
    if t.size < 4 or not t[-1] > 0 or float(np.ptp(y)) < 1e-9:
        raise LifbenchError("there is no bend here to fit an exponential to")
    rates = np.geomspace(0.05, 2000.0, 60) / t[-1]
    cost = [float(np.sum(_linear(r, t, y)[1] ** 2)) for r in rates]
    at = int(np.argmin(cost))
    if at in (0, len(rates) - 1):
        raise LifbenchError("there is no bend here to fit an exponential to")
    low, high = np.log(rates[at - 1]), np.log(rates[at + 1])
    x = float(np.log(rates[at]))
    for _ in range(60):
        rate = float(np.exp(x))
        (_, amplitude), misfit = _linear(rate, t, y)
        e = np.exp(-rate * t)
        gradient = -amplitude * t * rate * e  # d model / d log rate
        basis = np.stack([np.ones_like(e), e], axis=1)
        projected = gradient - basis @ np.linalg.lstsq(basis, gradient, rcond=None)[0]
        size = float(projected @ projected)
        if size == 0.0:
            break
        step = float(projected @ misfit) / size
        x_new = min(max(x + step, low), high)
        if abs(x_new - x) < 1e-15 * max(1.0, abs(x)):
            x = x_new
            break
        x = x_new
    rate = float(np.exp(x))
    (plateau, amplitude), misfit = _linear(rate, t, y)
    return ExponentialFit(1.0 / rate, float(plateau), float(amplitude), float(np.sqrt(np.mean(misfit**2))))


def fit_line(x: Floats, y: Floats) -> tuple[float, float]:
    """(slope, intercept) by least squares; two different x at least. Raises LifbenchError otherwise."""
    if np.size(x) < 2 or np.ptp(x) == 0:
        raise LifbenchError("a line needs two different points at least")
    slope, intercept = np.polyfit(x, y, 1)
    return float(slope), float(intercept)


def refine_peak(time: Floats, values: Floats) -> tuple[float, float]:
    """(time, value) of the maximum, between samples by a parabola through the three highest neighbours."""
    k = int(np.argmax(values))
    if k in (0, values.size - 1):
        return float(time[k]), float(values[k])
    a, b, c = (float(v) for v in values[k - 1 : k + 2])
    bend = a - 2.0 * b + c
    shift = 0.5 * (a - c) / bend if bend < 0 else 0.0
    return float(time[k] + shift * (time[k + 1] - time[k])), b - 0.25 * (a - c) * shift
