"""Amplitude, time to peak and 10–90 % rise against closed forms."""

import math

import numpy as np
import pytest

from lifbench.analysis.response import measure_response
from lifbench.model.cell import Cell
from lifbench.model.clamp import Clamp
from lifbench.model.recording import run
from lifbench.model.setup import RecordingSettings, Setup


@pytest.mark.parametrize("interval", [0.01, 0.5])
@pytest.mark.parametrize("current", [-130.0, 90.0])
def test_a_charging_membrane_rises_in_tau_ln_9(interval, current):
    V = run(Setup(Cell(spiking=False), Clamp(current), (), RecordingSettings(600.0, interval)))["V_mV"][0]
    found = measure_response(V, interval)
    assert found.amplitude == pytest.approx(current / 10.0, rel=1e-9)
    assert found.rise_ms == pytest.approx(20.0 * math.log(9.0), abs=0.002 * interval + 1e-3 * interval**2 + 1e-6)


def test_a_sine_peaks_at_a_quarter_from_its_baseline():
    t = np.arange(0.0, 60.0, 0.1)
    found = measure_response(5.0 + 3.0 * np.sin(2 * np.pi * t / 100.0), 0.1)
    assert found.amplitude == pytest.approx(3.0, abs=1e-4)
    assert found.peak_ms == pytest.approx(25.0, abs=0.1)
    assert found.rise_ms == pytest.approx(100.0 / (2 * math.pi) * (math.asin(0.9) - math.asin(0.1)), abs=1e-3)
    assert measure_response(5.0 + 3.0 * np.sin(2 * np.pi * t / 100.0), 0.1, baseline=0.0).amplitude == pytest.approx(8.0, abs=1e-4)


def test_where_there_is_nothing_to_measure():
    assert measure_response(np.array([1.0, 2.0]), 1.0) is None
    assert measure_response(np.array([1.0, np.nan, 3.0]), 1.0) is None
    assert measure_response(np.ones(10), 1.0).rise_ms is None
    assert measure_response(np.array([0.0, 0.0, 1.0, 1.0]), 1.0).rise_ms == pytest.approx(0.8)
