"""The integrator against closed forms, and against itself: blocks, edits, absurd values."""

import dataclasses
import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifbench.model import theory
from lifbench.model.cell import Cell
from lifbench.model.clamp import Chirp, Clamp, Noise, PulseTrain, Ramp, Samples, Sine, Step
from lifbench.model.integrator import Integrator, channel_names
from lifbench.model.recording import run
from lifbench.model.setup import RecordingSettings, Setup
from lifbench.model.synapse import (
    AlphaSynapse,
    ConstantSynapse,
    DualExponentialSynapse,
    ExponentialSynapse,
    NoiseSynapse,
    Poisson,
)
from lifbench.quantities import LifbenchError

PASSIVE = Cell(spiking=False)


def record(cell, clamp, duration=200.0, interval=0.1, synapses=(), **more):
    return run(Setup(cell, clamp, tuple(synapses), RecordingSettings(duration, interval, **more)))


def everything(seed=3):
    """A setup with every shape and every kinetics at once."""
    clamp = Clamp(
        20.0,
        (
            Step(start=10.0, duration=80.0, amplitude=150.0),
            Ramp(start=20.0, duration=100.0, start_amplitude=0.0, end_amplitude=100.0),
            PulseTrain(start=5.0, duration=150.0, amplitude=200.0, pulse_width=3.0, period=17.3),
            Sine(start=30.0, duration=120.0, amplitude=60.0, frequency=40.0),
            Chirp(start=0.0, duration=180.0, amplitude=40.0, start_frequency=5.0, end_frequency=80.0),
            Noise(start=0.0, duration=190.0, mean=30.0, standard_deviation=80.0, time_constant=4.0),
            Samples(start=100.0, duration=30.0, values=(50.0, -50.0, 80.0), interval=7.7),
        ),
    )
    synapses = (
        ConstantSynapse("shunt", -70.0, peak_conductance=1.0),
        ExponentialSynapse("e", 0.0, peak_conductance=2.0, decay_time=4.0, poisson=Poisson(200.0)),
        AlphaSynapse("a", -80.0, peak_conductance=3.0, decay_time=6.0, spike_times=(20.0, 55.5), weights=(1.0, 2.0)),
        DualExponentialSynapse("d", 0.0, peak_conductance=1.0, decay_time=8.0, rise_time=1.0, spike_times=(40.0,)),
        NoiseSynapse("n", -75.0, mean=1.0, standard_deviation=0.6, time_constant=3.0),
        ExponentialSynapse("twin", 0.0, "current", peak_conductance=1.0, decay_time=4.0, spike_times=(70.0,)),
    )
    return Setup(Cell(), clamp, synapses, RecordingSettings(200.0, 0.05, seed=seed))


@pytest.mark.parametrize("interval", [0.01, 1.0])
def test_passive_charging_is_the_exponential(interval):
    r = record(PASSIVE, Clamp(0.0, (Step(start=0.0, duration=1000.0, amplitude=-130.0),)), interval=interval)
    expected = theory.passive_potential(r.time_ms, -70.0, -83.0, 20.0)
    np.testing.assert_allclose(r["V_mV"][0], expected, rtol=0, atol=1e-11)


@pytest.mark.parametrize("interval", [0.01, 0.7])
def test_passive_ramp_and_sine_are_their_closed_forms(interval):
    ramp = Ramp(start=0.0, duration=200.0, start_amplitude=0.0, end_amplitude=150.0)
    r = record(PASSIVE, Clamp(0.0, (ramp,)), interval=interval)
    inside = r.time_ms < 200.0
    np.testing.assert_allclose(
        r["V_mV"][0][inside], theory.ramp_potential(r.time_ms[inside], 0.75, 10.0, -70.0, 20.0), rtol=0, atol=1e-10
    )
    r = record(PASSIVE, Clamp(0.0, (Sine(start=0.0, duration=1e4, amplitude=100.0, frequency=23.0),)), 1000.0, interval)
    z = complex(theory.impedance(23.0, 100.0, 20.0)) * 0.1  # MΩ · 100 pA = 0.1 mV units
    w = 2e-3 * math.pi * 23.0
    steady = np.abs(z) * np.sin(w * r.time_ms + np.angle(z))
    expected = -70.0 + steady - steady[0] * np.exp(-r.time_ms / 20.0)
    np.testing.assert_allclose(r["V_mV"][0], expected, rtol=0, atol=1e-9)


def test_current_based_epsp_is_its_closed_form_also_for_equal_time_constants():
    for tau_s in (5.0, 20.0, 20.0 + 1e-9):
        twin = ExponentialSynapse("s", 0.0, "current", peak_conductance=1.0, decay_time=tau_s, spike_times=(0.0,))
        r = record(PASSIVE, Clamp(), synapses=(twin,))
        np.testing.assert_allclose(r["V_mV"][0], -70.0 + theory.current_epsp(r.time_ms, 70.0, 10.0, 20.0, tau_s), rtol=0, atol=2e-8)


@given(
    current=st.floats(201.0, 5000.0), refractory=st.floats(0.0, 10.0), interval=st.sampled_from([0.01, 0.13, 1.0, 7.0]),
    resistance=st.floats(20.0, 500.0), capacitance=st.floats(20.0, 500.0),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_spikes_to_a_steady_current_are_periodic_and_exact(current, refractory, interval, resistance, capacitance):
    cell = Cell(membrane_resistance=resistance, membrane_capacitance=capacitance, refractory_period=refractory)
    current = current * cell.rheobase / 200.0
    r = record(cell, Clamp(current), 300.0, interval)
    steady = theory.steady_potential(current, cell.leak_conductance, -70.0)
    first = float(theory.threshold_time(-70.0, steady, -50.0, cell.time_constant))
    period = 1000.0 / float(theory.firing_rate(steady, -50.0, -65.0, cell.time_constant, refractory))
    times = r.spike_times_ms[0]
    expected = first + np.arange(len(times)) * period
    np.testing.assert_allclose(times, expected, rtol=0, atol=1e-7)
    assert first + len(times) * period > 300.0 - 1e-6
    assert r["V_mV"].max() < -50.0


def test_at_rheobase_there_is_no_spike_and_just_above_there_is():
    assert record(Cell(), Clamp(200.0), 5000.0, 1.0).spike_times_ms[0].size == 0
    assert record(Cell(), Clamp(200.0 + 1e-6), 5000.0, 1.0).spike_times_ms[0].size > 0


@pytest.mark.parametrize("interval", [0.01, 0.1, 1.0])
def test_a_ramp_fires_where_its_closed_form_crosses(interval):
    ramp = Ramp(start=5.0, duration=400.0, start_amplitude=0.0, end_amplitude=600.0)
    times = record(Cell(refractory_period=1e4), Clamp(0.0, (ramp,)), 400.0, interval).spike_times_ms[0]
    low, high = 0.0, 400.0
    for _ in range(100):
        middle = 0.5 * (low + high)
        below = float(theory.ramp_potential(middle, 1.5, 10.0, -70.0, 20.0)) < -50.0
        low, high = (middle, high) if below else (low, middle)
    assert times == pytest.approx([5.0 + low], abs=1e-8)


def test_spike_times_do_not_depend_on_the_sample_interval():
    setup = everything()
    runs = [
        run(dataclasses.replace(setup, recording=RecordingSettings(200.0, interval, seed=3))).spike_times_ms[0]
        for interval in (0.01, 0.1, 1.0, 37.0)
    ]
    assert runs[0].size >= 3
    for other in runs[1:]:
        np.testing.assert_allclose(other, runs[0], rtol=0, atol=1e-8)


def test_any_blocks_give_the_same_numbers_bit_for_bit():
    setup = everything()
    whole = Integrator(setup).advance(4001)
    rng = np.random.default_rng(5)
    integrator = Integrator(setup)
    blocks = []
    while integrator.position < 4001:
        blocks.append(integrator.advance(min(int(rng.integers(1, 400)), 4001 - integrator.position)))
    for name in channel_names(setup):
        np.testing.assert_array_equal(np.concatenate([b.columns[name] for b in blocks]), whole.columns[name])
    np.testing.assert_array_equal(np.concatenate([b.spike_times_ms for b in blocks]), whole.spike_times_ms)


def test_the_seed_decides_the_noise():
    a, b, c = (run(everything(seed))["V_mV"] for seed in (3, 3, 4))
    np.testing.assert_array_equal(a, b)
    assert np.abs(a - c).max() > 0.1


def test_kirchhoff_holds_in_every_sample():
    r = run(everything())
    names = [s.name for s in r.setup.synapses]
    rest = r["I_inj_pA"] - r["I_C_pA"] - r["I_leak_pA"] - r["I_switch_pA"] - sum(r[f"I_{n}_pA"] for n in names)
    assert np.abs(rest).max() <= 1e-9
    assert (r["V_mV"][r["refractory"]] == -65.0).all()
    assert (r["I_C_pA"][r["refractory"]] == 0.0).all()


def test_a_crossing_inside_a_step_is_not_missed():
    """A brief strong sine lobe lifts V just over threshold and back: its height is the passive maximum."""
    sine = Sine(start=0.0, duration=50.0, amplitude=500.0, frequency=10.0)
    top = record(dataclasses.replace(PASSIVE), Clamp(0.0, (sine,)), 50.0, 0.001)["V_mV"].max()
    for margin, count in ((1e-5, 1), (-1e-5, 0)):
        cell = Cell(threshold=float(top) - margin, reset=-90.0, refractory_period=100.0)
        assert record(cell, Clamp(0.0, (sine,)), 50.0, 1.0).spike_times_ms[0].size == count


def test_an_edge_shows_the_value_from_the_edge_on():
    r = record(PASSIVE, Clamp(0.0, (Step(start=0.3, duration=0.4, amplitude=100.0),)), 2.0, 0.1)
    np.testing.assert_array_equal(np.flatnonzero(r["I_inj_pA"][0]), [3, 4, 5, 6])


def test_samples_are_held_and_then_zero():
    own = Samples(start=1.0, duration=10.0, values=(10.0, 20.0), interval=1.5)
    current = record(PASSIVE, Clamp(0.0, (own,)), 8.0, 0.5)["I_inj_pA"][0]
    assert current.tolist() == [0, 0, 10, 10, 10, 20, 20, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0]


def test_increments_are_added_per_sweep():
    r = record(
        PASSIVE, Clamp(0.0, (Step(start=0.0, duration=9.0, amplitude=10.0, increments=(("amplitude", 5.0),)),)), 5.0, sweeps=3
    )
    assert [float(row[0]) for row in r["I_inj_pA"]] == [10.0, 15.0, 20.0]


def test_a_change_keeps_potential_conductance_and_clamp():
    setup = everything()
    integrator = Integrator(setup)
    before = integrator.advance(1200)
    now = integrator.peek()
    integrator.change(setup.replace("cell.membrane_capacitance", 400.0))
    after = integrator.advance(1)
    for name in ("V_mV", "g_e_nS", "g_a_nS", "g_d_nS"):
        assert float(after.columns[name][0]) == pytest.approx(now[name], abs=1e-9)
    assert before.count == 1200


def test_an_unchanged_setup_changed_in_changes_nothing():
    setup = everything()
    plain, edited = Integrator(setup), Integrator(setup)
    expected = plain.advance(4000)
    parts = []
    for n in (700, 1300, 2000):
        parts.append(edited.advance(n))
        edited.change(setup)
    V = np.concatenate([p.columns["V_mV"] for p in parts])
    np.testing.assert_allclose(V, expected.columns["V_mV"], rtol=0, atol=1e-6)
    np.testing.assert_allclose(np.concatenate([p.spike_times_ms for p in parts]), expected.spike_times_ms, rtol=0, atol=1e-6)


def test_refractory_clamp_outlives_a_change_and_shrinks_with_t_ref():
    setup = Setup(Cell(refractory_period=5.0), Clamp(1000.0), (), RecordingSettings(100.0, 0.01))
    integrator = Integrator(setup)
    spike = float(Integrator(setup).advance(5000).spike_times_ms[0])
    integrator.advance(math.ceil((spike + 1.0) / 0.01))
    assert integrator.refractory_left_ms == pytest.approx(4.0, abs=0.02)
    integrator.change(setup.replace("cell.refractory_period", 2.0))
    assert integrator.refractory_left_ms == pytest.approx(2.0, abs=1e-6)


def test_kick_and_pulse_act_at_once():
    integrator = Integrator(Setup())
    integrator.advance(10)
    integrator.kick(-60.0)
    assert integrator.peek()["V_mV"] == -60.0
    integrator.add_pulse(300.0, 1.0)
    assert integrator.advance(40).columns["I_inj_pA"].tolist() == [300.0] * 20 + [0.0] * 20
    integrator.kick(-40.0)  # above threshold: a spike at once
    assert integrator.advance(1).spike_times_ms.size == 1
    with pytest.raises(LifbenchError, match="potential"):
        integrator.kick(math.nan)


def test_the_next_sweep_goes_on_from_the_state_of_the_last():
    setup = Setup(PASSIVE, Clamp(100.0), (ExponentialSynapse("e", spike_times=(9.0,)),), RecordingSettings(10.0, 0.1))
    integrator = Integrator(setup)
    integrator.advance(100)
    V, g = integrator.peek()["V_mV"], integrator.peek()["g_e_nS"]
    integrator.begin_sweep(0)
    assert integrator.position == 0
    assert integrator.peek()["V_mV"] == pytest.approx(V)
    assert integrator.peek()["g_e_nS"] == pytest.approx(g)
    assert g > 1.0


def test_absurdly_fast_firing_is_refused_in_words():
    cell = Cell(membrane_capacitance=0.1, refractory_period=0.0)
    with pytest.raises(LifbenchError, match="refractory period"):
        record(cell, Clamp(1e7), 500.0, 1.0)


def test_extreme_but_valid_setups_stay_finite_and_end():
    rng = np.random.default_rng(11)
    for k in range(60):
        log = lambda low, high: float(np.exp(rng.uniform(np.log(low), np.log(high))))  # noqa: E731
        cell = Cell(membrane_resistance=log(1e-2, 1e5), membrane_capacitance=log(0.1, 1e5), refractory_period=log(0.1, 50.0))
        g = log(1e-3, 1e6)
        synapses = (
            AlphaSynapse("a", float(rng.uniform(-90, 20)), peak_conductance=g, decay_time=log(1e-2, 1e3), spike_times=(2.0, 5.0)),
            ExponentialSynapse("e", -60.0, peak_conductance=log(1e-3, 1e5), decay_time=log(1e-2, 1e3), spike_times=(3.0,)),
        )
        clamp = Clamp(float(rng.uniform(-1e3, 1e3)), (Ramp(start=1.0, duration=8.0, end_amplitude=log(1.0, 1e5)),))
        r = record(cell, clamp, 10.0, log(0.01, 3.0), synapses)
        assert np.isfinite(r["V_mV"]).all(), k
        assert r["V_mV"].max() < cell.threshold, k


def test_slow_steps_join_the_smooth_ones():
    """A very large, slowly closing conductance: V must follow V∞ through the change of method."""
    synapse = ExponentialSynapse("e", 0.0, peak_conductance=1e6, decay_time=5.0, spike_times=(1.0,))
    fast = Cell(membrane_capacitance=1.0, spiking=False)
    r = record(fast, Clamp(), 60.0, 0.05, (synapse,))
    G = 10.0 + r["g_e_nS"][0]
    steady = -700.0 / G
    late = (r.time_ms > 2.0) & (r.time_ms < 20.0)
    assert np.abs(r["V_mV"][0] - steady)[late].max() < 0.05


@pytest.mark.parametrize(
    ("shape", "kinetics"), list(itertools.product(("step", "sine"), ("exponential", "alpha", "dual_exponential")))
)
def test_conductance_driven_voltage_matches_a_fine_runge_kutta(shape, kinetics):
    kinds = {
        "exponential": ExponentialSynapse("s", 0.0, peak_conductance=20.0, decay_time=3.0, spike_times=(5.0, 12.0)),
        "alpha": AlphaSynapse("s", 0.0, peak_conductance=20.0, decay_time=3.0, spike_times=(5.0, 12.0)),
        "dual_exponential": DualExponentialSynapse(
            "s", 0.0, peak_conductance=20.0, decay_time=3.0, rise_time=0.7, spike_times=(5.0, 12.0)
        ),
    }
    epoch = {
        "step": Step(start=0.0, duration=50.0, amplitude=50.0),
        "sine": Sine(start=0.0, duration=50.0, amplitude=90.0, frequency=70.0),
    }
    synapse = kinds[kinetics]
    r = record(PASSIVE, Clamp(0.0, (epoch[shape],)), 30.0, 1.0, (synapse,))

    def kernel(u):
        if kinetics == "exponential":
            return math.exp(-u / 3.0)
        if kinetics == "alpha":
            return u / 3.0 * math.exp(1.0 - u / 3.0)
        peak = 0.7 * 3.0 / 2.3 * math.log(3.0 / 0.7)
        return (math.exp(-u / 3.0) - math.exp(-u / 0.7)) / (math.exp(-peak / 3.0) - math.exp(-peak / 0.7))

    def slope(t, V, events):
        g = 20.0 * sum(kernel(t - e) for e in events)
        current = 50.0 if shape == "step" else 90.0 * math.sin(2e-3 * math.pi * 70.0 * t)
        return (current - 10.0 * (V + 70.0) - g * V) / 200.0

    V, h, found = -70.0, 0.005, [-70.0]
    for n in range(6000):
        t = n * h
        events = [e for e in (5.0, 12.0) if e <= t + 1e-9]
        a = slope(t, V, events)
        b = slope(t + h / 2, V + h / 2 * a, events)
        c = slope(t + h / 2, V + h / 2 * b, events)
        d = slope(t + h, V + h * c, events)
        V += h / 6 * (a + 2 * b + 2 * c + d)
        if (n + 1) % 200 == 0:
            found.append(V)
    np.testing.assert_allclose(r["V_mV"][0], found, rtol=0, atol=2e-9)


# ---- where numbers are extreme: reference values by DOP853 at 1e-13 and by 40-digit arithmetic, derived apart from this code


def alpha(reversal, peak, tau, at=1.0):
    return AlphaSynapse("e", reversal, peak_conductance=peak, decay_time=tau, spike_times=(at,))


@pytest.mark.parametrize(
    ("cell", "synapse", "time", "expected"),
    [
        (Cell(membrane_resistance=10.0, membrane_capacitance=10.0, spiking=False), alpha(0.0, 1e4, 1000.0), 1.06, -69.71749129225684),
        (Cell(membrane_resistance=10.0, membrane_capacitance=10.0, spiking=False), alpha(0.0, 1e6, 1000.0), 1.03, -62.67190024393094),
        (Cell(membrane_resistance=10.0, membrane_capacitance=1000.0), alpha(-51.0, 1e6, 1e5), 1.30, -69.97700342853634),
        (
            Cell(membrane_resistance=10.0, membrane_capacitance=1.0, spiking=False),
            DualExponentialSynapse("e", 0.0, peak_conductance=1e5, decay_time=100.0, rise_time=90.0, spike_times=(1.0,)), 1.03,
            -41.94411841844532,
        ),
        (Cell(membrane_resistance=10.0, membrane_capacitance=1.0, spiking=False), alpha(0.0, 1e3, 100.0), 1.24, -65.88051269775471),
    ],
)  # fmt: skip
def test_a_stiff_conductance_that_opens_from_nothing(cell, synapse, time, expected):
    recording = run(Setup(cell, Clamp(), (synapse,), RecordingSettings(4.0, 0.01)))
    assert recording["V_mV"][0, round(time / 0.01)] == pytest.approx(expected, abs=1e-9)
    assert recording.spike_times_ms[0].size == 0
    assert recording["V_mV"].max() < 0.0


@pytest.mark.parametrize(
    ("tau", "peak", "R", "C", "time", "expected"),
    [(1665.0, 2e4, 5.0, 240.0, 14.0, -46.32864762437437), (1e5, 1e5, 100.0, 2000.0, 35.0, -46.677059159720216),
     (1e5, 1e6, 1000.0, 20000.0, 42.0, -34.92582633339731), (1e4, 1e3, 100.0, 200.0, 21.0, -65.35191799067613)],
)  # fmt: skip
def test_a_kernel_that_is_slow_against_its_steps_loses_no_digits(tau, peak, R, C, time, expected):
    cell = Cell(membrane_resistance=R, membrane_capacitance=C, spiking=False)
    recording = run(Setup(cell, Clamp(), (alpha(0.0, peak, tau, 10.0),), RecordingSettings(200.0, 0.1)))
    assert recording["V_mV"][0, round(time / 0.1)] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("R", "C", "end", "width"),
    [(1e6, 1e3, 400.0, 100.0), (1e6, 1e5, 1e5, 100.0), (100.0, 200.0, 1e6, 0.01), (100.0, 200.0, 400.0, 90.0)],
)
def test_a_ramp_that_is_short_against_the_membrane_loses_no_digits(R, C, end, width):
    ramp = Ramp(start=0.0, duration=width, start_amplitude=0.0, end_amplitude=end)
    cell = Cell(membrane_resistance=R, membrane_capacitance=C, spiking=False)
    recording = run(Setup(cell, Clamp(0.0, (ramp,)), (), RecordingSettings(width, width / 50.0)))
    tau, t, slope = R * C / 1000.0, recording.time_ms, end / width
    x = t / tau  # t − τ(1 − e^{−x}) without cancellation
    rise = np.where(
        x < 0.1, tau * x * x * (0.5 - x / 6 + x**2 / 24 - x**3 / 120 + x**4 / 720 - x**5 / 5040), t + tau * np.expm1(-x)
    )
    np.testing.assert_allclose(recording["V_mV"][0], -70.0 + slope * R / 1000.0 * rise, rtol=1e-9, atol=1e-10)


def test_a_sine_of_no_frequency_is_the_current_its_phase_holds():
    sine = Sine(start=0.0, duration=300.0, amplitude=100.0, frequency=0.0, phase=math.pi / 2, offset=50.0)
    recording = run(Setup(Cell(spiking=False), Clamp(0.0, (sine,)), (), RecordingSettings(200.0, 0.1)))
    np.testing.assert_allclose(recording["V_mV"][0], -55.0 - 15.0 * np.exp(-recording.time_ms / 20.0), atol=1e-10)
    assert set(recording["I_inj_pA"][0]) == {150.0}


def test_v_is_at_reset_after_a_spike_at_an_edge_that_was_reached_at_the_threshold_itself():
    """Held at rheobase V comes to the threshold by rounding; the step that follows fires there and then, and again."""
    step = Step(start=900.0, duration=50.0, amplitude=200.0)
    recording = run(Setup(Cell(), Clamp(200.0, (step,)), (), RecordingSettings(1000.0, 0.5)))
    assert recording.spike_times_ms[0][0] == pytest.approx(900.0, abs=1e-9)
    at = slice(1800, 1804)
    assert recording["V_mV"][0, at].tolist() == [-65.0] * 4
    assert recording["refractory"][0, at].all()
    assert recording["I_switch_pA"][0, at].tolist() == [350.0] * 4


@pytest.mark.parametrize("setup", [
    Setup(Cell(), Clamp(0.0, (Ramp(start=0.0, duration=1e4, start_amplitude=200.0, end_amplitude=300.0),))),
    Setup(Cell(), Clamp(), (alpha(0.0, 150.0, 1e4, 10.0),)),
    Setup(Cell(), Clamp(180.0), (ExponentialSynapse("e", peak_conductance=0.6, poisson=Poisson(500.0)),)),
    Setup(Cell(), Clamp(0.0, (Noise(start=0.0, duration=300.0, mean=250.0, standard_deviation=200.0, time_constant=3.0),))),
    Setup(Cell(), Clamp(0.0, (Sine(start=0.0, duration=300.0, amplitude=300.0, frequency=31.0, offset=150.0),))),
])  # fmt: skip
def test_not_a_bit_of_a_spike_time_depends_on_the_sample_interval(setup):
    found = []
    for interval in (0.01, 0.033, 0.1, 1.0, 7.0):
        recording = run(dataclasses.replace(setup, recording=RecordingSettings(310.0, interval)), traces=interval > 0.05)
        found.append(recording.spike_times_ms[0].tolist())
    assert len(found[0]) > 2
    assert all(times == found[0] for times in found)


def test_a_spike_at_the_very_end_is_listed_and_shown():
    cell = Cell(membrane_capacitance=0.1, leak_reversal=-50.00000001, refractory_period=1.0)
    recording = run(Setup(cell, Clamp(0.0, (Step(start=10.0, duration=1.0, amplitude=1e7),)), (), RecordingSettings(10.0, 0.1)))
    assert recording.spike_times_ms[0].size == 1
    assert recording["V_mV"][0, -1] == -65.0
