"""The integrator's own steps over one window of time: where the equation's coefficients are known in advance.

Between events the conductances do not depend on V, so C V' = B(t) − G(t) V is linear with known coefficients. A
step is one of

CONSTANT  G and B constant: exact exponential, of any length.
SMOOTH    G or B vary: Gauss–Legendre quadrature of the exact solution (order 8; MODEL "Numerics" with four nodes
          for two) over steps short against every rate, and between the ends a polynomial through V, V', V'', V''' at
          both, all from the equation itself.
SLOW      the membrane is > 1e4 times faster than its drive: V follows the slow solution V∞ − V∞'/λ + …, plus a transient.

None of it knows the sample interval.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lifbench.model.cell import Cell
from lifbench.model.conductances import Conductances, StepKernel
from lifbench.model.drive import Drive, StepCurrent
from lifbench.quantities import LifbenchError

__all__ = ["CONSTANT", "SLOW", "SMOOTH", "Steps", "make_steps"]

CONSTANT, SMOOTH, SLOW = 0, 1, 2

_RESOLUTION = 0.25  # step length times the sum of all rates: errors of order 0.25^8
_STIFF = 1e4  # membrane rate over drive rate from which the slow solution is exact to 1e-12
_LONG = 4.0  # time constants from which a ramp is long
_MOST_STEPS = 1_000_000
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(4)
_GAUSS = tuple(zip(((_NODES + 1.0) / 2.0).tolist(), (_WEIGHTS / 2.0).tolist(), strict=True))

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


@dataclass
class Steps:
    """N steps that tile a window, with everything the solution needs.

    Attributes
    ----------
    nodes : (N+1,) ms
        Step i runs from nodes[i] to nodes[i+1].
    kind : (N,) CONSTANT, SMOOTH or SLOW
    current, kernels, steady
        Command current, kernels and constant conductances on the steps.
    gain, offset : (N,)
        V at the end = gain · V at the start + offset.
    load : (N,)
        Λ = ∫G/C over the step.
    """

    cell: Cell
    conductances: Conductances
    nodes: Floats
    kind: NDArray[np.int8]
    current: StepCurrent
    kernels: list[StepKernel]
    steady: dict[int, Floats]

    def __post_init__(self) -> None:
        self.capacitance = self.cell.membrane_capacitance
        self.starts = self.nodes[:-1]
        self.lengths = np.diff(self.nodes)
        leak = self.cell.leak_conductance
        self.G0 = np.full(self.starts.shape, leak)  # the part of G and B that is constant on the step
        self.B0 = np.full(self.starts.shape, leak * self.cell.leak_reversal)
        for index, g in self.steady.items():
            share, potential = self.conductances.pull(self.conductances.synapses[index])
            self.G0 += share * g
            self.B0 += potential * g
        self._solve()

    def coefficients(self, step: Ints | slice, u: Floats, order: int = 0) -> tuple[list[Floats], list[Floats]]:
        """[G, G', …], [B, B', …] up to ``order`` ≤ 2 at local times u of steps: nS, pA and their ms-derivatives."""
        G = [self.G0[step] + 0.0 * u, *(np.zeros_like(u + 0.0) for _ in range(order))]
        B = self.current.derivatives(step, u, order)
        B[0] = B[0] + self.B0[step]
        for item in self.kernels:
            k, fall = item.kernel.k, item.kernel.k + item.kernel.delta
            y, x = item.at(step, u)
            g = [y]
            if order >= 1:
                g.append(x - k * y)
            if order >= 2:
                g.append(k * k * y - (k + fall) * x)
            for n in range(order + 1):
                if item.share:
                    G[n] = G[n] + g[n]
                B[n] = B[n] + item.potential * g[n]
        return G, B

    @cached_property
    def at_starts(self) -> Floats:
        """(6, N) G, G', G'', B, B', B'' at the start of each step."""
        return np.array([row for rows in self.coefficients(slice(None), np.zeros(self.starts.size), 2) for row in rows])

    @cached_property
    def at_ends(self) -> Floats:
        """The same just before the end of each step."""
        return np.array([row for rows in self.coefficients(slice(None), self.lengths, 2) for row in rows])

    @cached_property
    def plain(self) -> NDArray[np.bool_]:
        """(N,) Steps on which G is constant and the current a straight line."""
        out = np.ones(self.starts.size, dtype=bool)
        for item in self.kernels:
            out &= (item.y == 0.0) & (item.x == 0.0)
        for _, on in self.current.waves:
            out &= ~on
        return out

    def loads(self, step: Ints | slice, u: Floats) -> Floats:
        """Λ(u) = ∫₀ᵘ G/C of steps."""
        total = self.G0[step] * u
        for item in self.kernels:
            if item.share:
                total = total + item.integral(step, u)
        return total / self.capacitance

    def slow(self, step: Ints | slice, u: Floats) -> Floats:
        """The slow solution S = V∞ − (V∞' − (V∞'/λ)')/λ of SLOW steps, mV."""
        (G, G1, G2), (B, B1, B2) = self.coefficients(step, u, 2)
        V = B / G
        V1 = (B1 - G1 * V) / G
        V2 = (B2 - G2 * V - 2.0 * G1 * V1) / G
        lag, lag1 = self.capacitance / G, -self.capacitance * G1 / (G * G)
        return np.asarray(V - lag * (V1 - (lag * V2 + lag1 * V1)))

    def slopes(self, coefficients: Any, V: Any) -> tuple[Any, Any, Any]:
        """V', V'', V''' where the potential is V: the equation and its derivatives; ``coefficients`` as in `at_starts`."""
        G, G1, G2, B, B1, B2 = coefficients
        C = self.capacitance
        V1 = (B - G * V) / C
        V2 = (B1 - G1 * V - G * V1) / C
        V3 = (B2 - G2 * V - 2.0 * G1 * V1 - G * V2) / C
        return V1, V2, V3

    def _solve(self) -> None:
        h, C = self.lengths, self.capacitance
        flat = self.B0 + self.current.constant
        load = self.G0 * h / C
        self.Vinf = flat / self.G0
        self.offset = -np.expm1(-load) * self.Vinf
        smooth = np.flatnonzero(self.kind == SMOOTH)
        if smooth.size:
            hs = h[smooth]
            load[smooth] = self.loads(smooth, hs)
            (G,), (B,) = self.coefficients(smooth, 0.5 * hs)
            Vm = B / G
            total = np.zeros_like(hs)
            for node, weight in _GAUSS:
                u = node * hs
                (G,), (B,) = self.coefficients(smooth, u)
                total += weight * (B - G * Vm) * np.exp(self.loads(smooth, u) - load[smooth])
            self.offset[smooth] = -np.expm1(-load[smooth]) * Vm + total * hs / C
        slow = np.flatnonzero(self.kind == SLOW)
        if slow.size:
            load[slow] = self.loads(slow, h[slow])
            self.offset[slow] = self.slow(slow, h[slow]) - np.exp(-load[slow]) * self.slow(slow, np.zeros(slow.size))
        self.load = load
        self.gain = np.exp(-load)


def make_steps(cell: Cell, drive: Drive, conductances: Conductances, first: float, last: float) -> Steps:
    """Tile first ≤ t < last. Steps end at every edge and event; smooth ones are short against all rates there.

    Raises LifbenchError if the drive is too fast to be followed.
    """
    points = np.concatenate([np.array([first, last]), *drive.edges(first, last), *conductances.edges(first, last)])
    points = points[(points >= first) & (points <= last)]
    # np.unique costs more than a whole simple window
    nodes = np.array(sorted(set(points.tolist()))) if points.size < 64 else np.unique(points)
    starts, ends = nodes[:-1], nodes[1:]
    if not drive.varies and not conductances.kernels:
        kind = np.zeros(starts.shape, dtype=np.int8)
    else:
        nodes, kind = _refine(cell, drive, conductances, starts, ends, last)
        starts = nodes[:-1]
    lengths = np.diff(nodes)
    return Steps(
        cell,
        conductances,
        nodes,
        kind,
        drive.on_steps(starts, lengths),
        conductances.on_steps(starts),
        conductances.steady(starts, lengths),
    )


def _refine(
    cell: Cell, drive: Drive, conductances: Conductances, starts: Floats, ends: Floats, last: float
) -> tuple[Floats, NDArray[np.int8]]:
    """Cut the intervals between edges: pass by pass, the beginning of each as finely as the rates there ask."""
    done_starts: list[Floats] = []
    done_kinds: list[NDArray[np.int8]] = []
    at_once, count = 16, 0
    while starts.size:
        lengths = ends - starts
        current = drive.on_steps(starts, lengths)
        kernels = conductances.on_steps(starts)
        G = np.full(starts.shape, cell.leak_conductance)
        for index, g in conductances.steady(starts, lengths).items():
            G += conductances.pull(conductances.synapses[index])[0] * g
        C = cell.membrane_capacitance
        drive_rate = current.rate
        floor, membrane, opening = G.copy(), G / C, np.zeros_like(G)  # at least; at most over the pieces cut now; nS/ms
        if kernels:
            drive_rate = drive_rate + conductances.rates(kernels)
            now = G.copy()
            for item in kernels:
                floor += item.share * item.y * np.exp(-4.0)
                now += item.share * item.y
                opening += item.share * item.x
            # what opens cannot do so faster than it does now, nor further than it will: over at_once pieces of 1/4 of all rates
            r = drive_rate + now / C
            soon = 0.5 * (r + np.sqrt(r * r + 4.0 * opening * at_once * _RESOLUTION / C))
            membrane = np.minimum((G + conductances.bound(kernels)) / C, soon - drive_rate)
        constant = (drive_rate == 0.0) & (current.slope == 0.0)
        # a conductance that opens from little changes by itself faster than its kernel does
        stiff = ~constant & (floor / C >= _STIFF * (drive_rate + opening / floor))
        # a ramp that is short against the membrane is no slow drive: the slow solution would be a difference of large numbers
        stiff &= (drive_rate > 0.0) | (lengths * floor / C > _LONG)
        rate = np.where(constant, 0.0, np.where(stiff, drive_rate, drive_rate + membrane))
        wanted = np.maximum(1.0, np.ceil(lengths * rate / _RESOLUTION))
        number = np.minimum(wanted, np.where(stiff, 16, at_once)).astype(np.intp)
        step = np.where(number < wanted, _RESOLUTION / np.where(rate > 0, rate, 1.0), lengths / number)
        kind = np.where(constant, CONSTANT, np.where(stiff, SLOW, SMOOTH)).astype(np.int8)
        which = np.repeat(np.arange(starts.size), number)
        within = np.arange(which.size) - np.repeat(np.cumsum(number) - number, number)
        done_starts.append(starts[which] + within * step[which])
        done_kinds.append(kind[which])
        count += which.size
        if count > _MOST_STEPS:
            raise LifbenchError("the conductances change too fast to be followed; longer time constants or fewer spikes are needed")
        rest = number < wanted
        starts, ends = (starts + number * step)[rest], ends[rest]
        ahead = starts < ends
        starts, ends = starts[ahead], ends[ahead]
        at_once = min(at_once * 2, 4096)
    nodes = np.concatenate(done_starts)
    order = np.argsort(nodes, kind="stable")
    nodes, kinds = nodes[order], np.concatenate(done_kinds)[order]
    # rounding can make a piece of no length: the earlier one goes
    keep = np.append(np.diff(nodes) > 0, nodes[-1] < last)
    return np.append(nodes[keep], last), kinds[keep]
