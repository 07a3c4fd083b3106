"""Ready-made protocols, each a clamp and what it wants of the recording. No Qt."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from lifbench.model.clamp import Chirp, Clamp, Epoch, Noise, PulseTrain, Ramp, Sine, Step
from lifbench.model.setup import Setup

__all__ = ["PRESETS", "apply_preset"]


def _family() -> tuple[tuple[Epoch, ...], float, int]:
    return (Step(start=50.0, duration=300.0, amplitude=-100.0, increments=(("amplitude", 50.0),)),), 450.0, 9


def _step() -> tuple[tuple[Epoch, ...], float, int]:
    return (Step(start=50.0, duration=300.0, amplitude=250.0),), 450.0, 1


def _ramp() -> tuple[tuple[Epoch, ...], float, int]:
    return (Ramp(start=50.0, duration=400.0, start_amplitude=0.0, end_amplitude=500.0),), 500.0, 1


def _paired() -> tuple[tuple[Epoch, ...], float, int]:
    first = Step(start=20.0, duration=2.0, amplitude=3000.0)
    return (first, dataclasses.replace(first, start=22.0, increments=(("start", 2.0),))), 100.0, 10


def _train() -> tuple[tuple[Epoch, ...], float, int]:
    return (PulseTrain(start=50.0, duration=400.0, amplitude=1500.0, pulse_width=4.0, period=40.0),), 500.0, 1


def _zap() -> tuple[tuple[Epoch, ...], float, int]:
    return (Chirp(start=100.0, duration=4000.0, amplitude=60.0, start_frequency=0.5, end_frequency=40.0),), 4200.0, 1


def _sine() -> tuple[tuple[Epoch, ...], float, int]:
    return (Sine(start=50.0, duration=900.0, amplitude=100.0, frequency=8.0, offset=150.0),), 1000.0, 1


def _noise() -> tuple[tuple[Epoch, ...], float, int]:
    return (Noise(start=50.0, duration=900.0, mean=180.0, standard_deviation=120.0, time_constant=5.0),), 1000.0, 1


def _test_and_step() -> tuple[tuple[Epoch, ...], float, int]:
    return (Step(start=30.0, duration=60.0, amplitude=-50.0), Step(start=150.0, duration=250.0, amplitude=250.0)), 450.0, 1


PRESETS: dict[str, Callable[[], tuple[tuple[Epoch, ...], float, int]]] = {
    "Step": _step,
    "Family of steps": _family,
    "Ramp": _ramp,
    "Paired pulses": _paired,
    "Pulse train": _train,
    "ZAP (chirp)": _zap,
    "Sine": _sine,
    "Noise": _noise,
    "Test pulse and step": _test_and_step,
}


def apply_preset(setup: Setup, name: str) -> Setup:
    """``setup`` with the protocol of that name; cell, synapses and sample interval stay."""
    epochs, duration, sweeps = PRESETS[name]()
    recording = dataclasses.replace(setup.recording, duration=duration, sweeps=sweeps)
    return dataclasses.replace(setup, clamp=Clamp(setup.clamp.holding_current, epochs), recording=recording)
