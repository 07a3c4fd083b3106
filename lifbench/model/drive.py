"""The clamp of one sweep, as the integrator wants it: edges, and between them constants, slopes and waves.

Steps, pulses, noise and own samples are constants between edges; ramps are slopes; sines and chirps are waves
A sin(φ + ω s + β s²/2), all analytic: nothing here knows a sample interval.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lifbench.model.clamp import Chirp, Clamp, Epoch, Noise, PulseTrain, Ramp, Samples, Sine, Step
from lifbench.model.random_streams import OrnsteinUhlenbeck

__all__ = ["Drive", "StepCurrent", "grid_edges", "locate"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


@dataclass(frozen=True)
class _Wave:
    amplitude: float
    phase: float
    omega: float  # rad/ms at the epoch's start
    beta: float  # rad/ms²
    start: float
    end: float


@dataclass(frozen=True)
class StepCurrent:
    """Command current on the integrator's steps: ``constant + slope · u`` plus waves where their mask is set.

    Attributes
    ----------
    starts, constant, slope, rate : (N,) ms, pA, pA/ms, rad/ms
        ``rate`` is the largest angular frequency on the step.
    """

    starts: Floats
    constant: Floats
    slope: Floats
    rate: Floats
    waves: tuple[tuple[_Wave, NDArray[np.bool_]], ...]

    @property
    def steady(self) -> bool:
        """Whether the current is constant on every step."""
        return not self.waves and not self.slope.any()

    def derivatives(self, step: Ints | slice, u: Floats, order: int = 0) -> list[Floats]:
        """[I, I', … up to ``order`` ≤ 2] at local times ``u`` (ms) of steps ``step``; pA, pA/ms, pA/ms²."""
        slope = self.slope[step]
        out = [self.constant[step] + slope * u]
        if order >= 1:
            out.append(slope + 0.0 * u)
        if order >= 2:
            out.append(np.zeros_like(out[0]))
        for wave, mask in self.waves:
            on = mask[step]
            s = self.starts[step] - wave.start + u
            omega = wave.omega + wave.beta * s
            theta = wave.phase + (wave.omega + 0.5 * wave.beta * s) * s
            size = np.where(on, wave.amplitude, 0.0)
            sine = np.sin(theta)
            out[0] = out[0] + size * sine
            if order >= 1:
                cosine = np.cos(theta)
                out[1] = out[1] + size * omega * cosine
                if order >= 2:
                    out[2] = out[2] + size * (wave.beta * cosine - omega * omega * sine)
        return out


class Drive:
    """Compiled clamp of one sweep.

    Parameters
    ----------
    clamp : Clamp
        Of this sweep (`Clamp.at_sweep`).
    seed, stream : int
        Select the noise.
    extra : tuple of Step
        Pulses given by hand.
    """

    def __init__(self, clamp: Clamp, seed: int, stream: int, extra: tuple[Step, ...] = ()) -> None:
        self._holding = clamp.holding_current
        self._waves: list[_Wave] = []
        self._flat: list[Epoch] = list(extra)
        self._noise: dict[int, OrnsteinUhlenbeck] = {}
        for index, epoch in enumerate(clamp.epochs):
            if isinstance(epoch, Sine) and epoch.frequency == 0.0:  # no wave: what its phase holds, all the time
                for level in (epoch.offset, epoch.amplitude * math.sin(epoch.phase)):
                    self._flat.append(Step(start=epoch.start, duration=epoch.duration, amplitude=level))
            elif isinstance(epoch, Sine):
                omega = 2e-3 * math.pi * epoch.frequency
                self._waves.append(_Wave(epoch.amplitude, epoch.phase, omega, 0.0, epoch.start, epoch.end))
                if epoch.offset:
                    self._flat.append(Step(start=epoch.start, duration=epoch.duration, amplitude=epoch.offset))
            elif isinstance(epoch, Chirp):
                first, last = 2e-3 * math.pi * epoch.start_frequency, 2e-3 * math.pi * epoch.end_frequency
                beta = (last - first) / epoch.duration
                self._waves.append(_Wave(epoch.amplitude, 0.0, first, beta, epoch.start, epoch.end))
            else:
                if isinstance(epoch, Noise):
                    key = (seed, stream, 1, index)
                    self._noise[len(self._flat)] = OrnsteinUhlenbeck(key, epoch.interval, epoch.time_constant)
                self._flat.append(epoch)

    @property
    def varies(self) -> bool:
        """Whether there is anything but constants between edges."""
        return bool(self._waves) or any(isinstance(epoch, Ramp) for epoch in self._flat)

    @property
    def busy(self) -> bool:
        """Whether there may be many edges or fine steps."""
        return self.varies or any(isinstance(epoch, (Noise, PulseTrain, Samples)) for epoch in self._flat)

    def edges(self, first: float, last: float) -> list[Floats]:
        """Arrays of edges; those outside first < t < last are harmless and are cut by the caller."""
        out = [np.array([t for e in self._flat for t in (e.start, e.end)] + [t for w in self._waves for t in (w.start, w.end)])]
        for epoch in self._flat:
            low, high = max(first, epoch.start), min(last, epoch.end)
            if low >= high:
                continue
            if isinstance(epoch, PulseTrain):
                ons = grid_edges(epoch.start, epoch.period, low, high)
                out.append(np.concatenate([ons, ons + epoch.pulse_width]))
                # the pulse that is on when the window begins
                before = epoch.start + math.floor((low - epoch.start) / epoch.period) * epoch.period + epoch.pulse_width
                out.append(np.array([before]))
            elif isinstance(epoch, Noise):
                out.append(grid_edges(epoch.start, epoch.interval, low, high))
            elif isinstance(epoch, Samples):
                end = min(high, epoch.start + len(epoch.values) * epoch.interval + 0.5 * epoch.interval)
                out.append(grid_edges(epoch.start, epoch.interval, low, end))
        return out

    def on_steps(self, starts: Floats, lengths: Floats) -> StepCurrent:
        """The current on steps that do not straddle an edge (all but their first instant lies between edges)."""
        middle = starts + 0.5 * lengths
        constant = np.full(starts.shape, self._holding)
        slope = np.zeros(starts.shape)
        rate = np.zeros(starts.shape)
        for number, epoch in enumerate(self._flat):
            inside = (middle >= epoch.start) & (middle < epoch.end)
            if not inside.any():
                continue
            since = middle[inside] - epoch.start
            if isinstance(epoch, Ramp):
                gradient = (epoch.end_amplitude - epoch.start_amplitude) / epoch.duration
                slope[inside] += gradient
                constant[inside] += epoch.start_amplitude + gradient * (starts[inside] - epoch.start)
            elif isinstance(epoch, Noise):
                index = np.floor(since / epoch.interval).astype(np.intp)
                low = int(index[0])
                z = self._noise[number].values(low, int(index[-1]) + 1)
                constant[inside] += epoch.mean + epoch.standard_deviation * z[index - low]
            else:
                constant[inside] += epoch._shape(since)
        waves = []
        for wave in self._waves:
            inside = (middle >= wave.start) & (middle < wave.end)
            if inside.any():
                fastest = np.maximum(
                    np.abs(wave.omega + wave.beta * (starts - wave.start)),
                    np.abs(wave.omega + wave.beta * (starts + lengths - wave.start)),
                )
                rate = np.maximum(rate, np.where(inside, fastest + math.sqrt(abs(wave.beta)), 0.0))
                waves.append((wave, inside))
        return StepCurrent(starts, constant, slope, rate, tuple(waves))


def locate(starts: Floats, times: Floats, tolerance: float) -> Ints:
    """For increasing ``times``, the index of the last of the increasing ``starts`` at or before time + tolerance (0 if none)."""
    firsts = np.searchsorted(times, starts[1:] - tolerance, side="left")
    counts = np.diff(np.concatenate([[0], firsts, [times.size]]))
    return np.repeat(np.arange(starts.size), counts)


def grid_edges(origin: float, interval: float, first: float, last: float) -> Floats:
    """origin + k · interval within first ≤ t ≤ last: integer counts times the interval, never a sum."""
    low = math.ceil((first - origin) / interval - 1e-9)
    high = math.floor((last - origin) / interval + 1e-9)
    return np.asarray(origin + np.arange(max(low, 0), high + 1) * interval, dtype=np.float64)
