"""The closed-form cases, run on the user's own machine: case, error, bound. `lifbench check` prints them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lifbench.model import theory
from lifbench.model.cell import Cell
from lifbench.model.clamp import Clamp, Ramp, Sine, Step
from lifbench.model.recording import run
from lifbench.model.setup import RecordingSettings, Setup
from lifbench.model.synapse import ConstantSynapse, ExponentialSynapse

__all__ = ["Check", "run_checks"]

_PASSIVE = Cell(spiking=False)


@dataclass(frozen=True)
class Check:
    """One case: the largest difference from the closed form, and what it may be."""

    case: str
    error: float
    bound: float
    unit: str

    @property
    def passed(self) -> bool:
        return self.error <= self.bound


def _largest(a: object, b: object) -> float:
    return float(np.max(np.abs(np.asarray(a, dtype=float) - np.asarray(b, dtype=float))))


def _charging(interval: float) -> float:
    r = run(Setup(_PASSIVE, Clamp(-130.0), (), RecordingSettings(200.0, interval)))
    return _largest(r["V_mV"][0], theory.passive_potential(r.time_ms, -70.0, -83.0, 20.0))


def _ramp(interval: float) -> float:
    ramp = Ramp(start=0.0, duration=400.0, start_amplitude=0.0, end_amplitude=200.0)
    r = run(Setup(_PASSIVE, Clamp(0.0, (ramp,)), (), RecordingSettings(399.0, interval)))
    return _largest(r["V_mV"][0], theory.ramp_potential(r.time_ms, 0.5, 10.0, -70.0, 20.0))


def _sine(interval: float) -> float:
    r = run(
        Setup(
            _PASSIVE,
            Clamp(0.0, (Sine(start=0.0, duration=600.0, amplitude=80.0, frequency=15.0),)),
            (),
            RecordingSettings(500.0, interval),
        )
    )
    z = complex(theory.impedance(15.0, 100.0, 20.0)) * 0.08
    steady = np.abs(z) * np.sin(2e-3 * np.pi * 15.0 * r.time_ms + np.angle(z))
    return _largest(r["V_mV"][0], -70.0 + steady - steady[0] * np.exp(-r.time_ms / 20.0))


def _spikes(interval: float) -> float:
    worst = 0.0
    for current in (210.0, 300.0, 3000.0):
        r = run(Setup(Cell(), Clamp(current), (), RecordingSettings(500.0, interval)))
        steady = theory.steady_potential(current, 10.0, -70.0)
        first = float(theory.threshold_time(-70.0, steady, -50.0, 20.0))
        period = 1000.0 / float(theory.firing_rate(steady, -50.0, -65.0, 20.0, 2.0))
        worst = max(worst, _largest(r.spike_times_ms[0], first + np.arange(r.spike_times_ms[0].size) * period))
    return worst


def _lapicque(interval: float) -> float:
    weakest = float(theory.threshold_current(7.0, 200.0, 20.0))
    fired = []
    for factor in (1.0 - 1e-9, 1.0 + 1e-9):
        step = Step(start=1.0, duration=7.0, amplitude=weakest * factor)
        fired.append(run(Setup(Cell(), Clamp(0.0, (step,)), (), RecordingSettings(20.0, interval))).spike_times_ms[0].size)
    return 0.0 if fired == [0, 1] else 1.0


def _epsp(interval: float) -> float:
    twin = ExponentialSynapse("s", 0.0, "current", peak_conductance=1.0, decay_time=5.0, spike_times=(0.0,))
    r = run(Setup(_PASSIVE, Clamp(), (twin,), RecordingSettings(200.0, interval)))
    return _largest(r["V_mV"][0], -70.0 + theory.current_epsp(r.time_ms, 70.0, 10.0, 20.0, 5.0))


def _shunt(interval: float) -> float:
    synapses = (ConstantSynapse("e", 0.0, peak_conductance=2.0), ConstantSynapse("i", -70.0, peak_conductance=10.0))
    r = run(Setup(_PASSIVE, Clamp(), synapses, RecordingSettings(1000.0, interval)))
    return _largest(r["V_mV"][0, -1] + 70.0, theory.shunted_depolarisation(10.0, 2.0, 70.0, 10.0))


_CASES: tuple[tuple[str, Callable[[float], float], float, str], ...] = (
    ("charging of the membrane", _charging, 1e-9, "mV"),
    ("response to a ramp", _ramp, 1e-9, "mV"),
    ("response to a sine", _sine, 1e-9, "mV"),
    ("spike times to steady currents", _spikes, 1e-6, "ms"),
    ("threshold of a 7 ms step (Lapicque)", _lapicque, 0.0, ""),
    ("current-based EPSP", _epsp, 1e-8, "mV"),
    ("steady depolarisation beside a shunt", _shunt, 1e-9, "mV"),
)


def run_checks() -> list[Check]:
    """Each case at its worst of the sample intervals 0.01 and 1 ms."""
    return [Check(case, max(f(0.01), f(1.0)), bound, unit) for case, f, bound, unit in _CASES]
