"""Everything a run needs, in one frozen value: cell, clamp, synapses, recording settings."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lifbench.model.cell import Cell
from lifbench.model.clamp import Clamp
from lifbench.model.synapse import Synapse
from lifbench.parameters import Declared, count, quantity
from lifbench.quantities import LifbenchError

__all__ = ["RecordingSettings", "Setup"]

_MOST_SAMPLES = 200_000_000  # 1.6 GB a channel; past that a run cannot end well on a classroom laptop


@dataclass(frozen=True)
class RecordingSettings(Declared):
    """How long, how often stored, how many sweeps, which seed."""

    duration: float = quantity(500.0, "ms", "T", "How long a sweep lasts", hard=(1e-3, 1e7), soft=(10, 5000), log=True)
    sample_interval: float = quantity(
        0.05,
        "ms",
        "Δt",
        "How often the trace is stored; it does not change the numbers",
        hard=(1e-4, 1e4),
        soft=(0.01, 1.0),
        log=True,
    )
    sweeps: int = count(1, "N", "How many sweeps the protocol has", hard=(1, 10_000), soft=(1, 20))
    seed: int = count(1, "", "The same seed gives the same noise", hard=(0, 2**63 - 1), soft=(0, 1000))

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.samples * self.sweeps > _MOST_SAMPLES:
            raise LifbenchError(
                f"{self.samples * self.sweeps} samples are too many to hold; a longer sample interval, a shorter duration "
                "or fewer sweeps are needed",
                "sample_interval",
            )

    @property
    def samples(self) -> int:
        """Samples per sweep, n = round(duration / sample_interval) + 1, the first at t = 0."""
        return round(self.duration / self.sample_interval) + 1

    @property
    def time_ms(self) -> NDArray[np.float64]:
        """(samples,) When each sample of a sweep is taken: counts times the interval."""
        return np.asarray(np.arange(self.samples) * self.sample_interval, dtype=np.float64)


@dataclass(frozen=True)
class Setup:
    """A frozen value; equal setups give equal numbers, bit for bit. Errors are keyed as in the setup file.

    Examples
    --------
    >>> from lifbench.model.clamp import Clamp, Step
    >>> setup = Setup(clamp=Clamp(0.0, (Step(start=50.0, duration=300.0, amplitude=250.0),)))
    >>> faster = setup.replace("cell.membrane_capacitance", 100.0)  # pF
    >>> faster.cell.time_constant, setup.cell.time_constant  # ms
    (10.0, 20.0)
    >>> setup.replace("cell.threshold", -80.0)
    Traceback (most recent call last):
    ...
    lifbench.quantities.LifbenchError: cell.threshold: the threshold, −80 mV, must lie above the reset, −65 mV
    """

    cell: Cell = field(default_factory=Cell)
    clamp: Clamp = field(default_factory=Clamp)
    synapses: tuple[Synapse, ...] = ()
    recording: RecordingSettings = field(default_factory=RecordingSettings)

    def __post_init__(self) -> None:
        object.__setattr__(self, "synapses", tuple(self.synapses))
        seen: set[str] = set()
        for index, synapse in enumerate(self.synapses):
            if synapse.name in seen:
                raise LifbenchError(f"two synapses are called {synapse.name!r}", f"synapses.{index}.name")
            seen.add(synapse.name)
            if synapse.name in self._taken:
                raise LifbenchError(
                    f"I_{synapse.name} is the name of another current of this cell; another name is needed",
                    f"synapses.{index}.name",
                )
        if len(self.synapses) > 64:
            raise LifbenchError("64 synapses at most", "synapses")
        if len(self.clamp.epochs) > 1000:
            raise LifbenchError("1000 epochs at most", "clamp.epochs")
        try:  # increments are linear: if the last sweep is in range, so are all
            self.clamp.at_sweep(self.recording.sweeps - 1)
        except LifbenchError as error:
            raise error.under("clamp") from None

    @property
    def _taken(self) -> set[str]:
        reference = self.cell.reference
        return {"inj", "leak", "C", "switch"} | ({c.name for c in reference.channels} if reference is not None else set())

    def replace(self, path: str, value: object) -> Setup:
        """A copy with one parameter changed, named as in the file: ``setup.replace("cell.threshold", -45.0)``,
        ``"clamp.epochs.0.amplitude"``, ``"clamp.epochs.0.amplitude_increment"``, ``"synapses.NAME.reversal"``.

        Raises LifbenchError, keyed with ``path``, if there is no such parameter or the value is refused.
        """
        return _Path(self, path).put(value)

    def get(self, path: str) -> object:
        """The value at ``path`` (see `replace`). Raises LifbenchError if there is none."""
        return _Path(self, path).value()


class _Path:
    """Walks a dotted path; indexes tuples by number or by the ``name`` of the element."""

    def __init__(self, setup: Setup, path: str) -> None:
        self.setup, self.path, self.parts = setup, path, path.split(".")

    def _missing(self) -> LifbenchError:
        return LifbenchError("there is no such parameter in this setup", self.path)

    def _step(self, here: object, part: str) -> object:
        if isinstance(here, tuple):
            return here[self._index(here, part)]
        if part.endswith("_increment") and hasattr(here, "increments"):
            return dict(here.increments).get(part.removesuffix("_increment"), 0.0)
        if dataclasses.is_dataclass(here) and part in {f.name for f in dataclasses.fields(here)}:
            return getattr(here, part)
        raise self._missing()

    def _index(self, items: tuple[object, ...], part: str) -> int:
        for index, item in enumerate(items):
            if part == str(index) or part == getattr(item, "name", None):
                return index
        raise self._missing()

    def value(self) -> object:
        here: object = self.setup
        for part in self.parts:
            here = self._step(here, part)
        return here

    def put(self, value: object) -> Setup:
        try:
            changed = self._put(self.setup, self.parts, value)
        except LifbenchError as error:
            raise LifbenchError(error.message, self.path) from None
        assert isinstance(changed, Setup)
        return changed

    def _put(self, here: object, parts: list[str], value: object) -> object:
        if not parts:
            return value
        part, rest = parts[0], parts[1:]
        if isinstance(here, Declared) and part in here.fixed:
            raise LifbenchError("this is fixed in a reference cell; only the LIF cell's can be chosen", part)
        if isinstance(here, tuple):
            index = self._index(here, part)
            return (*here[:index], self._put(here[index], rest, value), *here[index + 1 :])
        old = self._step(here, part)
        if part.endswith("_increment") and hasattr(here, "increments"):
            others = {k: v for k, v in here.increments if k != part.removesuffix("_increment")}
            return dataclasses.replace(here, increments=(*others.items(), (part.removesuffix("_increment"), value)))  # type: ignore[type-var]
        return dataclasses.replace(here, **{part: self._put(old, rest, value)})  # type: ignore[type-var]
