"""The current clamp: a holding current and epochs of command current, which add up.

One class per shape, each the declaration of its parameters. How a shape enters the equation is told by
`Epoch.current` (its value at any times, for previews) and, for the integrator, by `model.drive`.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from lifbench.parameters import Declared, parameters_of, quantity, values
from lifbench.quantities import LifbenchError, format_exact

__all__ = ["EPOCH_SHAPES", "Chirp", "Clamp", "Epoch", "Noise", "PulseTrain", "Ramp", "Samples", "Sine", "Step"]

_CURRENT: dict[str, Any] = {"hard": (-1e7, 1e7), "soft": (-500.0, 1000.0), "term": "clamp", "increments": True}
_TIME: dict[str, Any] = {"hard": (0.0, 1e7), "soft": (0.0, 1000.0), "term": "clamp", "increments": True}
_WIDTH: dict[str, Any] = {**_TIME, "above_zero": True}
_FREQUENCY: dict[str, Any] = {"hard": (0.0, 1e5), "soft": (0.1, 200.0), "log": True, "term": "clamp", "increments": True}

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Epoch(Declared):
    """Common to all shapes. The epoch acts for start ≤ t < start + duration, and is zero elsewhere.

    ``increments`` holds (name, amount per sweep) pairs: in sweep k (from 0) a parameter is value + k · amount.
    """

    shape: ClassVar[str] = ""

    start: float = quantity(100.0, "ms", "t_0", "When the epoch begins", **_TIME)
    duration: float = quantity(300.0, "ms", "d", "How long the epoch lasts", **_WIDTH)
    increments: tuple[tuple[str, float], ...] = field(default=(), kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        known = parameters_of(type(self))
        pairs = sorted((str(n), float(v)) for n, v in self.increments)
        for name, amount in pairs:
            if name not in known or not known[name].increments:
                raise LifbenchError(f"a {self.shape} epoch has no such parameter to increment", f"{name}_increment")
            if not math.isfinite(amount) or abs(amount) > 1e9:
                raise LifbenchError("a finite number is expected", f"{name}_increment")
        object.__setattr__(self, "increments", tuple((n, v) for n, v in pairs if v))

    @property
    def end(self) -> float:
        """When the epoch is over, ms."""
        return self.start + self.duration

    def at_sweep(self, sweep: int) -> Epoch:
        """The epoch as it is in sweep ``sweep`` (from 0), without increments. Raises LifbenchError out of range."""
        if not self.increments:
            return self
        changed: dict[str, Any] = {name: getattr(self, name) + sweep * amount for name, amount in self.increments}
        try:
            return dataclasses.replace(self, increments=(), **changed)
        except LifbenchError as error:
            raise LifbenchError(f"in sweep {sweep + 1} of the increments, {error.message}", error.key) from None

    def current(self, time_ms: Floats) -> Floats:
        """Command current in pA at ``time_ms`` (any shape), not counting increments. Noise gives its mean."""
        time = np.asarray(time_ms, dtype=float)
        inside = (time >= self.start) & (time < self.end)
        return np.where(inside, self._shape(np.where(inside, time - self.start, 0.0)), 0.0)

    def _shape(self, since: Floats) -> Floats:
        raise NotImplementedError


@dataclass(frozen=True)
class Step(Epoch):
    """A constant current."""

    shape: ClassVar[str] = "step"
    amplitude: float = quantity(100.0, "pA", "I", "The current of the step", required=True, **_CURRENT)

    def _shape(self, since: Floats) -> Floats:
        return np.full_like(since, self.amplitude)


@dataclass(frozen=True)
class Ramp(Epoch):
    """A current that changes at a constant rate."""

    shape: ClassVar[str] = "ramp"
    start_amplitude: float = quantity(0.0, "pA", "I_0", "The current at the beginning of the ramp", **_CURRENT)
    end_amplitude: float = quantity(300.0, "pA", "I_1", "The current at the end of the ramp", required=True, **_CURRENT)

    def _shape(self, since: Floats) -> Floats:
        return self.start_amplitude + (self.end_amplitude - self.start_amplitude) * (since / self.duration)


@dataclass(frozen=True)
class PulseTrain(Epoch):
    """Pulses at start, start + period, …; the last is cut by the end of the epoch."""

    shape: ClassVar[str] = "pulse_train"
    amplitude: float = quantity(500.0, "pA", "I", "The current of each pulse", required=True, **_CURRENT)
    pulse_width: float = quantity(5.0, "ms", "w", "How long each pulse lasts", required=True, **_WIDTH)
    period: float = quantity(50.0, "ms", "T", "From the beginning of a pulse to that of the next", required=True, **_WIDTH)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.pulse_width > self.period:
            raise LifbenchError("a pulse cannot last longer than the period", "pulse_width")
        if self.duration / self.period > 1e6:
            raise LifbenchError("this would be more than a million pulses; a longer period is needed", "period")

    def _shape(self, since: Floats) -> Floats:
        return np.where(np.mod(since, self.period) < self.pulse_width, self.amplitude, 0.0)


@dataclass(frozen=True)
class Sine(Epoch):
    """offset + amplitude · sin(2π f u + phase), u from the epoch's start."""

    shape: ClassVar[str] = "sine"
    amplitude: float = quantity(50.0, "pA", "I", "Half the peak-to-peak size", required=True, **_CURRENT)
    frequency: float = quantity(10.0, "Hz", "f", "Cycles per second", required=True, **_FREQUENCY)
    phase: float = quantity(
        0.0,
        "rad",
        "φ",
        "The phase at the epoch's start",
        hard=(-100.0, 100.0),
        soft=(-3.1416, 3.1416),
        term="clamp",
        increments=True,
    )
    offset: float = quantity(0.0, "pA", "I_0", "The current about which the sine swings", **_CURRENT)

    def _shape(self, since: Floats) -> Floats:
        return self.offset + self.amplitude * np.sin(2e-3 * np.pi * self.frequency * since + self.phase)


@dataclass(frozen=True)
class Chirp(Epoch):
    """A sine whose frequency runs linearly from start_frequency to end_frequency (the ZAP stimulus)."""

    shape: ClassVar[str] = "chirp"
    amplitude: float = quantity(50.0, "pA", "I", "Half the peak-to-peak size", required=True, **_CURRENT)
    start_frequency: float = quantity(0.5, "Hz", "f_0", "The frequency at the beginning", required=True, **_FREQUENCY)
    end_frequency: float = quantity(50.0, "Hz", "f_1", "The frequency at the end", required=True, **_FREQUENCY)

    def _shape(self, since: Floats) -> Floats:
        slope = (self.end_frequency - self.start_frequency) / self.duration
        return self.amplitude * np.sin(2e-3 * np.pi * (self.start_frequency + 0.5 * slope * since) * since)


@dataclass(frozen=True)
class Noise(Epoch):
    """Ornstein–Uhlenbeck current, begun stationary, exact on a grid of its own and held between grid points."""

    shape: ClassVar[str] = "noise"
    mean: float = quantity(0.0, "pA", "μ", "The mean current", **_CURRENT)
    standard_deviation: float = quantity(
        50.0, "pA", "σ", "The standard deviation of the current", required=True, hard=(0.0, 1e7), soft=(0.0, 500.0), term="clamp",
        increments=True,
    )  # fmt: skip
    time_constant: float = quantity(
        5.0, "ms", "τ_I", "How long the noise remembers itself", required=True, hard=(1e-3, 1e6), soft=(0.5, 100.0), log=True,
        term="clamp", increments=True,
    )  # fmt: skip
    interval: float = quantity(
        0.1, "ms", "Δ", "The noise's own grid; not the sample interval", hard=(1e-3, 1e4), soft=(0.01, 1.0), log=True, term="clamp"
    )

    def _shape(self, since: Floats) -> Floats:
        return np.full_like(since, self.mean)


@dataclass(frozen=True)
class Samples(Epoch):
    """A current of one's own: each value is held from its moment to the next; zero after the last has been held."""

    shape: ClassVar[str] = "samples"
    values: tuple[float, ...] = values("pA", "I", "The current, value by value", hard=(-1e7, 1e7), required=True)
    interval: float = quantity(
        0.1, "ms", "Δ", "From one value to the next", hard=(1e-4, 1e6), soft=(0.01, 10.0), log=True, term="clamp", required=True
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.values:
            raise LifbenchError("at least one value is needed", "values")

    def _shape(self, since: Floats) -> Floats:
        index = np.floor(since / self.interval + 1e-9).astype(int)
        held = np.asarray(self.values)[np.minimum(index, len(self.values) - 1)]
        return np.where(index < len(self.values), held, 0.0)


EPOCH_SHAPES: dict[str, type[Epoch]] = {c.shape: c for c in (Step, Ramp, PulseTrain, Sine, Chirp, Noise, Samples)}


@dataclass(frozen=True)
class Clamp(Declared):
    """Holding current plus the sum of the epochs, pA; positive depolarises."""

    holding_current: float = quantity(
        0.0, "pA", "I_hold", "The current that flows all the time", hard=(-1e7, 1e7), soft=(-500.0, 500.0), term="clamp"
    )
    epochs: tuple[Epoch, ...] = ()

    def at_sweep(self, sweep: int) -> Clamp:
        """The clamp of sweep ``sweep`` (from 0); errors are keyed ``epochs.I.NAME``."""
        if not any(epoch.increments for epoch in self.epochs):
            return self
        done = []
        for index, epoch in enumerate(self.epochs):
            try:
                done.append(epoch.at_sweep(sweep))
            except LifbenchError as error:
                raise error.under(f"epochs.{index}") from None
        return dataclasses.replace(self, epochs=tuple(done))

    def current(self, time_ms: Floats) -> Floats:
        """Command current in pA at ``time_ms``, sweep 0, noise as its mean: for previews."""
        total = np.full_like(np.asarray(time_ms, dtype=float), self.holding_current)
        for epoch in self.epochs:
            total = total + epoch.current(time_ms)
        return total

    def varied(self, sweep: int) -> tuple[tuple[str, str], ...]:
        """What the increments have made of sweep ``sweep`` (from 0): ``(("amplitude", "150 pA"),)``; empty where nothing varies."""
        parts = []
        for epoch in self.epochs:
            for name, amount in epoch.increments:
                parameter = parameters_of(type(epoch))[name]
                parts.append((parameter.label.lower(), parameter.format(getattr(epoch, name) + sweep * amount)))
        return tuple(parts)

    def describe(self) -> str:
        """One line for status texts."""
        shapes = ", ".join(epoch.shape.replace("_", " ") for epoch in self.epochs) or "no epochs"
        return f"holding {format_exact(self.holding_current, 'pA')}; {shapes}"
