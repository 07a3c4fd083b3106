"""The reference cells against the figures of their papers, their own tighter tolerances, and the contracts of every cell."""

import math

import numpy as np
import pytest

from lifbench.files.setup_toml import dumps, loads
from lifbench.model.cell import CELL_MODELS, Cell
from lifbench.model.clamp import Clamp, Noise, Sine, Step
from lifbench.model.integrator import Integrator, channel_names
from lifbench.model.recording import run
from lifbench.model.reference_cells import REFERENCE_CELLS, AdaptingCell, ConductanceCell
from lifbench.model.setup import RecordingSettings, Setup
from lifbench.model.synapse import AlphaSynapse, ExponentialSynapse, Poisson
from lifbench.quantities import LifbenchError


def step(model, amplitude, duration=400.0, interval=0.5, start=50.0):
    epoch = Step(start=start, duration=duration - start, amplitude=float(amplitude))
    return Setup(Cell(model=model), Clamp(0.0, (epoch,)), (), RecordingSettings(duration, interval))


def busy(model, interval=0.1):
    """All that a drive can be, at once."""
    synapses = (
        AlphaSynapse("e", 0.0, peak_conductance=8.0, decay_time=2.0, poisson=Poisson(200.0)),
        ExponentialSynapse("i", -75.0, peak_conductance=5.0, decay_time=8.0, spike_times=(12.0, 31.3)),
    )
    epochs = (
        Sine(start=5.0, duration=60.0, amplitude=200.0, frequency=40.0),
        Noise(start=30.0, duration=20.0, standard_deviation=50.0, time_constant=3.0),
    )
    current = REFERENCE_CELLS[model].typical_current
    return Setup(Cell(model=model), Clamp(current, epochs), synapses, RecordingSettings(80.0, interval))


def rate(model, amplitude, duration=400.0):
    return run(step(model, amplitude, duration)).rate_hz()


def test_pospischil_fires_once_from_560_pA_and_repetitively_from_about_675():
    assert run(step("pospischil_rs", 559.0, 1000.0)).spike_times_ms[0].size == 0
    assert run(step("pospischil_rs", 562.0, 1000.0)).spike_times_ms[0].size == 1
    assert run(step("pospischil_rs", 670.0, 1000.0)).spike_times_ms[0].size == 2
    assert run(step("pospischil_rs", 680.0, 1000.0)).spike_times_ms[0].size >= 4


def test_pospischil_is_blocked_near_19_nA():
    last = [run(step("pospischil_rs", current, 700.0)).spike_times_ms[0][-1] for current in (18_800.0, 19_500.0)]
    assert last[0] > 690.0
    assert last[1] < 200.0


@pytest.mark.parametrize(("current", "hz"), [(100, 32), (400, 102), (1000, 190), (4000, 407)])
def test_wang_buzsaki_rates(current, hz):
    assert rate("wang_buzsaki", current) == pytest.approx(hz, abs=0.6)


def test_the_squid_axon_rests_at_minus_65_and_fires_on():
    assert REFERENCE_CELLS["hodgkin_huxley"].start()[0] == pytest.approx(-65.0, abs=0.05)
    assert rate("hodgkin_huxley", 2000.0, 200.0) == pytest.approx(68.3, abs=0.3)  # 10 µA/cm²


def test_adex_patterns():
    def intervals(model, current):
        return np.diff(run(step(model, current, 1000.0)).spike_times_ms[0])

    tonic, adapting = intervals("adex_tonic", 500), intervals("adex_adapting", 500)
    np.testing.assert_allclose(tonic[60:], tonic[-1], rtol=1e-5)
    assert (np.diff(adapting[:8]) > 0).all()
    assert adapting[-1] > 3.0 * adapting[0]
    bursts = intervals("adex_bursting", 210)
    assert bursts.max() > 10.0 * bursts.min()
    assert ((bursts > 50).sum()) >= 3


def test_the_gif_rings_at_15_9_hz_exactly_as_its_eigenvalues_say():
    r = run(step("ringing_gif", 50.0, 400.0, 0.1, start=0.0))
    C, g, a, tau = 200.0, 5.0, 200.0, 100.0
    matrix = np.array([[-g / C, -1.0 / C], [a / tau, -1.0 / tau]])
    values, vectors = np.linalg.eig(matrix)
    assert abs(values[0].imag) * 1000 / (2 * math.pi) == pytest.approx(15.9, abs=0.05)
    steady = np.linalg.solve(matrix, [-50.0 / C, 0.0])
    weights = np.linalg.solve(vectors, -steady.astype(complex))
    V = -70.0 + steady[0] + (vectors[0] * weights * np.exp(np.outer(r.time_ms, values))).sum(axis=1).real
    np.testing.assert_allclose(r["V_mV"][0], V, atol=1e-5)


@pytest.mark.parametrize("model", REFERENCE_CELLS)
def test_tighter_tolerances_move_no_spike_by_a_ten_thousandth_of_a_millisecond(model, monkeypatch):
    setup = busy(model)
    here = run(setup)
    for cls in (ConductanceCell, AdaptingCell):
        loose = cls.tolerances.fget
        monkeypatch.setattr(cls, "tolerances", property(lambda self, loose=loose: tuple(t / 300.0 for t in loose(self))))
    there = run(setup)
    assert here.spike_times_ms[0].size == there.spike_times_ms[0].size > 0
    np.testing.assert_allclose(here.spike_times_ms[0], there.spike_times_ms[0], rtol=0, atol=1e-4)
    assert not np.array_equal(here["V_mV"], there["V_mV"])  # the tolerances were indeed others


@pytest.mark.parametrize("model", REFERENCE_CELLS)
def test_sample_interval_and_blocks_change_nothing(model):
    fine, coarse = run(busy(model, 0.01)), run(busy(model, 1.0))
    np.testing.assert_array_equal(fine.spike_times_ms[0], coarse.spike_times_ms[0])
    np.testing.assert_allclose(fine["V_mV"][0, ::100], coarse["V_mV"][0], atol=1e-6)
    integrator, parts = Integrator(busy(model)), []
    for count in (1, 7, 160, 1, 400, 232):
        parts.append(integrator.advance(count).columns)
    whole = run(busy(model))
    for name in whole.channels:
        np.testing.assert_array_equal(np.concatenate([p[name] for p in parts]), whole[name][0])


@pytest.mark.parametrize("model", REFERENCE_CELLS)
def test_kirchhoff_closes_and_samples_stay_below_the_level_of_a_reset(model):
    r = run(busy(model, 0.01))
    own = [c for c in r.channels if c.startswith("I_") and c not in ("I_inj_pA", "I_C_pA", "I_switch_pA")]
    balance = r["I_inj_pA"] - r["I_C_pA"] - r["I_switch_pA"] - sum(r[c] for c in own)
    assert np.abs(balance).max() < 1e-6
    # the capacitive current is indeed the one that moves V (where nothing jumps)
    V, t = r["V_mV"][0], r.time_ms
    slope = (V[2:] - V[:-2]) / (t[2:] - t[:-2])
    calm = np.abs(slope) < 1.0
    expected = r["I_C_pA"][0, 1:-1] / r.setup.cell.membrane_capacitance
    assert np.median(np.abs(slope - expected)[calm]) < 0.01
    if REFERENCE_CELLS[model].reset is not None:
        assert V.max() < REFERENCE_CELLS[model].spike_level
    assert all((r[c] >= 0).all() for c in r.channels if c.startswith("g_"))


def test_a_conductance_cell_starts_at_rest_and_stays_there():
    for model in ("pospischil_rs", "wang_buzsaki", "hodgkin_huxley"):
        V = run(step(model, 0.0))["V_mV"]
        assert np.ptp(V) < 1e-6


def test_a_reference_cell_shows_its_own_values_and_refuses_others():
    cell = Cell(model="pospischil_rs", membrane_resistance=7.0)
    assert (cell.membrane_capacitance, cell.leak_reversal, cell.threshold) == (289.53, -70.0, -20.0)
    assert cell.membrane_resistance == pytest.approx(34.54, abs=0.005)
    with pytest.raises(LifbenchError, match=r"cell\.threshold.*fixed"):
        Setup(cell).replace("cell.threshold", -30.0)
    with pytest.raises(LifbenchError, match=r"cell\.membrane_resistance.*fixed"):
        loads('lifbench = 1\n[cell]\nmodel = "adex_tonic"\nmembrane_resistance = "7 MΩ"')
    for model in CELL_MODELS:
        setup = Setup(Cell(model=model, initial_potential=-60.0))
        assert loads(dumps(setup)) == setup


def test_own_channels_stand_in_the_recording_and_their_names_are_taken():
    names = channel_names(Setup(Cell(model="pospischil_rs"), synapses=(AlphaSynapse("e", 0.0),)))
    assert names[5:] == ("g_e_nS", "g_Na_nS", "g_K_nS", "g_M_nS", "I_e_pA", "I_Na_pA", "I_K_pA", "I_M_pA", "refractory")
    for model, name in (("pospischil_rs", "Na"), ("lif", "leak"), ("lif", "C"), ("adex_tonic", "w")):
        with pytest.raises(LifbenchError, match=r"synapses\.0\.name"):
            Setup(Cell(model=model), synapses=(AlphaSynapse(name, 0.0),))


def test_the_bench_can_change_kick_and_pulse_a_reference_cell():
    setup = step("wang_buzsaki", 0.0)
    integrator = Integrator(setup)
    integrator.advance(10)
    integrator.kick(-30.0)
    assert integrator.advance(20).spike_times_ms.size == 1
    integrator.add_pulse(2000.0, 3.0)
    assert integrator.advance(20).spike_times_ms.size >= 1
    V = integrator.peek()["V_mV"]
    integrator.change(setup.replace("cell.model", "adex_tonic"))
    assert integrator.peek()["V_mV"] == pytest.approx(V, abs=1e-9)
    assert "I_w_pA" in integrator.advance(5).columns
    integrator.kick(10.0)
    assert integrator.advance(1).spike_times_ms.size == 1
    integrator.change(Setup())
    assert integrator.advance(5).columns["V_mV"][-1] < -50.0


@pytest.mark.parametrize("model", REFERENCE_CELLS)
def test_absurd_currents_end_in_numbers_or_a_sentence(model):
    for current in (-1e7, -3e4, 1e5, 1e7):
        try:
            r = run(Setup(Cell(model=model), Clamp(current), (), RecordingSettings(3.0, 0.1)))
        except LifbenchError as error:
            assert "too fast" in str(error)
        else:
            assert all(np.isfinite(r[c]).all() for c in r.channels)


def test_absurd_conductances_are_refused_before_they_cost_minutes(monkeypatch):
    monkeypatch.setattr("lifbench.model.reference_solution._polynomials", lambda steps: pytest.fail("it tried"))
    synapse = ExponentialSynapse("s", 0.0, peak_conductance=1e6, decay_time=30.0, spike_times=tuple(range(10)))
    with pytest.raises(LifbenchError, match="too fast"):
        run(Setup(Cell(model="adex_tonic"), Clamp(), (synapse,), RecordingSettings(20.0, 1.0)))
