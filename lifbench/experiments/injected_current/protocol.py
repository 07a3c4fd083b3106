"""Step response (τ and R measured from the trace), f–I curve, strength–duration curve."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from lifbench.analysis.fit import fit_exponential
from lifbench.experiments.experiment import Curve, Protocol, Result
from lifbench.model import theory
from lifbench.model.clamp import Clamp, Step
from lifbench.model.families import find_threshold
from lifbench.model.recording import Recording
from lifbench.model.setup import RecordingSettings, Setup
from lifbench.parameters import Declared, count, quantity
from lifbench.quantities import LifbenchError, format_quantity

__all__ = ["PROTOCOLS", "demo", "measured_rates", "rate_currents", "rate_points", "rate_setups"]


def demo() -> Setup:
    """A step that fires a few spikes, seen charging and discharging."""
    return Setup(
        clamp=Clamp(0.0, (Step(start=50.0, duration=300.0, amplitude=240.0),)), recording=RecordingSettings(duration=500.0)
    )


# ---- step response


@dataclass(frozen=True)
class StepParameters(Declared):
    amplitude: float = quantity(
        -100.0, "pA", "I", "The step; negative keeps away from threshold", hard=(-1e6, 1e6), soft=(-200, 100)
    )
    duration: float = quantity(200.0, "ms", "d", "How long the step lasts", hard=(1, 1e5), soft=(20, 1000), log=True)


def _step_setups(base: Setup, p: Declared) -> Sequence[Setup]:
    assert isinstance(p, StepParameters)
    # spiking off: what is measured is the membrane, not the threshold
    cell = dataclasses.replace(base.cell, spiking=False, initial_potential=None)
    interval = max(p.duration / 20_000.0, 1e-3)
    return [
        Setup(
            cell,
            Clamp(0.0, (Step(start=0.0, duration=2 * p.duration, amplitude=p.amplitude),)),
            (),
            RecordingSettings(p.duration, interval),
        )
    ]


def _step_analyse(base: Setup, p: Declared, recordings: Sequence[Recording]) -> Result:
    assert isinstance(p, StepParameters)
    if p.amplitude == 0:
        raise LifbenchError("a step of 0 pA shows nothing; choose another amplitude", "amplitude")
    recording = recordings[0]
    t, V = recording.time_ms, recording["V_mV"][0]
    try:
        fit = fit_exponential(t, V)
    except LifbenchError:
        raise LifbenchError(
            "the step is too short to see V bend; choose a longer duration, some time constants", "duration"
        ) from None
    resistance = (fit.plateau - V[0]) / p.amplitude * 1000.0
    capacitance = fit.tau / resistance * 1000.0
    cell = base.cell
    thin = slice(None, None, max(1, t.size // 600))
    steady = theory.steady_potential(p.amplitude, cell.leak_conductance, cell.leak_reversal)
    predicted = theory.passive_potential(t[thin], cell.leak_reversal, float(steady), cell.time_constant)
    return Result(
        "time (ms)", "V (mV)",
        (Curve("measured", t[thin], V[thin]), Curve("V∞ + (V₀ − V∞) e^(−t/RC)", t[thin], predicted, theory=True, colour=3)),
        ("quantity", "measured", "R and C say"),
        (
            ("τ (ms)", fit.tau, cell.time_constant),
            ("R (MΩ)", resistance, cell.membrane_resistance),
            ("C (pF)", capacitance, cell.membrane_capacitance),
        ),
        (
            f"After one τ, {format_quantity(fit.tau, 'ms')}, V has covered 63 % of its way; R is read from where it ends, C from both.",
            "Double the capacitor: τ doubles and the plateau stays. Double the resistor: both double.",
        ),
    )  # fmt: skip


# ---- f–I


@dataclass(frozen=True)
class RateParameters(Declared):
    largest_current: float = quantity(800.0, "pA", "I_max", "The largest current", hard=(1, 1e6), soft=(100, 3000), log=True)
    currents: int = count(40, "n", "How many currents", hard=(3, 400), soft=(10, 100))


def rate_currents(base: Setup, largest: float, number: int) -> np.ndarray:
    """Currents from 0 to ``largest``, pA: half of them evenly, half crowding above the rheobase, where the curve is steep."""
    rheobase = base.cell.rheobase
    even = np.linspace(0.0, largest, number)
    if not 0.0 < rheobase < 0.9 * largest:
        return even
    half = number // 2
    near = rheobase + np.geomspace(0.01 * rheobase, largest - rheobase, half)
    return np.sort(np.concatenate([np.linspace(0.0, largest, number - half + 1)[:-1], near]))


def rate_setups(base: Setup, currents: np.ndarray, refractory: float | None = None) -> list[Setup]:
    """One long step for each current, fifty time constants at least; only spike times matter, so few samples are stored."""
    cell = dataclasses.replace(base.cell, spiking=True, initial_potential=None)
    if refractory is not None:
        cell = dataclasses.replace(cell, refractory_period=refractory)
    duration = min(max(1000.0, 50.0 * cell.time_constant, 10.0 * cell.refractory_period), 1e7)
    recording = RecordingSettings(duration=duration, sample_interval=min(duration / 20.0, 1e4))
    return [Setup(cell, Clamp(float(current)), (), recording) for current in currents]


def measured_rates(recordings: Sequence[Recording]) -> np.ndarray:
    """Rates from intervals, Hz: 0 without a spike, nan with a single one, which tells no rate."""
    return np.array([r.rate_hz() or (np.nan if r.spike_times_ms[0].size else 0.0) for r in recordings])


def rate_points(name: str, currents: np.ndarray, rates: np.ndarray, colour: int = 0) -> Curve:
    """The measured points of an f–I curve, without those that tell no rate."""
    known = np.isfinite(rates)
    return Curve(name, currents[known], rates[known], points=True, colour=colour)


def _rate_setups(base: Setup, p: Declared) -> Sequence[Setup]:
    assert isinstance(p, RateParameters)
    return rate_setups(base, rate_currents(base, p.largest_current, p.currents))


def _rate_analyse(base: Setup, p: Declared, recordings: Sequence[Recording]) -> Result:
    assert isinstance(p, RateParameters)
    cell = base.cell
    currents = rate_currents(base, p.largest_current, p.currents)
    rates = measured_rates(recordings)
    fine = np.linspace(0.0, p.largest_current, 2000)
    steady = theory.steady_potential(fine, cell.leak_conductance, cell.leak_reversal)
    predicted = theory.firing_rate(steady, cell.threshold, cell.reset, cell.time_constant, cell.refractory_period)
    return Result(
        "injected current (pA)", "rate (Hz)",
        (rate_points("measured", currents, rates), Curve("theory", fine, predicted, theory=True, colour=3)),
        ("I (pA)", "rate (Hz)"),
        tuple((float(I), float(f)) for I, f in zip(currents, rates, strict=True)),
        (
            f"Nothing below the rheobase, {format_quantity(cell.rheobase, 'pA')}; just above it the curve rises infinitely steeply.",
            "Rates come from the intervals between spikes, so the curve has no stairs.",
        ),
    )  # fmt: skip


# ---- strength–duration


@dataclass(frozen=True)
class DurationParameters(Declared):
    longest: float = quantity(100.0, "ms", "d_max", "The longest step", hard=(1, 1e4), soft=(10, 500), log=True)
    durations: int = count(14, "n", "How many durations", hard=(3, 100), soft=(5, 40))


def _durations(p: DurationParameters) -> np.ndarray:
    return np.geomspace(p.longest / 200.0, p.longest, p.durations)


def _duration_setups(base: Setup, p: Declared) -> Iterator[Setup]:
    """For each duration a family of strengths about the threshold: one sweep each, so that the bench can show them."""
    assert isinstance(p, DurationParameters)
    cell = dataclasses.replace(base.cell, spiking=True, initial_potential=None)
    guess = 1.0
    for duration in _durations(p):
        step = Step(start=0.0, duration=float(duration), amplitude=1.0)
        shock = Setup(cell, Clamp(0.0, (step,)), (), RecordingSettings(float(duration) * 1.5, float(duration)))
        # searched for, not computed: the curve is a measurement, also of a cell for which there is no theory
        weakest = find_threshold(shock, "clamp.epochs.0.amplitude", start=guess, tolerance=1e-6)
        guess = weakest
        step = dataclasses.replace(step, amplitude=0.9895 * weakest, increments=(("amplitude", 0.001 * weakest),))
        yield dataclasses.replace(shock, clamp=Clamp(0.0, (step,)), recording=dataclasses.replace(shock.recording, sweeps=22))


def _duration_analyse(base: Setup, p: Declared, recordings: Sequence[Recording]) -> Result:
    assert isinstance(p, DurationParameters)
    cell = base.cell
    durations = _durations(p)
    found = []
    for recording in recordings:
        step = recording.setup.clamp.epochs[0]
        assert isinstance(step, Step)
        fired = [k for k, times in enumerate(recording.spike_times_ms) if times.size]
        amount = dict(step.increments)["amplitude"]
        # between the last that failed and the first that fired
        found.append(step.amplitude + (fired[0] - 0.5) * amount if fired else np.nan)
    fine = np.geomspace(durations[0], durations[-1], 400)
    predicted = theory.threshold_current(fine, cell.rheobase, cell.time_constant)
    return Result(
        "duration (ms)", "threshold current (pA)",
        (
            Curve("measured", durations, np.array(found), points=True),
            Curve("I_rh/(1 − e^(−d/τ))", fine, predicted, theory=True, colour=3),
        ),
        ("duration (ms)", "threshold (pA)", "charge (pC)"),
        tuple((float(d), float(I), float(d * I / 1000.0)) for d, I in zip(durations, found, strict=True)),
        (
            f"Rheobase {format_quantity(cell.rheobase, 'pA')}, chronaxie τ ln 2 = {format_quantity(theory.chronaxie(cell.time_constant), 'ms')}.",
            "For short steps the charge is what counts: it tends to C ΔV, whatever the duration.",
        ),
    )  # fmt: skip


PROTOCOLS = (
    Protocol(
        "step_response", "Step response: τ and R", "How fast does the membrane charge, and how far?",
        "Before you run it: what will τ be, in ms?", StepParameters, _step_setups, _step_analyse,
    ),
    Protocol(
        "rate", "Rate against current (f–I)", "How does the rate of spikes grow with the current?",
        "At which current, in pA, will it begin to fire?", RateParameters, _rate_setups, _rate_analyse,
    ),
    Protocol(
        "strength_duration", "Strength and duration", "How strong must a shock be if it is short?",
        "At which duration, in ms, is twice the rheobase needed?", DurationParameters, _duration_setups, _duration_analyse,
    ),
)  # fmt: skip
