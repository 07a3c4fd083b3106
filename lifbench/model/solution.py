"""The solution on one window: spikes located exactly, and V at any time.

The equation is linear between spikes, so one passive solution U through the whole window (threshold ignored) serves
every flight between two spikes: V(t) = U(t) + (V_r − U(t_r)) e^{−(Λ(t)−Λ(t_r))} after a flight began at t_r from V_r.
Nodes are compared with the threshold many at a time; only the step with the crossing is looked into.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lifbench.model.drive import locate
from lifbench.model.roots import root
from lifbench.model.steps import CONSTANT, SLOW, SMOOTH, Steps
from lifbench.quantities import LifbenchError

__all__ = ["OwnCurrents", "Solution"]

_MOST_SPIKES = 200_000  # in one window, plus so many per ms of it: beyond any neuron, and past it a run would never end
_MOST_PER_MS = 1000.0
_MOST_LOCATED = 500  # spikes found one by one, where the drive is not constant, plus so many per ms: each costs a search
_MOST_LOCATED_PER_MS = 40.0

Floats = NDArray[np.float64]
OwnCurrents = list[tuple[Floats | None, Floats]]  # (g in nS or None, I in pA) of the cell's own channels
Ints = NDArray[np.intp]


@dataclass
class _Flight:
    """V from (step, u) on with V there, until a spike or the window's end."""

    step: int
    u: float
    V: float


class Solution:
    """V on the window of ``steps``, from V (mV) at its beginning, held at reset until ``clamp_end`` (ms).

    Attributes
    ----------
    spike_times : (m,) ms
    end : (V,)
        At the window's end, mV.
    clamp_end : float
        Until when V is held at reset, ms (−inf when free); may lie beyond the window.
    """

    def __init__(self, steps: Steps, V: float, clamp_end: float) -> None:
        self.steps = steps
        self.cell = steps.cell
        window = float(steps.nodes[-1] - steps.nodes[0])
        self._most_spikes = min(_MOST_SPIKES + _MOST_PER_MS * window, 5e6)
        self._most_located = _MOST_LOCATED + _MOST_LOCATED_PER_MS * window
        self._threshold = self.cell.threshold if self.cell.spiking else math.inf
        self.clamp_end = clamp_end
        self._V_nodes = np.empty(steps.nodes.size)
        self._whole = np.zeros(steps.starts.size, dtype=bool)  # steps that one flight crosses from end to end
        self._pieces: list[tuple[Floats, Ints, Floats, Floats]] = []  # start, step (−1: clamp), u at start, V at start
        self._spikes: list[Floats] = []
        self._count = self._located = 0
        self._loads = np.concatenate([[0.0], np.cumsum(steps.load)])
        self._U = self._passive(V)
        self.end = (self._run(V),)
        self.spike_times = np.concatenate(self._spikes) if self._spikes else np.empty(0)
        self._arranged = False

    def _passive(self, V: float) -> Floats:
        """U at the nodes."""
        out = [V]
        for gain, offset in zip(self.steps.gain.tolist(), self.steps.offset.tolist(), strict=True):
            V = gain * V + offset
            out.append(V)
        return np.array(out)

    # ---- spikes

    def _run(self, V: float) -> float:
        nodes = self.steps.nodes
        flight: _Flight | None
        if self.clamp_end > nodes[0]:
            self._hold(float(nodes[0]))
            flight = self._release()
        elif self._threshold <= V:
            flight = self._spike(float(nodes[0]))
        else:
            flight = _Flight(0, 0.0, V)
        while flight is not None:
            crossing = self._fly(flight)
            if crossing is None:
                # rounding alone can reach the threshold, as at rheobase: that is no spike in the next window either
                return min(float(self._V_nodes[-1]), math.nextafter(self._threshold, -math.inf))
            flight = self._spike(crossing)
        return self.cell.reset

    def _hold(self, time: float) -> None:
        self._pieces.append((np.array([time]), np.array([-1]), np.zeros(1), np.array([self.cell.reset])))

    def _spike(self, time: float) -> _Flight | None:
        self._spikes.append(np.array([time]))
        self._count += 1
        self._located += 1
        if self._count > self._most_spikes or self._located > self._most_located:
            raise _too_many()
        self.clamp_end = time + self.cell.refractory_period
        if self.cell.refractory_period > 0:
            self._hold(time)
        return self._release()

    def _release(self) -> _Flight | None:
        """The flight that begins when the clamp ends, if that is inside the window."""
        nodes = self.steps.nodes
        if self.clamp_end >= nodes[-1]:
            return None
        step = int(np.searchsorted(nodes, self.clamp_end, side="right")) - 1
        return _Flight(step, self.clamp_end - float(nodes[step]), self.cell.reset)

    def _fly(self, flight: _Flight) -> float | None:
        """Follow a flight. Its spike time, or None when it reaches the window's end; fills V at the nodes passed."""
        i, u, V = flight.step, flight.u, flight.V
        steps, nodes, vth = self.steps, self.steps.nodes, self._threshold
        if u == 0.0:
            self._V_nodes[i] = V
            load_r, U_r = float(self._loads[i]), float(self._U[i])
        else:
            self._pieces.append((np.array([nodes[i] + u]), np.array([i]), np.array([u]), np.array([V])))
            load_r = float(self._loads[i] + steps.loads(slice(i, i + 1), np.array([u]))[0])
            U_r = self._free_inside(i, u)
            V_end = float(self._U[i + 1]) + (V - U_r) * math.exp(load_r - float(self._loads[i + 1]))
            if steps.kind[i] == CONSTANT:
                Vinf = float(steps.Vinf[i])
                V_end = Vinf + (V - Vinf) * math.exp(load_r - float(self._loads[i + 1]))
            if vth < math.inf:
                found = self._periodic(i, u, V) if steps.kind[i] == CONSTANT else self._inside(i, u, V, V_end)
                if found is not None:
                    return found
            self._V_nodes[i + 1] = V_end
            i += 1
        return self._scan(i, V - U_r, load_r)

    def _scan(self, i: int, D: float, load_r: float) -> float | None:
        """Whole steps from node i on: V = U + D e^{−(Λ−load_r)} at the nodes, compared many at a time."""
        steps, vth = self.steps, self._threshold
        count, width = steps.starts.size, 32
        while i < count:
            last = min(i + width, count)
            V = self._U[i + 1 : last + 1] + D * np.exp(load_r - self._loads[i + 1 : last + 1])
            before = np.concatenate([self._V_nodes[i : i + 1], V[:-1]])
            hits = np.flatnonzero((vth <= V) | self._may_peak(i, last, before, V)) if vth < math.inf else ()
            for hit in hits:
                k, pieces = i + int(hit), len(self._pieces)
                self._V_nodes[i + 1 : k + 1] = V[:hit]
                if steps.kind[k] == CONSTANT:
                    found = self._periodic(k, 0.0, float(before[hit]))
                    if found is None and V[hit] >= vth < steps.Vinf[k]:
                        found = float(steps.nodes[k + 1])  # by a hair, rounded to the end of the step
                else:
                    found = self._inside(k, 0.0, float(before[hit]), float(V[hit]))
                if found is not None:
                    self._whole[i:k] = True
                    # until the spike step k is a piece that begins at its node; before what follows at that very instant
                    node = slice(k, k + 1)
                    piece = (steps.nodes[node].copy(), np.array([k]), np.zeros(1), self._V_nodes[node].copy())
                    self._pieces.insert(pieces, piece)
                    return found
            self._V_nodes[i + 1 : last + 1] = V
            self._whole[i:last] = True
            i, width = last, min(2 * width, 8192)
        return None

    def _may_peak(self, first: int, last: int, before: Floats, after: Floats) -> NDArray[np.bool_]:
        """Steps whose tangents at both ends meet at or above the threshold: V may cross and come back inside."""
        steps = self.steps
        out = np.zeros(last - first, dtype=bool)
        varying = np.flatnonzero(steps.kind[first:last] != CONSTANT)
        if not varying.size:
            return out
        index, V0 = varying + first, before[varying]
        h = steps.lengths[index]
        d0 = (steps.at_starts[3, index] - steps.at_starts[0, index] * V0) / steps.capacitance
        near = np.flatnonzero((d0 > 0) & (V0 + d0 * h >= self._threshold))
        if near.size:
            index, h, V0, V1, d0 = index[near], h[near], V0[near], after[varying[near]], d0[near]
            d1 = (steps.at_ends[3, index] - steps.at_ends[0, index] * V1) / steps.capacitance
            meets = np.where(d1 < 0, V0 + d0 * (V1 - V0 - d1 * h) / np.where(d1 < 0, d0 - d1, 1.0), -np.inf)
            out[varying[near]] = meets >= self._threshold
        return out

    def _periodic(self, i: int, u: float, V: float) -> float | None:
        """First spike of a flight in a CONSTANT step, closed form; all spikes but the last found are booked here."""
        steps, vth, reset = self.steps, self._threshold, self.cell.reset
        Vinf = float(steps.Vinf[i])
        if Vinf <= vth:
            return None
        tau = steps.capacitance / float(steps.G0[i])
        start, end = float(steps.nodes[i]), float(steps.nodes[i + 1])
        first = start + u + tau * math.log1p((vth - V) / (Vinf - vth))
        if first >= end:
            return None
        t_ref = self.cell.refractory_period
        period = t_ref + tau * math.log1p((vth - reset) / (Vinf - vth))
        if (end - first) / max(period, 1e-300) > self._most_spikes:
            raise _too_many()
        times = np.asarray(first + np.arange(int((end - first) / period) + 2) * period, dtype=np.float64)
        times = times[times < end]
        if times.size > 1:
            earlier = times[:-1]
            self._count += earlier.size
            self._spikes.append(earlier)
            releases = earlier + t_ref
            n = earlier.size
            if t_ref > 0:
                self._pieces.append((earlier, np.full(n, -1), np.zeros(n), np.full(n, reset)))
            self._pieces.append((releases, np.full(n, i), releases - start, np.full(n, reset)))
        return float(times[-1])

    def _inside(self, i: int, u: float, V: float, V_end: float) -> float | None:
        """First crossing within a SMOOTH or SLOW step from (u, V) to its end, or None."""
        steps, vth = self.steps, self._threshold
        h, start = float(steps.lengths[i]), float(steps.nodes[i])
        potential, slope = self._functions(i, u, V, V_end)
        low, high = u, h
        if V_end < vth:
            if not (slope(u) > 0.0 > slope(h)):
                return None
            high = root(lambda s: -slope(s), u, h)
            if potential(high) < vth:
                return None
        return start + root(lambda s: potential(s) - vth, low, high)

    def _functions(self, i: int, u: float, V: float, V_end: float) -> tuple[Callable[[float], float], Callable[[float], float]]:
        """V and V' of a flight in step i as functions of local time; in plain floats where the step is a polynomial."""
        steps = self.steps
        if steps.kind[i] == SMOOTH:
            coefficients = self._smooth(i, u, V, V_end)
            width, _, p1, p2, p3, v0, v1, v2, v3 = coefficients

            def polynomial(at: float) -> float:
                return float(_evaluate(at - u, coefficients))

            def derivative(at: float) -> float:
                s = (at - u) / width
                z = s - 1.0
                v = v0 + z * (v1 + z * (v2 + z * v3))
                dv = v1 + z * (2.0 * v2 + z * 3.0 * v3)
                return float((p1 + s * (2.0 * p2 + s * 3.0 * p3) + s * s * s * (4.0 * v + s * dv)) / width)

            return polynomial, derivative
        if steps.plain[i]:
            return self._line(i, u, V)
        one, u0, V0, V1 = slice(i, i + 1), np.array([u]), np.array([V]), np.array([V_end])

        def potential(at: float) -> float:
            return float(self._free(one, np.array([at]), u0, V0, V1)[0])

        def slope(at: float) -> float:
            (G,), (B,) = steps.coefficients(one, np.array([at]))
            return float(B[0] - G[0] * potential(at)) / steps.capacitance

        return potential, slope

    def _line(self, i: int, u: float, V: float) -> tuple[Callable[[float], float], Callable[[float], float]]:
        """V and V' of a flight in a SLOW step with constant G and a current that is a straight line, in plain floats."""
        steps = self.steps
        G, C = float(steps.G0[i]), steps.capacitance
        slope = float(steps.current.slope[i]) / G
        start = float(steps.B0[i] + steps.current.constant[i]) / G - slope * C / G
        away = V - (start + slope * u)

        def potential(at: float) -> float:
            return start + slope * at + away * math.exp((u - at) * G / C)

        def rate(at: float) -> float:
            return slope - away * G / C * math.exp((u - at) * G / C)

        return potential, rate

    def _smooth(self, i: int, u: float, V: float, V_end: float) -> tuple[float, ...]:
        """`_through` for one SMOOTH step from (u, V) on, in plain floats."""
        steps = self.steps
        if u == 0.0:
            first = steps.at_starts[:, i].tolist()
        else:
            first = [float(row[0]) for rows in steps.coefficients(slice(i, i + 1), np.array([u]), 2) for row in rows]
        width = float(steps.lengths[i]) - u
        return _through(width, V, V_end, steps.slopes(first, V), steps.slopes(steps.at_ends[:, i].tolist(), V_end))

    def _free_inside(self, i: int, u: float) -> float:
        """U, the solution that never spikes, at a local time u of step i."""
        U0, U1 = float(self._U[i]), float(self._U[i + 1])
        if self.steps.kind[i] == SMOOTH:
            return float(_evaluate(u, self._smooth(i, 0.0, U0, U1)))
        at = np.array([u])
        return float(self._free(slice(i, i + 1), at, np.zeros(1), np.array([U0]), np.array([U1]))[0])

    # ---- V anywhere

    def _free(self, step: Ints | slice, u: Floats, u0: Floats, V0: Floats, V1: Floats) -> Floats:
        """V at local times u of a flight that has V0 at u0 and V1 at the step's end."""
        steps = self.steps
        kind = steps.kind[step]
        out = np.empty(np.shape(u))
        flat = kind == CONSTANT
        if flat.all():
            Vinf = steps.Vinf[step]
            return np.asarray(Vinf + (V0 - Vinf) * np.exp(-(u - u0) * steps.G0[step] / steps.capacitance))
        index = np.arange(steps.starts.size)[step]
        if flat.any():
            Vinf = steps.Vinf[index[flat]]
            out[flat] = Vinf + (V0[flat] - Vinf) * np.exp(-(u - u0)[flat] * steps.G0[index[flat]] / steps.capacitance)
        smooth = kind == SMOOTH
        if smooth.any():
            coefficients = self._hermite(index[smooth], u0[smooth], V0[smooth], V1[smooth])
            out[smooth] = _evaluate((u - u0)[smooth], coefficients)
        slow = kind == SLOW
        if slow.any():
            i, a, b = index[slow], u[slow], u0[slow]
            decay = np.exp(steps.loads(i, b) - steps.loads(i, a))
            out[slow] = steps.slow(i, a) + (V0[slow] - steps.slow(i, b)) * decay
        return out

    def _hermite(self, step: Ints, u0: Floats, V0: Floats, V1: Floats) -> tuple[Floats, ...]:
        """`_through` for flights in SMOOTH steps that have V0 at u0 and V1 at the end of the step."""
        steps = self.steps
        first = steps.at_starts[:, step]
        late = np.flatnonzero(u0)
        if late.size:
            first[:, late] = [row for rows in steps.coefficients(step[late], u0[late], 2) for row in rows]
        width = steps.lengths[step] - u0
        return _through(width, V0, V1, steps.slopes(first, V0), steps.slopes(steps.at_ends[:, step], V1))

    def _arrange(self) -> None:
        """Whole steps and pieces in one order of time."""
        steps = self.steps
        whole = np.flatnonzero(self._whole)
        parts = [(steps.starts[whole], whole, np.zeros(whole.size), self._V_nodes[whole]), *self._pieces]
        self._start, self._step, self._u0, self._V0 = (np.concatenate([p[n] for p in parts]) for n in range(4))
        order = np.argsort(self._start, kind="stable")
        self._start, self._step, self._u0, self._V0 = (a[order] for a in (self._start, self._step, self._u0, self._V0))
        # V at the end of each piece's step: a flight that a spike ends goes on, in thought, to the step's end
        step = np.maximum(self._step, 0)
        self._V1 = np.where(self._whole[step], self._V_nodes[step + 1], np.nan)
        broken = np.flatnonzero((self._step >= 0) & ~self._whole[step] & (steps.kind[step] == SMOOTH))
        if broken.size:
            i, u0, V0 = self._step[broken], self._u0[broken], self._V0[broken]
            late = u0 > 0
            U_r, load_r = self._U[i].copy(), np.zeros(i.size)
            if late.any():
                j = i[late]
                U_r[late] = self._free(j, u0[late], np.zeros(j.size), self._U[j], self._U[j + 1])
                load_r[late] = steps.loads(j, u0[late])
            self._V1[broken] = self._U[i + 1] + (V0 - U_r) * np.exp(load_r - steps.load[i])

    def at(self, time: float) -> tuple[float]:
        """(V,) at a time inside the window."""
        V, _, _ = self.sample(np.array([time]), 0.0)
        return (float(V[0]),)

    def sample(self, times: Floats, tolerance: float) -> tuple[Floats, NDArray[np.bool_], OwnCurrents]:
        """(V in mV, whether held at reset, no own currents) at increasing times of the window; within ``tolerance`` (ms) of
        an edge or a spike, the value from there on."""
        steps = self.steps
        if not times.size:
            return np.empty(0), np.zeros(0, dtype=bool), []
        if not self._arranged:  # spike times alone need none of this
            self._arrange()
            self._arranged = True
        # a short block of the live bench concerns few of the window's pieces
        first, last = np.searchsorted(self._start, (times[0] + tolerance, times[-1] + tolerance), side="right")
        here = slice(max(int(first) - 1, 0), max(int(last), 1))
        start, own_step, u_start, V_start, V_end = (a[here] for a in (self._start, self._step, self._u0, self._V0, self._V1))
        piece = locate(start, times, tolerance)
        clamped = own_step < 0
        index = np.maximum(own_step, 0)
        held = clamped[piece]
        since = np.maximum(times - start[piece], 0.0)
        Vinf = np.where(clamped, self.cell.reset, steps.Vinf[index])
        rate = steps.G0[index] / -steps.capacitance
        kind = np.where(clamped, CONSTANT, steps.kind[index])
        if (kind == CONSTANT).any():
            V = np.exp(rate[piece] * since)
            V *= (V_start - Vinf)[piece]
            V += Vinf[piece]
        else:
            V = np.empty(times.shape)
        smooth = np.flatnonzero(kind == SMOOTH)
        if smooth.size:
            coefficients = self._hermite(index[smooth], u_start[smooth], V_start[smooth], V_end[smooth])
            where = np.full(kind.size, -1)
            where[smooth] = np.arange(smooth.size)
            at = where[piece]
            chosen = np.flatnonzero(at >= 0)
            at = at[chosen]
            V[chosen] = _evaluate(since[chosen], tuple(c[at] for c in coefficients))
        slow = np.flatnonzero((kind == SLOW)[piece])
        if slow.size:
            p = piece[slow]
            u0 = u_start[p]
            V[slow] = self._free(own_step[p], u0 + since[slow], u0, V_start[p], V_end[p])
        if self.cell.spiking:
            # rounding alone could put a sample on the threshold
            np.minimum(V, np.nextafter(self.cell.threshold, -np.inf), out=V)
        return V, held, []


def _through(width: Any, V0: Any, V1: Any, first: tuple[Any, Any, Any], last: tuple[Any, Any, Any]) -> tuple[Any, ...]:
    """Coefficients of the polynomial of degree 7 over ``width`` through V and three derivatives at both ends; floats or arrays."""
    w2 = width * width
    p1, p2, p3 = first[0] * width, first[1] * w2, first[2] * (w2 * width)
    q1, q2, q3 = last[0] * width, last[1] * w2, last[2] * (w2 * width)
    v0 = (V1 - V0) - (p1 + p2 / 2.0 + p3 / 6.0)
    v1 = q1 - (p1 + p2 + p3 / 2.0) - 4.0 * v0
    v2 = q2 - (p2 + p3) - 12.0 * v0 - 8.0 * v1
    v3 = q3 - p3 - 24.0 * v0 - 36.0 * v1 - 12.0 * v2
    return width, V0, p1, p2 / 2.0, p3 / 6.0, v0, v1, v2 / 2.0, v3 / 6.0


def _evaluate(since: Any, coefficients: tuple[Any, ...]) -> Any:
    """The polynomial of `_through` a time ``since`` after its beginning."""
    width, a, p1, p2, p3, v0, v1, v2, v3 = coefficients
    s = since / width
    z = s - 1.0
    s2 = s * s
    return a + s * (p1 + s * (p2 + s * p3)) + s2 * s2 * (v0 + z * (v1 + z * (v2 + z * v3)))


def _too_many() -> LifbenchError:
    return LifbenchError(
        "the cell would fire dozens of times in every millisecond, too fast to follow; a longer refractory period, a larger capacitance "
        "or less current is needed"
    )
