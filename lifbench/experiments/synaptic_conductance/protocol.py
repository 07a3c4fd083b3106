"""EPSP with and without a shunt; f–I with and without a shunt."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lifbench.analysis.fit import refine_peak
from lifbench.experiments.experiment import Curve, Protocol, Result
from lifbench.experiments.injected_current.protocol import measured_rates, rate_currents, rate_points, rate_setups
from lifbench.model import theory
from lifbench.model.clamp import Clamp
from lifbench.model.recording import Recording
from lifbench.model.setup import RecordingSettings, Setup
from lifbench.model.synapse import ConstantSynapse, ExponentialSynapse
from lifbench.parameters import Declared, count, quantity
from lifbench.quantities import format_quantity

__all__ = ["PROTOCOLS", "demo"]


def demo() -> Setup:
    """Four EPSPs, each a little later summed, beside a shunt that begins closed."""
    excitatory = ExponentialSynapse("exc", 0.0, peak_conductance=5.0, decay_time=5.0, spike_times=(30.0, 90.0, 98.0, 106.0))
    shunt = ConstantSynapse("shunt", -70.0, peak_conductance=0.0)
    return Setup(synapses=(excitatory, shunt), recording=RecordingSettings(duration=200.0))


@dataclass(frozen=True)
class ShuntParameters(Declared):
    excitatory_conductance: float = quantity(
        2.0, "nS", "g_e", "Peak conductance of the excitatory synapse", hard=(0.01, 1e4), soft=(0.1, 50), log=True
    )
    decay_time: float = quantity(5.0, "ms", "τ_d", "Its time constant", hard=(0.01, 1e4), soft=(0.5, 50), log=True)
    largest_shunt: float = quantity(30.0, "nS", "g_i", "The largest shunt", hard=(0.1, 1e5), soft=(1, 200), log=True)
    shunts: int = count(7, "n", "How many shunts", hard=(2, 50), soft=(3, 20))


def _onset(base: Setup) -> float:
    return base.cell.time_constant * 0.1


def _shunt_setups(base: Setup, p: Declared) -> Sequence[Setup]:
    assert isinstance(p, ShuntParameters)
    cell = dataclasses.replace(base.cell, spiking=False, initial_potential=None)
    onset = _onset(base)
    synapse = ExponentialSynapse(
        "exc", 0.0, peak_conductance=p.excitatory_conductance, decay_time=p.decay_time, spike_times=(onset,)
    )
    duration = onset + 4.0 * (cell.time_constant + p.decay_time)
    recording = RecordingSettings(duration, duration / 20_000.0)
    return [
        Setup(cell, Clamp(), (synapse, ConstantSynapse("shunt", cell.leak_reversal, peak_conductance=float(g))), recording)
        for g in np.linspace(0.0, p.largest_shunt, p.shunts)
    ]


def _shunt_analyse(base: Setup, p: Declared, recordings: Sequence[Recording]) -> Result:
    assert isinstance(p, ShuntParameters)
    cell = base.cell
    shunts = np.linspace(0.0, p.largest_shunt, p.shunts)
    peaks = []
    for recording in recordings:
        time, value = refine_peak(recording.time_ms, recording["V_mV"][0])
        peaks.append((time - _onset(base), value - cell.leak_reversal))
    sizes = np.array([size for _, size in peaks])
    ratio = sizes / sizes[0]
    steady = cell.leak_conductance / (cell.leak_conductance + shunts)
    fine = np.linspace(0.0, p.largest_shunt, 200)
    rows = tuple((float(g), size, t, float(r), float(s)) for g, (t, size), r, s in zip(shunts, peaks, ratio, steady, strict=True))
    return Result(
        "shunt (nS)", "EPSP, share of control",
        (
            Curve("brief EPSP", shunts, ratio, points=True),
            Curve("steady: g_L/(g_L+g_i)", fine, cell.leak_conductance / (cell.leak_conductance + fine), theory=True, colour=3),
        ),
        ("shunt (nS)", "EPSP (mV)", "peak at (ms)", "share", "steady share"),
        rows,
        (
            f"Alone the EPSP is {format_quantity(float(sizes[0]), 'mV')}; beside {format_quantity(p.largest_shunt, 'nS')} it is "
            f"{format_quantity(float(sizes[-1]), 'mV')}, though the shunt alone does not move V at all.",
            "A brief EPSP loses less than a steady one: the shunt makes the membrane faster as well as leakier.",
        ),
    )  # fmt: skip


@dataclass(frozen=True)
class CurveParameters(Declared):
    shunt: float = quantity(10.0, "nS", "g_i", "The shunt, with its reversal at rest", hard=(0.0, 1e5), soft=(1, 100), log=True)
    largest_current: float = quantity(2000.0, "pA", "I_max", "The largest current", hard=(1, 1e6), soft=(100, 5000), log=True)
    currents: int = count(30, "n", "How many currents", hard=(3, 200), soft=(10, 60))


def _curve_setups(base: Setup, p: Declared) -> Sequence[Setup]:
    assert isinstance(p, CurveParameters)
    plain = rate_setups(base, rate_currents(base, p.largest_current, p.currents), refractory=0.0)
    shunt = ConstantSynapse("shunt", base.cell.leak_reversal, peak_conductance=p.shunt)
    return [*plain, *(dataclasses.replace(setup, synapses=(shunt,)) for setup in plain)]


def _curve_analyse(base: Setup, p: Declared, recordings: Sequence[Recording]) -> Result:
    assert isinstance(p, CurveParameters)
    cell = base.cell
    currents = rate_currents(base, p.largest_current, p.currents)
    rates = measured_rates(recordings)
    plain, shunted = rates[: p.currents], rates[p.currents :]
    fine = np.linspace(0.0, p.largest_current, 2000)
    curves = []
    for number, g in enumerate((0.0, p.shunt)):
        steady = theory.steady_potential(fine, cell.leak_conductance, cell.leak_reversal, ((g, cell.leak_reversal),))
        tau = cell.membrane_capacitance / (cell.leak_conductance + g)
        rate = theory.firing_rate(steady, cell.threshold, cell.reset, tau, 0.0)
        curves.append(Curve(f"theory, {format_quantity(g, 'nS')}", fine, rate, theory=True, colour=3 * number))
    onset, large = theory.holt_koch_shift(p.shunt, cell.leak_reversal, cell.threshold, cell.reset)
    return Result(
        "injected current (pA)", "rate (Hz)",
        (
            rate_points("no shunt", currents, plain),
            rate_points(f"shunt {format_quantity(p.shunt, 'nS')}", currents, shunted, colour=3),
            *curves,
        ),
        ("I (pA)", "rate (Hz)", "with shunt (Hz)"),
        tuple((float(I), float(a), float(b)) for I, a, b in zip(currents, plain, shunted, strict=True)),
        (
            "The shunt shifts the curve, it does not tilt it: between spikes V is, on average, the same distance above rest, "
            "so the shunt takes a nearly constant current (Holt & Koch 1997).",
            f"Shift at the onset {format_quantity(onset, 'pA')}, at large currents {format_quantity(large, 'pA')}.",
        ),
    )  # fmt: skip


PROTOCOLS = (
    Protocol(
        "shunt", "EPSP with and without a shunt", "Can inhibition work without moving V at all?",
        "Beside the largest shunt, how many mV will the EPSP have?", ShuntParameters, _shunt_setups, _shunt_analyse,
    ),
    Protocol(
        "rate_shift", "f–I with and without a shunt", "Does a shunt divide the rate, or subtract from the current?",
        "By how many pA will the curve shift?", CurveParameters, _curve_setups, _curve_analyse,
    ),
)  # fmt: skip
