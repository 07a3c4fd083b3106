"""The synapses of one sweep, as the integrator wants them: conductances known in advance, in closed form.

Every kernel is a cascade y' = −k y + x, x' = −(k+δ) x with g = y (exponential: x = 0; alpha: δ = 0; dual
exponential: δ = 1/τr − 1/τd), which stays accurate in the limit τr → τd and has ∫g in closed form.
Constant and noise conductances are constant between edges.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lifbench.model.cell import Cell
from lifbench.model.drive import grid_edges, locate
from lifbench.model.random_streams import OrnsteinUhlenbeck, PoissonTrain
from lifbench.model.synapse import ConstantSynapse, KernelSynapse, NoiseSynapse, Synapse

__all__ = ["Conductances", "Kernel", "StepKernel"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


@dataclass
class StepKernel:
    """One kernel on the integrator's steps: its state at each step's start.

    Attributes
    ----------
    kernel : Kernel
    y, x : (N,) nS, nS/ms
        Zero where the kernel is negligible, so that such steps are exactly constant.
    share, potential : float
        What one nS of it adds to G and to B (`Conductances.pull`).
    """

    kernel: Kernel
    y: Floats
    x: Floats
    share: float
    potential: float

    def at(self, step: Ints | slice, u: Floats) -> tuple[Floats, Floats]:
        """(y, x) at local times u of steps."""
        return self.kernel.evolve(self.y[step], self.x[step], u)

    def integral(self, step: Ints | slice, u: Floats) -> Floats:
        """∫₀ᵘ g, nS·ms, without a difference of nearly equal numbers and without dividing by δ."""
        k = self.kernel.k
        gone = -np.expm1(-k * u)
        total = self.y[step] * gone / k
        if self.kernel.opens_at_once:
            return np.asarray(total)
        return np.asarray(total + self.x[step] * _risen(u, k, self.kernel.delta))


def _risen(u: Floats, k: float, delta: float) -> Floats:
    """∫₀ᵘ e^{−ks} (1 − e^{−δs})/δ ds, ms²: what x = 1 makes of ∫g.

    With z = ku and Z = (k+δ)u it is u² times a divided difference of (1−e^{−z})/z: where Z is small by its series, whose terms are
    complete homogeneous polynomials of z and Z; elsewhere from the equations y' = −ky + x, x' = −(k+δ)x themselves.
    """
    u = np.asarray(u, dtype=float)
    z, Z = k * u, (k + delta) * u
    small = Z < 1.0
    if small.all():
        return _risen_series(u, z, Z)
    slow, fast = np.exp(-z), np.exp(-Z)
    y = u * slow if delta == 0.0 else -slow * np.expm1(-delta * u) / delta
    far = ((1.0 - fast) / (k + delta) - y) / k
    if delta > 0.0:  # with one time constant long over, the plain difference
        far = np.where(z < 0.5, (-np.expm1(-z) / k + np.expm1(-Z) / (k + delta)) / delta, far)
    return np.where(small, _risen_series(u, np.where(small, z, 0.0), np.where(small, Z, 0.0)), far)


def _risen_series(u: Floats, z: Floats, Z: Floats) -> Floats:
    total, power, mixed, factor = np.full_like(u, 0.5), np.ones_like(u), np.ones_like(u), 0.5
    for n in range(2, 12 if Z.max(initial=0.0) < 0.3 else 18):  # what is left is below rounding
        power = power * Z
        mixed = power + z * mixed
        factor /= -(n + 1.0)
        total += factor * mixed
    return np.asarray(u * u * total)


class Kernel:
    """A synapse that answers presynaptic spikes."""

    def __init__(self, index: int, synapse: KernelSynapse, train: PoissonTrain | None) -> None:
        self.index = index
        self.synapse = synapse
        self.k, self.delta = synapse.rates()
        self._dy, self._dx = synapse.increment()
        self.opens_at_once = self._dx == 0.0
        self._train = train
        order = np.argsort(np.asarray(synapse.spike_times), kind="stable")
        self._times = np.asarray(synapse.spike_times, dtype=float)[order]
        weights = np.asarray(synapse.weights, dtype=float) if synapse.weights else np.ones(len(order))
        self._weights = weights[order]
        self.y = self.x = 0.0  # state at the beginning of the window
        self.times = np.zeros(1)
        self._ye = np.zeros(1)
        self._xe = np.zeros(1)

    def evolve(self, y: Floats, x: Floats, u: Floats) -> tuple[Floats, Floats]:
        """(y, x) a time u later, without events."""
        slow = np.exp(-self.k * u)
        if self.opens_at_once:
            return y * slow, x
        if self.delta == 0.0:
            return (y + x * u) * slow, x * slow
        fast = np.expm1(-self.delta * u)
        return (y - x * (fast / self.delta)) * slow, x * slow * (1.0 + fast)

    def window(self, first: float, last: float) -> Floats:
        """Take the events of first ≤ t < last on top of the state (y, x) at ``first``; returns the event times."""
        a, b = np.searchsorted(self._times, (first, last))
        times, weights = self._times[a:b], self._weights[a:b]
        if self._train is not None:
            drawn = self._train.between(first, last)
            times, weights = np.concatenate([times, drawn]), np.concatenate([weights, np.ones(len(drawn))])
            order = np.argsort(times, kind="stable")
            times, weights = times[order], weights[order]
        self.times = np.concatenate([[first], times])
        waits = np.diff(self.times)
        one, zero = np.ones(1), np.zeros(1)
        yy, _ = self.evolve(one, zero, waits)  # response to y
        yx, xx = self.evolve(zero, one, waits)  # response to x
        y, x, dy, dx = self.y, self.x, self._dy, self._dx
        states = [(y, x)]
        if self.opens_at_once:
            for decay, weight in zip(yy.tolist(), weights.tolist(), strict=True):
                y = y * decay + dy * weight
                states.append((y, x))
        else:
            for decay, cross, fall, weight in zip(yy.tolist(), yx.tolist(), xx.tolist(), weights.tolist(), strict=True):
                y = y * decay + x * cross
                x = x * fall + dx * weight
                states.append((y, x))
        self._ye, self._xe = np.array(states).T
        return times

    def at(self, time: Floats, tolerance: float = 0.0) -> tuple[Floats, Floats]:
        """(y, x) at increasing times inside the window, just after any event there (or up to ``tolerance`` later), nS and nS/ms."""
        event = locate(self.times, time, tolerance)
        return self.evolve(self._ye[event], self._xe[event], np.maximum(time - self.times[event], 0.0))


class Conductances:
    """All synapses of one sweep on one window after another.

    Parameters
    ----------
    synapses, cell
        Of the setup.
    seed, stream : int
        Select noise and Poisson trains.
    """

    def __init__(self, synapses: tuple[Synapse, ...], cell: Cell, seed: int, stream: int) -> None:
        self.synapses = synapses
        self._leak_reversal = cell.leak_reversal
        self.negligible = 1e-15 * cell.leak_conductance
        self.kernels: list[Kernel] = []
        self._noise: dict[int, OrnsteinUhlenbeck] = {}
        for index, synapse in enumerate(synapses):
            if isinstance(synapse, KernelSynapse):
                train = None
                if synapse.poisson is not None:
                    p = synapse.poisson
                    train = PoissonTrain((seed, stream, 3, index), p.rate, p.start, p.stop)
                self.kernels.append(Kernel(index, synapse, train))
            elif isinstance(synapse, NoiseSynapse):
                key = (seed, stream, 2, index)
                self._noise[index] = OrnsteinUhlenbeck(key, synapse.interval, synapse.time_constant)

    @property
    def busy(self) -> bool:
        """Whether there is anything but constant conductances."""
        return bool(self.kernels) or bool(self._noise)

    def pull(self, synapse: Synapse) -> tuple[float, float]:
        """(share in G, share in B) of one nS: (1, E), or for the linear twin (0, E − E_L); 1, mV."""
        if synapse.mode == "current":
            return 0.0, synapse.reversal - self._leak_reversal
        return 1.0, synapse.reversal

    def edges(self, first: float, last: float) -> list[Floats]:
        """Event times and grid edges of the window; loads the kernels' events."""
        out = [kernel.window(first, last) for kernel in self.kernels]
        for index in self._noise:
            synapse = self.synapses[index]
            assert isinstance(synapse, NoiseSynapse)
            out.append(grid_edges(0.0, synapse.interval, first, last))
        return out

    def steady(self, starts: Floats, lengths: Floats) -> dict[int, Floats]:
        """g of the constant and noise synapses on each step, by index of the synapse; nS."""
        out: dict[int, Floats] = {}
        for index, synapse in enumerate(self.synapses):
            if isinstance(synapse, ConstantSynapse):
                out[index] = np.full(starts.shape, synapse.peak_conductance)
            elif isinstance(synapse, NoiseSynapse):
                grid = np.floor((starts + 0.5 * lengths) / synapse.interval).astype(np.intp)
                low = int(grid[0])
                z = self._noise[index].values(low, int(grid[-1]) + 1)
                out[index] = np.maximum(0.0, synapse.mean + synapse.standard_deviation * z[grid - low])
        return out

    def on_steps(self, starts: Floats) -> list[StepKernel]:
        """The kernels on the steps, negligible ones as zero."""
        out = []
        for kernel in self.kernels:
            y, x = kernel.at(starts)
            silent = y + x / (kernel.k + kernel.delta) <= self.negligible
            out.append(StepKernel(kernel, np.where(silent, 0.0, y), np.where(silent, 0.0, x), *self.pull(kernel.synapse)))
        return out

    def state(self, time: float) -> list[tuple[float, float]]:
        """(y, x) of each kernel at ``time`` inside the present window, events at ``time`` itself not yet included."""
        out = []
        for kernel in self.kernels:
            event = int(np.searchsorted(kernel.times, time, side="left")) - 1
            if event < 0:
                out.append((kernel.y, kernel.x))
                continue
            since = np.array([time - kernel.times[event]])
            y, x = kernel.evolve(kernel._ye[event : event + 1], kernel._xe[event : event + 1], since)
            out.append((float(y[0]), float(x[0])))
        return out

    def put(self, states: list[tuple[float, float]]) -> None:
        """Set (y, x) of each kernel at the beginning of the window that comes next."""
        for kernel, (y, x) in zip(self.kernels, states, strict=True):
            kernel.y, kernel.x = y, x

    def rates(self, kernels: list[StepKernel]) -> Floats:
        """The fastest relevant rate of change of the conductances on each step, 1/ms."""
        rate: Floats = np.zeros(kernels[0].y.shape) if kernels else np.zeros(0)
        for item in kernels:
            k, delta = item.kernel.k, item.kernel.delta
            rising = item.x / (k + delta) > 1e-15 * item.y + self.negligible
            own = np.where(rising, k + delta, k)
            rate = np.maximum(rate, np.where((item.y > 0) | (item.x > 0), own, 0.0))
        return rate

    def bound(self, kernels: list[StepKernel]) -> Floats:
        """An upper bound on the total kernel conductance after each start, nS."""
        total: Floats = np.zeros(kernels[0].y.shape) if kernels else np.zeros(0)
        for item in kernels:
            if item.share:
                total = total + item.y + item.x / (item.kernel.k + item.kernel.delta)
        return total
