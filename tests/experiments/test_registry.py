"""Every experiment that is found: its setup, its guide, its protocols, all against theory."""

import dataclasses

import numpy as np
import pytest

from lifbench.experiments.experiment import Result
from lifbench.experiments.registry import experiments
from lifbench.model import theory
from lifbench.model.cell import Cell
from lifbench.model.clamp import Clamp, Step
from lifbench.model.recording import run
from lifbench.model.setup import RecordingSettings, Setup
from lifbench.parameters import parameters_of
from lifbench.quantities import LifbenchError

ALL = experiments()
PROTOCOLS = [(e, p) for e in ALL for p in e.protocols]
names = [f"{e.key}.{p.key}" for e, p in PROTOCOLS]


def result_of(experiment, protocol, **parameters) -> Result:
    job = protocol.job(experiment.setup(), protocol.parameters(**parameters))
    steps = []
    while True:
        try:
            steps.append(next(job))
        except StopIteration as end:
            assert steps[-1][0] == steps[-1][1]
            return end.value


def test_the_three_tabs_are_there_in_order():
    assert [e.key for e in ALL][:3] == ["injected_current", "refractory", "synaptic_conductance"]


@pytest.mark.parametrize("experiment", ALL, ids=lambda e: e.key)
def test_it_opens_on_something_alive_with_a_guide(experiment):
    V = run(experiment.setup())["V_mV"][0]
    assert np.ptp(V) > 1.0
    assert len(experiment.guide()) > 300


@pytest.mark.parametrize(("experiment", "protocol"), PROTOCOLS, ids=names)
def test_a_protocol_runs_and_tells(experiment, protocol):
    result = result_of(experiment, protocol)
    assert result.sentences
    assert result.rows
    assert all(len(row) == len(result.columns) for row in result.rows)
    assert any(c.theory for c in result.curves)
    assert any(not c.theory for c in result.curves)
    for curve in result.curves:
        assert curve.x.shape == curve.y.shape
        assert np.isfinite(curve.y).all()
    for p in parameters_of(protocol.parameters).values():
        assert p.description


def by_name(key, protocol):
    experiment = next(e for e in ALL if e.key == key)
    return experiment, next(p for p in experiment.protocols if p.key == protocol)


def test_tau_and_resistance_are_measured_exactly():
    for amplitude in (-100.0, 37.0):
        rows = result_of(*by_name("injected_current", "step_response"), amplitude=amplitude).rows
        for _, measured, expected in rows:
            assert measured == pytest.approx(expected, rel=1e-9)


def test_a_step_of_nothing_is_refused_in_words():
    with pytest.raises(LifbenchError, match="shows nothing"):
        result_of(*by_name("injected_current", "step_response"), amplitude=0.0)


@pytest.mark.parametrize(
    ("key", "protocol"), [("injected_current", "rate"), ("refractory", "rate"), ("synaptic_conductance", "rate_shift")]
)
def test_measured_rates_lie_on_the_theory(key, protocol):
    result = result_of(*by_name(key, protocol))
    points = [c for c in result.curves if c.points]
    lines = [c for c in result.curves if c.theory]
    for measured, line in zip(points, lines, strict=True):
        firing = measured.y > 0
        assert firing.sum() > 5
        above = measured.x > 1.2 * measured.x[firing][0]  # a chord of the theory's curve is no good at its vertical onset
        np.testing.assert_allclose(measured.y[above], np.interp(measured.x[above], line.x, line.y), rtol=2e-3)


def test_strength_and_duration_follow_lapicque():
    result = result_of(*by_name("injected_current", "strength_duration"))
    measured, line = result.curves
    np.testing.assert_allclose(measured.y, theory.threshold_current(measured.x, 200.0, 20.0), rtol=2e-6)
    np.testing.assert_allclose(np.interp(measured.x, line.x, line.y), measured.y, rtol=1e-3)


def test_strength_and_duration_are_measured_not_computed():
    """A neuron that no closed form describes has its curve as well, and a rheobase far from the leak's."""
    experiment, protocol = by_name("injected_current", "strength_duration")
    base = dataclasses.replace(experiment.setup(), cell=Cell(model="adex_tonic"))
    parameters = protocol.parameters(durations=3, longest=30.0)
    result = protocol.analyse(base, parameters, [run(setup) for setup in protocol.setups(base, parameters)])
    found = result.curves[0].y
    assert (np.diff(found) < 0).all()
    for duration, current in zip(result.curves[0].x, found, strict=True):
        for factor, spikes in ((0.998, 0), (1.002, 1)):
            step = Step(start=0.0, duration=float(duration), amplitude=float(factor * current))
            recording = run(Setup(base.cell, Clamp(0.0, (step,)), (), RecordingSettings(float(duration) * 1.5)))
            assert recording.spike_times_ms[0].size >= spikes
            assert spikes or not recording.spike_times_ms[0].size


def test_paired_pulses_find_the_refractory_period():
    result = result_of(*by_name("refractory", "paired_pulses"))
    found = min(row[0] for row in result.rows if row[1] > 0)
    assert found == pytest.approx(8.0, abs=1.0)


def test_a_brief_epsp_is_shunted_less_than_a_steady_one():
    rows = result_of(*by_name("synaptic_conductance", "shunt")).rows
    assert all(row[3] > row[4] for row in rows[1:])
    assert rows[-1][1] < 0.7 * rows[0][1]


def test_experiments_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        ALL[0].title = "other"


def test_slow_cells_have_their_rates_too():
    experiment, protocol = by_name("injected_current", "rate")
    base = experiment.setup().replace("cell.membrane_resistance", 1000.0).replace("cell.membrane_capacitance", 1000.0)
    parameters = protocol.parameters(largest_current=60.0, currents=12)
    result = protocol.analyse(base, parameters, [run(setup) for setup in protocol.setups(base, parameters)])
    measured = result.curves[0]
    assert (measured.y[measured.x > 20.01] > 0).all()
    assert np.count_nonzero(measured.x < 26.0) >= 6  # the steep onset is seen
    step = by_name("injected_current", "step_response")[1]
    base = base.replace("cell.membrane_capacitance", 1e5)
    with pytest.raises(LifbenchError, match="longer duration"):
        step.analyse(base, step.parameters(), [run(setup) for setup in step.setups(base, step.parameters())])
