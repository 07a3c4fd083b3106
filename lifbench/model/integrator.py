"""The one integrator: offline runs call it once, the live bench in blocks of any size, with the same numbers.

Time inside a sweep is sample index times interval; windows, steps and spikes are placed without regard to samples
or blocks. Within 1e-9 of a sample interval an edge or spike counts as being on the sample.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lifbench.model.clamp import Step
from lifbench.model.conductances import Conductances
from lifbench.model.drive import Drive, locate
from lifbench.model.reference_cells import State
from lifbench.model.reference_solution import ReferenceSolution
from lifbench.model.setup import Setup
from lifbench.model.solution import Solution
from lifbench.model.steps import make_steps
from lifbench.quantities import LifbenchError

__all__ = ["Block", "Integrator", "channel_names", "name_and_unit"]

_WINDOW = 256.0  # ms: how far ahead the solution is worked out; longer where little happens
_REFERENCE_WINDOW = 16.0  # ms: reference cells cost more, and a live run must not wait for them
_CALM_WINDOW = 1e5  # ms: where nothing but a few edges can happen
_CALM = 64  # steps in a window below which the next one may be twice as long
_BEYOND = 4e-9  # of a sweep's duration: so that its last sample, snapped to its place, lies in the last window
_SNAP = 1e-9  # of a sample interval

Floats = NDArray[np.float64]


def channel_names(setup: Setup) -> tuple[str, ...]:
    """The channels of a recording in the order of the CSV columns, without sweep and time.

    A reference cell's own conductances and currents stand behind those of the synapses.
    """
    fixed = ("V_mV", "I_inj_pA", "I_leak_pA", "I_C_pA", "I_switch_pA")
    synapses = [synapse.name for synapse in setup.synapses]
    reference = setup.cell.reference
    own = () if reference is None else reference.channels
    conductances = (*synapses, *(c.name for c in own if c.conductance))
    currents = (*synapses, *(c.name for c in own))
    return (*fixed, *(f"g_{n}_nS" for n in conductances), *(f"I_{n}_pA" for n in currents), "refractory")


def name_and_unit(channel: str) -> tuple[str, str]:
    """``"I_leak_pA"`` -> ``("I_leak", "pA")``; the refractory flag has no unit."""
    name, _, unit = channel.rpartition("_")
    return (name, unit) if name else (channel, "")


@dataclass(frozen=True)
class Block:
    """Consecutive samples of one sweep.

    Attributes
    ----------
    start : int
        Index of the first sample in the sweep.
    columns : dict of str to (n,) array
        By `channel_names`; ``refractory`` is bool, the rest float64.
    spike_times_ms : (m,)
        Exact spike times, sweep time, from the block's first sample to just before the next block's.
    """

    start: int
    columns: dict[str, NDArray[Any]]
    spike_times_ms: Floats

    @property
    def count(self) -> int:
        return len(self.columns["V_mV"])


class Integrator:
    """C dV/dt = I_inj − g_L (V − E_L) − Σ g_k (V − E_k), with exact spikes.

    Parameters
    ----------
    setup : Setup
    sweep : int
        Which sweep of the protocol (from 0): decides increments and the noise.
    """

    def __init__(self, setup: Setup, sweep: int = 0) -> None:
        self.setup = setup
        self.sweep = sweep
        self._stream = sweep
        self._spikes: list[Floats] = []
        self._window_end = 0.0
        self._length = _WINDOW
        self._extra: tuple[Step, ...] = ()
        self.position = 0
        self._compile()
        self._open(0.0, setup.cell.start(), -math.inf, [(0.0, 0.0)] * len(self._conductances.kernels))

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """What fails in here has not happened."""
        before = dict(self.__dict__)
        try:
            yield
        except LifbenchError:
            self.__dict__.update(before)
            raise

    # ---- what the bench does to a running cell

    def change(self, setup: Setup) -> None:
        """From the next sample on, ``setup``; V, conductances, the clamp and the place in the sweep are kept."""
        with self._whole():
            time, membrane, clamp_end, states = self._state()
            old = dict(zip((k.synapse.name for k in self._conductances.kernels), states, strict=True))
            kinds = {synapse.name: type(synapse) for synapse in self.setup.synapses}
            interval = setup.recording.sample_interval
            if interval != self.setup.recording.sample_interval:
                self.position = math.ceil(time / interval - _SNAP)
            if setup.cell.model != self.setup.cell.model:  # V stays; what else there is settles to it
                membrane, clamp_end = setup.cell.start(membrane[0]), -math.inf
            self.setup = setup
            self._compile()
            kept = [
                old[k.synapse.name] if kinds.get(k.synapse.name) is type(k.synapse) else (0.0, 0.0)
                for k in self._conductances.kernels
            ]
            self._open(time, membrane, min(clamp_end, time + setup.cell.refractory_period), kept)

    def add_pulse(self, amplitude_pA: float, width_ms: float) -> None:
        """Add a step of command current that begins now. Raises LifbenchError if the values are out of range."""
        with self._whole():
            time, membrane, clamp_end, states = self._state()
            self._extra = (*(p for p in self._extra if p.end > time), Step(start=time, duration=width_ms, amplitude=amplitude_pA))
            self._compile()
            self._open(time, membrane, clamp_end, states)

    def kick(self, V_mV: float) -> None:
        """Put V somewhere by hand; at or above threshold, a spike. Raises LifbenchError if not a potential."""
        with self._whole():
            if not (math.isfinite(V_mV) and abs(V_mV) <= 1000.0):
                raise LifbenchError("a potential between −1000 and 1000 mV is expected")
            time, membrane, _, states = self._state()
            self._open(time, (V_mV, *membrane[1:]), -math.inf, states)

    def begin_sweep(self, sweep: int, setup: Setup | None = None) -> None:
        """Begin a sweep with the state the cell is in (gap-free); noise goes on with fresh numbers."""
        with self._whole():
            if setup is not None and setup is not self.setup:
                self.change(setup)  # first: the state below is then that of the new synapses
            time, membrane, clamp_end, states = self._state()
            self._extra = tuple(Step(start=0.0, duration=p.end - time, amplitude=p.amplitude) for p in self._extra if p.end > time)
            self.sweep = sweep
            self._stream += 1
            self.position = 0
            self._compile()
            self._open(0.0, membrane, clamp_end - time, states)

    @property
    def refractory_left_ms(self) -> float:
        """How much longer V is held at reset from the next sample on."""
        time, _, clamp_end, _ = self._state()
        return max(0.0, clamp_end - time)

    # ---- time going on

    def advance(self, count: int, into: dict[str, NDArray[Any]] | None = None, until: float = math.inf) -> Block:
        """The next ``count`` samples; into arrays of that length, by `channel_names`, if they are given.

        Spikes after ``until`` (ms) that no sample asks for need not be found.

        Raises LifbenchError if the cell fires too fast to follow; the integrator then stays where it was.
        """
        interval = self.setup.recording.sample_interval
        snap = _SNAP * interval
        first, last = self.position, self.position + count
        end = min(last * interval - snap, until)
        parts: list[list[NDArray[np.float64] | NDArray[np.bool_]]] = []
        targets = None if into is None else list(into.values())
        at = first
        while True:
            stop = min(last, math.ceil(self._window_end / interval - _SNAP))
            if stop > at:
                part = self._sample(np.asarray(np.arange(at, stop) * interval, dtype=np.float64), snap)
                if targets is None:
                    parts.append(part)
                else:
                    for target, values in zip(targets, part, strict=True):
                        target[at - first : stop - first] = values
                at = stop
            if at >= last and self._window_end >= end:
                break
            self._next_window()
        self.position = last
        if into is not None:
            return Block(first, into, self._take_spikes(end))
        names = channel_names(self.setup)
        if not parts:
            parts.append(self._sample(np.empty(0), snap))
        columns = parts[0] if len(parts) == 1 else [np.concatenate(c) for c in zip(*parts, strict=True)]
        return Block(first, dict(zip(names, columns, strict=True)), self._take_spikes(end))

    def skip(self, count: int, until: float = math.inf) -> Floats:
        """Go on by ``count`` samples without making them; the spike times of `advance`, and its errors."""
        interval = self.setup.recording.sample_interval
        last = self.position + count
        end = min(last * interval - _SNAP * interval, until)
        while self._window_end < end:
            self._next_window()
        self.position = last
        return self._take_spikes(end)

    def _take_spikes(self, end: float) -> Floats:
        """Spike times before ``end``; later ones are kept for the next block."""
        spikes = np.concatenate(self._spikes) if self._spikes else np.empty(0)
        self._spikes = [spikes[spikes >= end]]
        return spikes[spikes < end]

    def peek(self) -> dict[str, float]:
        """All channels at the next sample, without going on."""
        interval = self.setup.recording.sample_interval
        snap = _SNAP * interval
        time = self.position * interval
        if time >= self._window_end - snap:
            self._next_window()
        values = self._sample(np.array([time]), snap)
        return dict(zip(channel_names(self.setup), (float(v[0]) for v in values), strict=True))

    # ---- windows

    def _compile(self) -> None:
        setup = self.setup
        seed = setup.recording.seed
        self._drive = Drive(setup.clamp.at_sweep(self.sweep % setup.recording.sweeps), seed, self._stream, self._extra)
        self._conductances = Conductances(setup.synapses, setup.cell, seed, self._stream)

    def _open(self, time: float, membrane: State, clamp_end: float, states: list[tuple[float, float]]) -> None:
        """Begin a chain of windows at ``time``."""
        self._spikes = []
        self._window_end = time
        calm = not self._drive.busy and not self._conductances.busy
        self._length = _CALM_WINDOW if calm else _WINDOW
        if self.setup.cell.reference is not None:
            self._length = _REFERENCE_WINDOW
        self._load(time, membrane, clamp_end, states)

    def _next_window(self) -> None:
        solution = self._solution
        if solution.steps.starts.size < _CALM and self.setup.cell.reference is None:
            self._length = min(2.0 * self._length, 1e7)
        end = self._window_end
        self._load(end, solution.end, solution.clamp_end, self._conductances.state(end))

    def _load(self, time: float, membrane: State, clamp_end: float, states: list[tuple[float, float]]) -> None:
        recording = self.setup.recording
        end = time + self._length
        # up to the sweep's end windows do not depend on the sample interval, so neither does a bit of any spike time
        for stop in (recording.duration * (1.0 + _BEYOND), recording.samples * recording.sample_interval):
            if time < stop:
                end = min(end, stop)
                break
        self._conductances.put(states)
        cell = self.setup.cell
        steps = make_steps(cell, self._drive, self._conductances, time, end)
        self._begun = (membrane, clamp_end)
        self._solution: Solution | ReferenceSolution
        if cell.reference is None:
            self._solution = Solution(steps, membrane[0], clamp_end)
        else:
            self._solution = ReferenceSolution(cell.reference, steps, membrane)
        self._window_end = end
        self._spikes.append(self._solution.spike_times)

    def _state(self) -> tuple[float, State, float, list[tuple[float, float]]]:
        """(time, membrane, end of the clamp, kernel states) at the next sample, before events at that very instant.

        The membrane is (V, …): a reference cell has further variables.
        """
        time = min(self.position * self.setup.recording.sample_interval, self._window_end)
        solution = self._solution
        begin = float(solution.steps.nodes[0])
        if time >= self._window_end:
            return time, solution.end, solution.clamp_end, self._conductances.state(time)
        if time <= begin:
            return begin, *self._begun, self._conductances.state(begin)
        before = solution.spike_times[solution.spike_times <= time]
        clamp_end = float(before[-1]) + self.setup.cell.refractory_period if before.size else self._begun[1]
        return time, solution.at(time), clamp_end, self._conductances.state(time)

    def _sample(self, times: Floats, snap: float) -> list[NDArray[np.float64] | NDArray[np.bool_]]:
        """All channels at ``times`` inside the window, in the order of `channel_names`."""
        solution, setup = self._solution, self.setup
        steps, cell = solution.steps, setup.cell
        V, held, own = solution.sample(times, snap)
        step = _within(steps.starts, times, snap)
        if steps.current.steady:
            injected = _spread(steps.current.constant, step, times)
        else:
            injected = steps.current.derivatives(step, np.maximum(times - steps.starts[step], 0.0))[0]
        leak = V - cell.leak_reversal
        leak *= cell.leak_conductance
        left = injected - leak
        conductances, currents = [], []
        kernels = {kernel.index: kernel for kernel in self._conductances.kernels}
        for index, synapse in enumerate(setup.synapses):
            g = kernels[index].at(times, snap)[0] if index in kernels else _spread(steps.steady[index], step, times)
            driving = V - synapse.reversal if synapse.mode == "conductance" else cell.leak_reversal - synapse.reversal
            current = g * driving
            left = left - current
            conductances.append(g)
            currents.append(current)
        for own_g, current in own:
            left = left - current
            if own_g is not None:
                conductances.append(own_g)
            currents.append(current)
        capacitive, switch = np.where(held, 0.0, left), np.where(held, left, 0.0)
        return [V, injected, leak, capacitive, switch, *conductances, *currents, held]


def _within(starts: Floats, times: Floats, snap: float) -> NDArray[np.intp] | slice:
    """The step of each time; where all lie in the same one, that one as a slice, which costs nothing to index with."""
    if times.size:
        first, last = (int(i) for i in np.searchsorted(starts, (times[0] + snap, times[-1] + snap), side="right"))
        if first == last or last == 1:
            return slice(max(last - 1, 0), max(last, 1))
    return locate(starts, times, snap)


def _spread(values: Floats, step: NDArray[np.intp] | slice, times: Floats) -> Floats:
    """The value of each time's step."""
    return np.full(times.shape, values[step][0]) if isinstance(step, slice) else values[step]


def sweep_setup(setup: Setup, sweep: int) -> Setup:
    """The setup with the increments of ``sweep`` applied, as one sweep: for asking "what exactly ran"."""
    return dataclasses.replace(setup, clamp=setup.clamp.at_sweep(sweep), recording=dataclasses.replace(setup.recording, sweeps=1))
