"""f–I with t_ref and without; paired pulses that find t_ref."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lifbench.experiments.experiment import Curve, Protocol, Result
from lifbench.experiments.injected_current.protocol import measured_rates, rate_currents, rate_points, rate_setups
from lifbench.model import theory
from lifbench.model.cell import Cell
from lifbench.model.clamp import Clamp, Step
from lifbench.model.recording import Recording
from lifbench.model.setup import RecordingSettings, Setup
from lifbench.parameters import Declared, count, quantity
from lifbench.quantities import format_quantity

__all__ = ["PROTOCOLS", "demo"]


def demo() -> Setup:
    """Firing fast enough that the pauses show."""
    return Setup(
        cell=Cell(refractory_period=8.0),
        clamp=Clamp(0.0, (Step(start=20.0, duration=150.0, amplitude=700.0),)),
        recording=RecordingSettings(duration=200.0),
    )


@dataclass(frozen=True)
class RateParameters(Declared):
    largest_current: float = quantity(5000.0, "pA", "I_max", "The largest current", hard=(1, 1e6), soft=(500, 20000), log=True)
    currents: int = count(30, "n", "How many currents", hard=(3, 200), soft=(10, 60))


def _setups(base: Setup, p: Declared) -> Sequence[Setup]:
    assert isinstance(p, RateParameters)
    currents = rate_currents(base, p.largest_current, p.currents)
    return [*rate_setups(base, currents), *rate_setups(base, currents, refractory=0.0)]


def _analyse(base: Setup, p: Declared, recordings: Sequence[Recording]) -> Result:
    assert isinstance(p, RateParameters)
    cell = base.cell
    currents = rate_currents(base, p.largest_current, p.currents)
    rates = measured_rates(recordings)
    with_it, without = rates[: p.currents], rates[p.currents :]
    fine = np.linspace(0.0, p.largest_current, 2000)
    steady = theory.steady_potential(fine, cell.leak_conductance, cell.leak_reversal)
    predicted = [
        theory.firing_rate(steady, cell.threshold, cell.reset, cell.time_constant, t) for t in (cell.refractory_period, 0.0)
    ]
    ceiling = 1000.0 / cell.refractory_period if cell.refractory_period else float("inf")
    sentences = [f"However strong the current, the rate stays below 1/t_ref = {format_quantity(ceiling, 'Hz')}."]
    if not np.isfinite(ceiling):
        sentences = ["With t_ref = 0 nothing stops the rate: set a refractory period (the spike switch) and run again."]
    slope = theory.asymptotic_slope(cell.membrane_capacitance, cell.threshold, cell.reset)
    sentences.append(f"Without it the rate ends as a straight line of slope 1/(C(V_th−V_reset)) = {slope:.3f} Hz/pA.")
    return Result(
        "injected current (pA)", "rate (Hz)",
        (
            rate_points(f"t_ref = {format_quantity(cell.refractory_period, 'ms')}", currents, with_it),
            rate_points("t_ref = 0", currents, without, colour=3),
            Curve("theory", fine, predicted[0], theory=True),
            Curve("theory, t_ref = 0", fine, predicted[1], theory=True, colour=3),
        ),
        ("I (pA)", "rate (Hz)", "t_ref = 0 (Hz)"),
        tuple((float(I), float(a), float(b)) for I, a, b in zip(currents, with_it, without, strict=True)),
        tuple(sentences),
    )  # fmt: skip


@dataclass(frozen=True)
class PairParameters(Declared):
    longest_interval: float = quantity(
        30.0,
        "ms",
        "Δ_max",
        "The longest time from the onset of the first pulse to that of the second",
        hard=(1, 1000),
        soft=(5, 100),
        log=True,
    )
    pulses: int = count(60, "n", "How many intervals are tried", hard=(5, 300), soft=(20, 100))


_WIDTH = 0.5


def _strength(cell: Cell) -> float:
    """Twice what a pulse of this width needs from rest: fires at once, unless V is held."""
    return 2.0 * float(theory.threshold_current(_WIDTH, cell.rheobase, cell.time_constant))


def _pair_setups(base: Setup, p: Declared) -> Sequence[Setup]:
    assert isinstance(p, PairParameters)
    cell = dataclasses.replace(base.cell, spiking=True, initial_potential=None)
    first = Step(start=1.0, duration=_WIDTH, amplitude=_strength(cell))
    step = (p.longest_interval - _WIDTH) / p.pulses
    second = dataclasses.replace(first, start=1.0 + _WIDTH, increments=(("start", step),))
    recording = RecordingSettings(p.longest_interval + 5.0, 1.0, sweeps=p.pulses)
    return [Setup(cell, Clamp(0.0, (first, second)), (), recording)]


def _pair_analyse(base: Setup, p: Declared, recordings: Sequence[Recording]) -> Result:
    assert isinstance(p, PairParameters)
    recording = recordings[0]
    pauses = _WIDTH + np.arange(p.pulses) * (p.longest_interval - _WIDTH) / p.pulses
    second = np.array(
        [np.count_nonzero(times >= 1.0 + pause) for times, pause in zip(recording.spike_times_ms, pauses, strict=True)]
    )
    fired = pauses[second > 0]
    found = float(fired[0]) if fired.size else float("nan")
    t_ref = base.cell.refractory_period
    text = f"The second pulse first fires {format_quantity(found, 'ms')} after the first; t_ref is {format_quantity(t_ref, 'ms')}."
    if not fired.size:
        text = "The second pulse never fired: try longer intervals."
    return Result(
        "from pulse to pulse (ms)", "second pulse fires (1) or not (0)",
        (
            Curve("second spike", pauses, (second > 0).astype(float), points=True),
            Curve("t_ref", np.array([t_ref, t_ref]), np.array([0.0, 1.0]), theory=True, colour=3),
        ),
        ("interval (ms)", "spikes to the second pulse"),
        tuple((float(a), float(b)) for a, b in zip(pauses, second, strict=True)),
        (text, "The pulse lasts 0.5 ms: one that begins a little before t_ref is over can still fire the cell with its end."),
    )  # fmt: skip


PROTOCOLS = (
    Protocol(
        "rate", "f–I with t_ref and without", "What stops a neuron from firing ever faster?",
        "What is the highest rate, in Hz, that this cell can reach?", RateParameters, _setups, _analyse,
    ),
    Protocol(
        "paired_pulses", "Paired pulses", "How soon after a spike can the cell fire again?",
        "From which interval on, in ms, will the second pulse fire?", PairParameters, _pair_setups, _pair_analyse,
    ),
)  # fmt: skip
