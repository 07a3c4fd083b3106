"""The closed forms: their limits, and the simulation over random cells."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifbench.model import theory
from lifbench.model.cell import Cell
from lifbench.model.clamp import Clamp, Noise, Ramp, Step
from lifbench.model.recording import run
from lifbench.model.setup import RecordingSettings, Setup
from lifbench.model.synapse import AlphaSynapse, ConstantSynapse, DualExponentialSynapse, ExponentialSynapse, NoiseSynapse, Poisson

CELLS = {
    "resistance": st.floats(20.0, 500.0),
    "capacitance": st.floats(20.0, 500.0),
    "rest": st.floats(-80.0, -60.0),
}


def cell(resistance, capacitance, rest, **more):
    return Cell(membrane_resistance=resistance, membrane_capacitance=capacitance, leak_reversal=rest, **more)


def first_spike(c, clamp, duration, synapses=()):
    times = run(Setup(c, clamp, synapses, RecordingSettings(duration, duration))).spike_times_ms[0]
    return float(times[0]) if times.size else math.inf


@given(**CELLS, strength=st.floats(1.01, 20.0))
@settings(max_examples=40, deadline=None)
def test_latency_and_rheobase(resistance, capacitance, rest, strength):
    c = cell(resistance, capacitance, rest)
    rheobase = theory.rheobase(c.leak_conductance, rest, -50.0)
    assert rheobase == pytest.approx(c.rheobase)
    expected = float(theory.latency(strength * rheobase, rheobase, c.time_constant))
    assert first_spike(c, Clamp(strength * rheobase), 3000.0) == pytest.approx(expected, abs=1e-7, rel=1e-10)


@given(**CELLS, duration=st.floats(0.2, 100.0))
@settings(max_examples=30, deadline=None)
def test_strength_and_duration(resistance, capacitance, rest, duration):
    c = cell(resistance, capacitance, rest)
    weakest = float(theory.threshold_current(duration, c.rheobase, c.time_constant))
    for factor, fires in ((1 + 1e-7, True), (1 - 1e-7, False)):
        clamp = Clamp(0.0, (Step(start=1.0, duration=duration, amplitude=weakest * factor),))
        assert (first_spike(c, clamp, duration + 50.0) < math.inf) == fires


def test_chronaxie_and_least_charge():
    c = Cell()
    assert float(theory.threshold_current(theory.chronaxie(c.time_constant), c.rheobase, c.time_constant)) == pytest.approx(
        2 * c.rheobase
    )
    short = 1e-4
    charge = short * float(theory.threshold_current(short, c.rheobase, c.time_constant))
    assert charge == pytest.approx(theory.least_charge(200.0, -70.0, -50.0), rel=1e-4)


@given(**CELLS, shunt=st.floats(0.0, 50.0), over=st.floats(1.05, 30.0), refractory=st.floats(0.0, 5.0))
@settings(max_examples=40, deadline=None)
def test_rate_with_a_shunt(resistance, capacitance, rest, shunt, over, refractory):
    c = cell(resistance, capacitance, rest, refractory_period=refractory)
    pairs = ((shunt, rest),)
    current = over * (c.leak_conductance + shunt) * (-50.0 - rest)
    steady = theory.steady_potential(current, c.leak_conductance, rest, pairs)
    tau = capacitance / (c.leak_conductance + shunt)
    expected = float(theory.firing_rate(steady, -50.0, -65.0, tau, refractory)) if rest < -50 else 0.0
    setup = Setup(
        c,
        Clamp(current),
        (ConstantSynapse("s", rest, peak_conductance=shunt),),
        RecordingSettings(20 * 1000.0 / expected, 1000.0 / expected),
    )
    assert run(setup).rate_hz() == pytest.approx(expected, rel=1e-9)


def test_no_rate_at_or_below_rheobase():
    assert theory.firing_rate(np.array([-50.0, -60.0]), -50.0, -65.0, 20.0, 2.0).tolist() == [0.0, 0.0]
    assert theory.threshold_time(-70.0, -50.0, -50.0, 20.0) == math.inf


def test_large_currents():
    slope = theory.asymptotic_slope(200.0, -50.0, -65.0)
    steady = theory.steady_potential(np.array([1e6, 1.1e6]), 10.0, -70.0)
    rates = theory.firing_rate(steady, -50.0, -65.0, 20.0, 0.0)
    assert (rates[1] - rates[0]) / 1e5 == pytest.approx(slope, rel=1e-6)
    limited = theory.firing_rate(theory.steady_potential(1e9, 10.0, -70.0), -50.0, -65.0, 20.0, 4.0)
    assert float(limited) == pytest.approx(250.0, rel=1e-3)


def test_holt_and_koch():
    onset, large = theory.holt_koch_shift(10.0, -70.0, -50.0, -65.0)
    assert (onset, large) == (200.0, 125.0)
    rates = []
    for g in (0.0, 10.0):
        current = 2e5 + (large if g else 0.0)
        steady = theory.steady_potential(current, 10.0, -70.0, ((g, -70.0),))
        rates.append(float(theory.firing_rate(steady, -50.0, -65.0, 200.0 / (10.0 + g), 0.0)))
    assert rates[1] == pytest.approx(rates[0], rel=1e-6)


def test_a_slow_ramp_fires_at_rheobase_plus_slope_times_tau():
    ramp = Ramp(start=0.0, duration=5000.0, start_amplitude=0.0, end_amplitude=500.0)
    current = 0.1 * first_spike(Cell(refractory_period=1e4), Clamp(0.0, (ramp,)), 5000.0)
    assert current == pytest.approx(theory.ramp_spike_current(0.1, 200.0, 20.0), rel=1e-9)


def test_impedance():
    f = theory.cutoff_frequency(20.0)
    assert abs(complex(theory.impedance(f, 100.0, 20.0))) == pytest.approx(100.0 / math.sqrt(2))
    assert np.angle(complex(theory.impedance(f, 100.0, 20.0))) == pytest.approx(-math.pi / 4)


def test_variance_of_v_under_noise():
    noise = Noise(start=0.0, duration=2e5, standard_deviation=40.0, time_constant=5.0, interval=0.05)
    r = run(Setup(Cell(spiking=False), Clamp(0.0, (noise,)), (), RecordingSettings(2e5, 1.0)))
    V, current = r["V_mV"][0][200:], r["I_inj_pA"][0]
    assert V.var() == pytest.approx(theory.noise_variance(40.0, 100.0, 20.0, 5.0), rel=0.05)
    assert current.std() == pytest.approx(40.0, rel=0.03)
    assert np.corrcoef(current[:-5], current[5:])[0, 1] == pytest.approx(math.exp(-1.0), abs=0.03)


def test_campbell_for_poisson_input_and_clipped_point_conductance():
    synapse = ExponentialSynapse("e", peak_conductance=1.0, decay_time=4.0, poisson=Poisson(500.0))
    point = NoiseSynapse("p", mean=1.0, standard_deviation=2.0, time_constant=3.0)
    r = run(Setup(Cell(spiking=False), Clamp(), (synapse, point), RecordingSettings(1e5, 0.5)))
    g = r["g_e_nS"][0][100:]
    assert g.mean() == pytest.approx(0.5 * 4.0, rel=0.03)
    assert g.var() == pytest.approx(0.5 * 2.0, rel=0.06)
    p = r["g_p_nS"][0]
    assert p.min() == 0.0
    assert (p == 0).mean() == pytest.approx(0.5 * math.erfc(0.5 / math.sqrt(2)), abs=0.02)


def test_shunted_depolarisation_and_equal_time_constants():
    assert theory.shunted_depolarisation(10.0, 2.0, 65.0, np.array([0.0, 10.0])) == pytest.approx(
        [10.833333333333334, 5.909090909090909]
    )
    peak = float(theory.current_epsp(20.0, 65.0, 10.0, 20.0, 20.0))
    assert peak == pytest.approx(2.391216367614375, abs=1e-12)


TAUS = st.floats(0.2, 40.0)


@given(peak=st.floats(0.1, 50.0), decay=TAUS, rise=TAUS, onset=st.floats(0.0, 5.0))
@settings(max_examples=40, deadline=None)
def test_kernels_are_the_conductances_of_a_run(peak, decay, rise, onset):
    common = {"reversal": 0.0, "peak_conductance": peak, "decay_time": decay, "spike_times": (onset,)}
    synapses = (
        ExponentialSynapse("e", **common),
        AlphaSynapse("a", **common),
        DualExponentialSynapse("d", rise_time=rise, **common),
        DualExponentialSynapse("t", **{**common, "decay_time": rise}, rise_time=rise),
    )
    r = run(Setup(Cell(spiking=False), Clamp(), synapses, RecordingSettings(60.0, 0.37)))
    u = r.time_ms - onset
    near = np.abs(u) > 1e-6
    for name, kernel in (
        ("e", theory.exponential_kernel(u, decay)),
        ("a", theory.alpha_kernel(u, decay)),
        ("d", theory.dual_exponential_kernel(u, decay, rise)),
        ("t", theory.alpha_kernel(u, rise)),
    ):
        np.testing.assert_allclose(r[f"g_{name}_nS"][0][near], peak * kernel[near], rtol=1e-9, atol=1e-12 * peak)


@given(decay=TAUS, rise=TAUS)
@settings(max_examples=60, deadline=None)
def test_the_dual_exponential_peaks_at_one_where_it_should(decay, rise):
    peak, norm = theory.dual_exponential_peak(decay, rise)
    assert float(theory.dual_exponential_kernel(peak, decay, rise)) == pytest.approx(1.0, abs=1e-12)
    for side in (0.99, 1.01):
        assert float(theory.dual_exponential_kernel(side * peak, decay, rise)) < 1.0
    if abs(decay - rise) > 0.1:
        assert peak == pytest.approx(rise * decay / (decay - rise) * math.log(decay / rise))
        assert norm == pytest.approx(1.0 / (math.exp(-peak / decay) - math.exp(-peak / rise)))


@given(rate=st.floats(1.0, 1000.0), peak=st.floats(0.1, 10.0), decay=TAUS, rise=TAUS)
@settings(max_examples=30, deadline=None)
def test_campbell_is_rate_times_the_integrals(rate, peak, decay, rise):
    u = np.linspace(0.0, 40.0 * max(decay, rise), 400_001)
    for r, kernel in ((0.0, theory.exponential_kernel(u, decay)), (rise, theory.dual_exponential_kernel(u, decay, rise))):
        g = peak * kernel
        mean, variance = theory.campbell(rate, peak, decay, r)
        assert mean == pytest.approx(rate / 1000.0 * np.trapezoid(g, u), rel=2e-4)
        assert variance == pytest.approx(rate / 1000.0 * np.trapezoid(g * g, u), rel=2e-4)


def test_campbell_and_the_clipped_mean_hold_in_a_long_run():
    train = AlphaSynapse("a", 0.0, peak_conductance=2.0, decay_time=3.0, poisson=Poisson(400.0))
    noise = NoiseSynapse("n", 0.0, mean=1.0, standard_deviation=2.0, time_constant=2.0, interval=0.5)
    r = run(Setup(Cell(spiking=False), Clamp(), (train, noise), RecordingSettings(200_000.0, 1.0)))
    mean, variance = theory.campbell(400.0, 2.0, 3.0, 3.0)
    assert r["g_a_nS"].mean() == pytest.approx(mean, rel=0.01)
    assert r["g_a_nS"].var() == pytest.approx(variance, rel=0.03)
    assert r["g_n_nS"].mean() == pytest.approx(theory.clipped_mean(1.0, 2.0), rel=0.02)


def test_the_effective_time_constant_is_that_of_a_shunted_cell():
    shunt = ConstantSynapse("s", -70.0, peak_conductance=30.0)
    r = run(Setup(Cell(spiking=False, initial_potential=-60.0), Clamp(), (shunt,), RecordingSettings(20.0, 1.0)))
    tau = theory.effective_time_constant(200.0, 10.0, (30.0,))
    np.testing.assert_allclose(r["V_mV"][0], theory.passive_potential(r.time_ms, -60.0, -70.0, tau), atol=1e-9)
