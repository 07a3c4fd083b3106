"""Seeded randomness that does not depend on how a run is cut: pages of fixed length, drawn in order, kept as needed.

Each stream has a generator of its own, keyed by (seed, sweep, kind, index), so adding a synapse does not change
the noise of another.
"""

from __future__ import annotations

import math
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

__all__ = ["OrnsteinUhlenbeck", "PoissonTrain"]

_PAGE = 4096

Floats = NDArray[np.float64]


class OrnsteinUhlenbeck:
    """Unit Ornstein–Uhlenbeck process on a grid: mean 0, variance 1, begun stationary.

    Exact update z' = a z + √(1−a²) ξ with a = e^{−Δ/τ} (Uhlenbeck & Ornstein 1930; MODEL: "Noise").

    Parameters
    ----------
    key : tuple of int
        (seed, sweep, kind, index).
    interval, time_constant : float
        Δ and τ, ms.
    """

    def __init__(self, key: tuple[int, ...], interval: float, time_constant: float) -> None:
        self._key = key
        self._a = math.exp(-interval / time_constant)
        self._b = math.sqrt(-math.expm1(-2.0 * interval / time_constant))
        self._rewind()

    def _rewind(self) -> None:
        self._random = np.random.default_rng(np.random.SeedSequence(self._key))
        self._pages: dict[int, Floats] = {}
        self._next = 0
        self._last = 0.0

    def _draw(self) -> None:
        normal = self._random.standard_normal(_PAGE)
        a, b = self._a, self._b
        if self._next == 0:
            start = float(normal[0])
            page = list(accumulate((b * normal[1:]).tolist(), lambda z, x: a * z + x, initial=start))
        else:
            page = list(accumulate((b * normal).tolist(), lambda z, x: a * z + x, initial=self._last))[1:]
        self._last = page[-1]
        self._pages[self._next] = np.array(page)
        self._pages.pop(self._next - 64, None)  # a live run must not grow
        self._next += 1

    def values(self, first: int, last: int) -> Floats:
        """z at grid points first … last−1."""
        if last <= first:
            return np.empty(0)
        a, b = first // _PAGE, (last - 1) // _PAGE
        if a < self._next and a not in self._pages:
            self._rewind()
        while self._next <= b:
            self._draw()
            if self._next - 1 - a >= 60:
                break
        if b - a >= 60:  # wider than what is kept: piece by piece
            middle = (a + 32) * _PAGE
            return np.concatenate([self.values(first, middle), self.values(middle, last)])
        joined = np.concatenate([self._pages[i] for i in range(a, b + 1)])
        return joined[first - a * _PAGE : last - a * _PAGE]


class PoissonTrain:
    """Presynaptic spike times of a Poisson process between start and stop, ms; rate in Hz."""

    def __init__(self, key: tuple[int, ...], rate: float, start: float, stop: float) -> None:
        self._key, self._rate, self._start, self._stop = key, rate, start, stop
        self._rewind()

    def _rewind(self) -> None:
        self._random = np.random.default_rng(np.random.SeedSequence(self._key))
        self._pages: list[Floats] = []
        self._from = self._start
        self._until = self._start

    def _draw(self) -> None:
        waits = self._random.standard_exponential(_PAGE) * (1000.0 / self._rate)
        page = self._until + np.cumsum(waits)
        self._until = float(page[-1])
        self._pages.append(page)
        if len(self._pages) > 64:
            self._from = float(self._pages.pop(0)[-1])

    def between(self, first: float, last: float) -> Floats:
        """Spike times t with first ≤ t < last."""
        last = min(last, self._stop)
        if self._rate <= 0.0 or last <= max(first, self._start):
            return np.empty(0)
        if first < self._from:
            self._rewind()
        found = []
        while True:
            while self._pages and self._from < first and float(self._pages[0][-1]) < first:
                self._from = float(self._pages.pop(0)[-1])
            if self._until >= last:
                break
            self._draw()
            if len(self._pages) > 60:  # a wide window of a dense train: take what is complete, go on
                done = self._pages[-1][-1]
                taken = np.concatenate(self._pages)
                found.append(taken[(taken >= first) & (taken <= done)])
                first = math.nextafter(float(done), math.inf)
        if self._pages:
            rest = np.concatenate(self._pages)
            found.append(rest[(rest >= first) & (rest < last)])
        return np.concatenate(found) if found else np.empty(0)
