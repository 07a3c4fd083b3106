"""τ from a step, where there is one to read."""

import pytest

from lifbench.analysis.passive import membrane_time_constant
from lifbench.model.cell import Cell
from lifbench.model.clamp import Clamp, Noise, Sine, Step
from lifbench.model.recording import run
from lifbench.model.setup import RecordingSettings, Setup
from lifbench.model.synapse import AlphaSynapse, ConstantSynapse


def record(*epochs, synapses=(), cell=None, interval=0.1):
    return run(Setup(cell or Cell(), Clamp(0.0, epochs), synapses, RecordingSettings(400.0, interval)))


def step(amplitude=-80.0, start=50.0, duration=200.0):
    return Step(start=start, duration=duration, amplitude=amplitude)


@pytest.mark.parametrize("interval", [0.05, 1.0])
def test_tau_is_rc(interval):
    cell = Cell(membrane_resistance=150.0, membrane_capacitance=120.0)
    assert membrane_time_constant(record(step(), cell=cell, interval=interval)) == pytest.approx(18.0, rel=1e-8)


def test_a_shunt_shortens_it():
    shunt = ConstantSynapse("s", -70.0, peak_conductance=30.0)
    assert membrane_time_constant(record(step(), synapses=(shunt,))) == pytest.approx(5.0, rel=1e-8)


def test_a_quiet_step_is_found_behind_a_firing_one():
    assert membrane_time_constant(record(step(400.0, 10.0, 100.0), step(-50.0, 200.0, 150.0))) == pytest.approx(20.0, rel=1e-6)


@pytest.mark.parametrize(
    "recording",
    [
        record(),
        record(step(0.0)),
        record(step(400.0)),
        record(step(), Sine(start=20.0, duration=300.0, amplitude=20.0, frequency=30.0)),
        record(step(), Noise(start=0.0, duration=300.0, standard_deviation=20.0, time_constant=5.0)),
        record(step(), synapses=(AlphaSynapse("a", 0.0, peak_conductance=2.0, decay_time=20.0, spike_times=(80.0,)),)),
        record(step(), interval=20.0),
        record(step(), cell=Cell(model="ringing_gif")),
    ],
)
def test_none_where_there_is_none(recording):
    assert membrane_time_constant(recording) is None
