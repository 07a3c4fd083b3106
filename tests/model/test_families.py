"""Families through executors, progress and cancellation; and the self-check."""

import doctest
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from lifbench.cli import main
from lifbench.files import setup_toml
from lifbench.model import families, recording, self_check, setup, theory
from lifbench.model.clamp import Clamp, Step
from lifbench.model.families import Cancelled, find_threshold, sweep
from lifbench.model.recording import run
from lifbench.model.setup import RecordingSettings, Setup
from lifbench.model.synapse import ExponentialSynapse, Poisson
from lifbench.quantities import LifbenchError


def test_an_f_i_curve_is_its_closed_form_here_and_through_an_executor():
    currents = np.linspace(210.0, 2000.0, 12).tolist()
    here = sweep(Setup(), "clamp.holding_current", currents)
    with ThreadPoolExecutor(2) as executor:
        there = sweep(Setup(), "clamp.holding_current", currents, executor=executor)
    expected = theory.firing_rate(theory.steady_potential(currents, 10.0, -70.0), -50.0, -65.0, 20.0, 2.0)
    np.testing.assert_allclose(here, expected, rtol=1e-9)
    assert here == there


def test_a_pair_of_parameters_is_a_table():
    table = sweep(Setup(), "clamp.holding_current", [300.0, 400.0], second=("cell.refractory_period", [0.0, 2.0, 5.0]))
    assert len(table) == 2
    assert [len(row) for row in table] == [3, 3]
    assert table[0][0] > table[0][1] > table[0][2]
    assert table[1][2] > table[0][2]


@pytest.mark.parametrize("start", [1.0, 5e4])
def test_a_threshold_is_found_from_below_and_from_above(start):
    step = Step(start=1.0, duration=7.0, amplitude=1.0)
    shock = Setup(clamp=Clamp(0.0, (step,)), recording=RecordingSettings(20.0, 1.0))
    found = find_threshold(shock, "clamp.epochs.0.amplitude", start=start)
    assert found == pytest.approx(float(theory.threshold_current(7.0, 200.0, 20.0)), rel=2e-9)
    pospischil = Setup().replace("cell.model", "pospischil_rs").replace("recording.duration", 200.0)
    assert find_threshold(pospischil, "clamp.holding_current", start=400.0, tolerance=1e-3) == pytest.approx(560.4, abs=1.5)


def test_a_threshold_that_is_not_there_is_said():
    with pytest.raises(LifbenchError, match="nothing the clamp can do"):
        find_threshold(Setup().replace("cell.spiking", False), "clamp.holding_current", tolerance=0.1)
    assert find_threshold(Setup().replace("clamp.holding_current", 300.0), "cell.refractory_period", tolerance=0.1) < 2e-3


def test_progress_and_cancellation():
    told = []
    with pytest.raises(Cancelled):
        sweep(Setup(), "clamp.holding_current", [1.0] * 10, progress=lambda *a: told.append(a), cancelled=lambda: len(told) == 3)
    assert told == [(1, 10), (2, 10), (3, 10)]


def test_spike_times_alone_are_those_of_the_whole_recording():
    synapse = ExponentialSynapse("e", 0.0, peak_conductance=3.0, poisson=Poisson(900.0))
    setup = Setup(clamp=Clamp(100.0), synapses=(synapse,), recording=RecordingSettings(3000.0, 0.3, sweeps=2))
    whole, alone = run(setup), run(setup, traces=False)
    assert alone.channels == ()
    for a, b in zip(whole.spike_times_ms, alone.spike_times_ms, strict=True):
        np.testing.assert_array_equal(a, b)
        assert a.size > 5
    assert sweep(setup, "clamp.holding_current", [100.0], lambda r: r["V_mV"].shape) == [(2, 10001)]


def test_a_long_run_is_cancelled_within():
    asked = []
    with pytest.raises(Cancelled):
        sweep(
            Setup(recording=RecordingSettings(1e7, 0.1)), "clamp.holding_current", [300.0],
            cancelled=lambda: len(asked) == 3 or asked.append(1), progress=lambda *a: pytest.fail("it ran to its end"),
        )  # fmt: skip


def test_a_value_without_meaning_is_refused_before_anything_runs():
    with pytest.raises(LifbenchError, match=r"cell\.threshold"):
        sweep(Setup(), "cell.threshold", [-45.0, -99.0], progress=lambda *a: pytest.fail("something ran"))


@pytest.mark.parametrize("module", [families, recording, setup, setup_toml])
def test_the_examples_of_the_docstrings(module, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = doctest.testmod(module)
    assert result.attempted > 2
    assert result.failed == 0


def test_self_check_passes_here_and_can_fail(capsys, monkeypatch):
    assert all(check.passed for check in self_check.run_checks())
    assert main(["check"]) == 0
    assert capsys.readouterr().out.count("\n") == 8
    monkeypatch.setattr(theory, "passive_potential", lambda *a: np.zeros(1))
    assert main(["check"]) == 1
    assert "NOT WITHIN" in capsys.readouterr().out
