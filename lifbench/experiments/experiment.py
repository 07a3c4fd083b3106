"""What an experiment is: a question, a setup to open on, protocols that run and are analysed, a guide.

An experiment's folder declares it all; tab, form, run button, plot, table, guide and tests follow.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass, field
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from lifbench.model.recording import Recording, run
from lifbench.model.setup import Setup
from lifbench.parameters import Declared

__all__ = ["Curve", "Experiment", "Protocol", "Result"]


@dataclass(frozen=True)
class Curve:
    """One line or set of points of a result's plot; ``theory`` curves are shown when asked for."""

    name: str
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    theory: bool = False
    points: bool = False
    colour: int = 0


@dataclass(frozen=True)
class Result:
    """What an analysis gives: curves under labelled axes, a table, and sentences that say what it means."""

    x_label: str
    y_label: str
    curves: tuple[Curve, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[float | str | None, ...], ...]
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True)
class Protocol:
    """Something to run.

    Attributes
    ----------
    parameters : type of Declared
        Its own parameters, declared as everywhere.
    setups : callable (base setup, parameters) -> setups to run
        A generator where finding the next one takes time itself.
    analyse : callable (base setup, parameters, recordings) -> Result
    question, predict : str
        What is asked, and what is to be guessed before it is run.
    """

    key: str
    title: str
    question: str
    predict: str
    parameters: type[Declared]
    setups: Callable[[Setup, Declared], Iterable[Setup]]
    analyse: Callable[[Setup, Declared, Sequence[Recording]], Result]

    def job(self, base: Setup, parameters: Declared) -> Generator[tuple[int, int], None, Result]:
        """Runs setup by setup, yields (done, total; 0 while unknown), returns the Result. Raises LifbenchError in words."""
        setups = self.setups(base, parameters)
        total = len(setups) if isinstance(setups, Sequence) else 0
        recordings: list[Recording] = []
        yield 0, total
        for setup in setups:
            recordings.append(run(setup))
            yield len(recordings), total
        yield len(recordings), len(recordings)
        return self.analyse(base, parameters, recordings)


@dataclass(frozen=True)
class Experiment:
    """One tab. ``package`` is where its guide.md lies; ``scope`` how the oscilloscope is set when it opens."""

    key: str
    title: str
    order: int
    package: str
    setup: Callable[[], Setup]
    protocols: tuple[Protocol, ...]
    scope: dict[str, object] = field(default_factory=dict)

    def guide(self) -> str:
        """The guide, Markdown."""
        return files(self.package).joinpath("guide.md").read_text(encoding="utf-8")
