"""The solution of a reference cell on one window: Dormand–Prince 5(4) with error control and dense output.

Step lengths follow the error of each step, never the sample interval; steps end at every edge of the drive and every
synaptic event. Spikes are located on the dense output. Dormand & Prince 1980; dense output of order 4 after Hairer,
Nørsett & Wanner 1993, II.6.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from lifbench.model.drive import locate
from lifbench.model.reference_cells import ReferenceCell, State
from lifbench.model.roots import root
from lifbench.model.solution import OwnCurrents
from lifbench.model.steps import CONSTANT, Steps
from lifbench.quantities import LifbenchError

__all__ = ["ReferenceSolution"]

_DEGREE = 8  # coefficients of the polynomials that stand for I(t) and G(t) on a step: errors of order 0.25^8/8!
_MOST_STEPS_PER_MS = 2000
_FIRST = 0.02  # ms: the first trial step of a stretch
_SHORTEST = 1e-14  # ms

Floats = NDArray[np.float64]

_POINTS = 0.5 - 0.5 * np.cos((np.arange(_DEGREE) + 0.5) * np.pi / _DEGREE)  # Chebyshev, on 0…1
_TO_COEFFICIENTS = np.linalg.inv(np.vander(_POINTS, increasing=True))


def _polynomials(steps: Steps) -> tuple[list[list[float]], list[list[float]]]:
    """Coefficients in u/h (u local time, h step length) of what clamp and synapses add, for each step: I (pA), G (nS)."""
    count = steps.starts.size
    leak = steps.cell.leak_conductance
    away = leak * steps.cell.leak_reversal
    varying = np.flatnonzero(steps.kind != CONSTANT)
    current, conductance = np.zeros((count, _DEGREE)), np.zeros((count, _DEGREE))
    (G,), (B,) = steps.coefficients(slice(None), np.zeros(count))
    current[:, 0], conductance[:, 0] = B - away, G - leak
    if varying.size:
        rows = [steps.coefficients(varying, p * steps.lengths[varying]) for p in _POINTS]
        values_G = np.array([G for (G,), _ in rows]) - leak
        values_B = np.array([B for _, (B,) in rows]) - away
        current[varying] = (_TO_COEFFICIENTS @ values_B).T
        conductance[varying] = (_TO_COEFFICIENTS @ values_G).T
    return current.tolist(), conductance.tolist()


class ReferenceSolution:
    """State of a reference cell on the window of ``steps``.

    Attributes
    ----------
    spike_times : (m,) ms
    end : tuple
        (V, further variables) at the window's end.
    """

    def __init__(self, cell: ReferenceCell, steps: Steps, state: State) -> None:
        self.cell = cell
        self.steps = steps
        self._f = cell.derivative()
        self._tolerances = cell.tolerances
        self._starts: list[float] = []  # ms; of each integration step, with its length and its dense output
        self._lengths: list[float] = []
        self._dense: list[tuple[list[float], ...]] = []
        self._spikes: list[float] = []
        self._left = int(_MOST_STEPS_PER_MS * float(steps.nodes[-1] - steps.nodes[0])) + 4000
        if cell.reset is not None and state[0] >= cell.spike_level:
            state = self._fire(float(steps.nodes[0]), state)
        if steps.starts.size > self._left:
            raise _too_fast(cell)
        h = _FIRST
        currents, conductances = _polynomials(steps)
        for start, length, current, conductance in zip(
            steps.starts.tolist(), steps.lengths.tolist(), currents, conductances, strict=True
        ):
            state, h = self._stretch(start, length, state, h, current, conductance)
        self.end = state
        self.clamp_end = -math.inf
        self.spike_times = np.array(self._spikes)
        self._t = np.array(self._starts)
        self._h = np.array(self._lengths)
        self._coefficients = np.array(self._dense).transpose(1, 2, 0)  # (5, variables, steps)

    def _fire(self, time: float, state: State) -> State:
        self._spikes.append(time)
        if self.cell.reset is None:
            return state
        return (self.cell.reset, *(x + b for x, b in zip(state[1:], self.cell.jump, strict=True)))

    def _stretch(
        self, start: float, length: float, y: State, h: float, current: list[float], conductance: list[float]
    ) -> tuple[State, float]:
        """Integrate over one of ``steps``. Returns the state at its end and the step length to go on with."""
        f, u, level, resets = self._f, 0.0, self.cell.spike_level, self.cell.reset is not None
        steady = not any(current[1:]) and not any(conductance[1:])
        I0, G0 = current[0], conductance[0]

        def drive(at: float) -> tuple[float, float]:
            if steady:
                return I0, G0
            s, I, G = at / length, 0.0, 0.0
            for a, b in zip(reversed(current), reversed(conductance), strict=True):
                I, G = I * s + a, G * s + b
            return I, G

        k1 = f(y, *drive(0.0))
        refused = False
        while u < length:
            left = length - u
            last = h >= left * (1.0 - 1e-12)
            step = left if last else h
            k3, k4, k5, k6, k7, new, error = self._trial(y, k1, u, step, drive)
            if not error <= 1.0:
                self._left -= 1
                h = step * max(0.1, 0.9 * error**-0.2) if error < 1e300 else 0.1 * step
                refused = True
                if h < _SHORTEST or self._left < 0:
                    raise _too_fast(self.cell)
                continue
            self._left -= 1
            if self._left < 0:
                raise _too_fast(self.cell)
            dense = _dense(y, new, k1, k3, k4, k5, k6, k7, step)
            self._starts.append(start + u)
            self._lengths.append(step)
            self._dense.append(dense)
            crossing = self._crossing(dense, y[0], new[0], k1[0], k7[0])
            grow = 5.0 if error < 1e-4 else 0.9 * error**-0.2
            following = step * (min(1.0, grow) if refused else min(5.0, grow))
            if not last or following < h:
                h = following
            refused = False
            if crossing is not None and resets:
                at = u + crossing * step
                y = self._fire(start + at, tuple(_evaluate(dense, crossing)))
                u, h = at, min(h, _FIRST)
                k1 = f(y, *drive(u))
                continue
            if crossing is not None:
                self._fire(start + u + crossing * step, y)
            u = length if last else u + step
            y, k1 = new, k7
            assert not (resets and y[0] >= level)
        return y, h

    def _trial(
        self, y: State, k1: list[float], u: float, h: float, drive: Callable[[float], tuple[float, float]]
    ) -> tuple[list[float], list[float], list[float], list[float], list[float], State, float]:
        """One step: stages, the state at its end, and its error in units of the tolerance."""
        f = self._f
        I, G = drive(u + 0.2 * h)
        k2 = f([a + h * 0.2 * b for a, b in zip(y, k1)], I, G)  # noqa: B905
        I, G = drive(u + 0.3 * h)
        c1, c2 = h * _A31, h * _A32
        k3 = f([a + c1 * b + c2 * c for a, b, c in zip(y, k1, k2)], I, G)  # noqa: B905
        I, G = drive(u + 0.8 * h)
        c1, c2, c3 = h * _A41, h * _A42, h * _A43
        k4 = f([a + c1 * b + c2 * c + c3 * d for a, b, c, d in zip(y, k1, k2, k3)], I, G)  # noqa: B905
        I, G = drive(u + h * _C5)
        c1, c2, c3, c4 = h * _A51, h * _A52, h * _A53, h * _A54
        k5 = f([a + c1 * b + c2 * c + c3 * d + c4 * e for a, b, c, d, e in zip(y, k1, k2, k3, k4)], I, G)  # noqa: B905
        I, G = drive(u + h)
        c1, c2, c3, c4, c5 = h * _A61, h * _A62, h * _A63, h * _A64, h * _A65
        k6 = f([a + c1 * b + c2 * c + c3 * d + c4 * e + c5 * g for a, b, c, d, e, g in zip(y, k1, k2, k3, k4, k5)], I, G)  # noqa: B905
        c1, c3, c4, c5, c6 = h * _B1, h * _B3, h * _B4, h * _B5, h * _B6
        new = tuple([a + c1 * b + c3 * d + c4 * e + c5 * g + c6 * i for a, b, d, e, g, i in zip(y, k1, k3, k4, k5, k6)])  # noqa: B905
        k7 = f(new, I, G)
        c1, c3, c4, c5, c6, c7 = h * _E1, h * _E3, h * _E4, h * _E5, h * _E6, h * _E7
        error = 0.0
        for tolerance, b, d, e, g, i, j in zip(self._tolerances, k1, k3, k4, k5, k6, k7):  # noqa: B905
            part = abs(c1 * b + c3 * d + c4 * e + c5 * g + c6 * i + c7 * j) / tolerance
            if not part <= error:
                error = part
        return k3, k4, k5, k6, k7, new, error

    def _crossing(self, dense: tuple[list[float], ...], V: float, V_new: float, slope: float, slope_new: float) -> float | None:
        """Where within the step (0…1) V reaches the spike level from below, or None."""
        level = self.cell.spike_level
        if level <= V:
            return None
        high = 1.0
        if V_new < level:
            if not slope > 0.0 > slope_new:
                return None
            # up and down again inside one step: the peak decides
            middle = np.linspace(0.0, 1.0, 33)
            peak = int(np.argmax([_first(dense, s) for s in middle]))
            high = float(middle[peak])
            if _first(dense, high) < level:
                return None
        return root(lambda s: _first(dense, s) - level, 0.0, high)

    # ---- the state anywhere

    def at(self, time: float) -> State:
        """The state at a time inside the window."""
        return tuple(self.states(np.array([time]), 0.0)[:, 0].tolist())

    def sample(self, times: Floats, tolerance: float) -> tuple[Floats, NDArray[np.bool_], OwnCurrents]:
        """(V in mV, never held, own currents) at increasing times of the window."""
        states = self.states(times, tolerance)
        return states[0], np.zeros(times.size, dtype=bool), self.cell.currents(states)

    def states(self, times: Floats, tolerance: float) -> Floats:
        """(variables, n) at increasing ``times`` of the window; within ``tolerance`` (ms) of a spike, after its reset."""
        if not times.size:
            return np.empty((self._coefficients.shape[1], 0))
        index = locate(self._t, times, tolerance)
        s = np.clip((times - self._t[index]) / self._h[index], 0.0, 1.0)
        r1, r2, r3, r4, r5 = self._coefficients[:, :, index]
        z = 1.0 - s
        out = r1 + s * (r2 + z * (r3 + s * (r4 + z * r5)))
        if self.cell.reset is not None:
            np.minimum(out[0], np.nextafter(self.cell.spike_level, -np.inf), out=out[0])
        return np.asarray(out)


def _dense(
    y: State,
    new: State,
    k1: list[float],
    k3: list[float],
    k4: list[float],
    k5: list[float],
    k6: list[float],
    k7: list[float],
    h: float,
) -> tuple[list[float], ...]:
    """Coefficients of the dense output, five lists of as many as there are variables."""
    difference = [b - a for a, b in zip(y, new)]  # noqa: B905
    bend = [h * k - d for k, d in zip(k1, difference)]  # noqa: B905
    fourth = [d - h * k - b for d, k, b in zip(difference, k7, bend)]  # noqa: B905
    fifth = [
        h * (_D1 * a + _D3 * b + _D4 * c + _D5 * d + _D6 * e + _D7 * g)
        for a, b, c, d, e, g in zip(k1, k3, k4, k5, k6, k7)  # noqa: B905
    ]
    return list(y), difference, bend, fourth, fifth


def _evaluate(dense: tuple[list[float], ...], s: float) -> list[float]:
    z = 1.0 - s
    return [a + s * (b + z * (c + s * (d + z * e))) for a, b, c, d, e in zip(*dense, strict=True)]


def _first(dense: tuple[list[float], ...], s: float) -> float:
    a, b, c, d, e = (part[0] for part in dense)
    z = 1.0 - s
    return a + s * (b + z * (c + s * (d + z * e)))


def _too_fast(cell: ReferenceCell) -> LifbenchError:
    return LifbenchError(f"the {cell.name} cell changes too fast to be followed; less current or smaller conductances are needed")


_C5 = 8 / 9
_A31, _A32 = 3 / 40, 9 / 40
_A41, _A42, _A43 = 44 / 45, -56 / 15, 32 / 9
_A51, _A52, _A53, _A54 = 19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729
_A61, _A62, _A63, _A64, _A65 = 9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656
_B1, _B3, _B4, _B5, _B6 = 35 / 384, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84
_E1, _E3, _E4, _E5, _E6, _E7 = 71 / 57600, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40
_D1, _D3, _D4 = -12715105075 / 11282082432, 87487479700 / 32700410799, -10690763975 / 1880347072
_D5, _D6, _D7 = 701980252875 / 199316789632, -1453857185 / 822651844, 69997945 / 29380423
