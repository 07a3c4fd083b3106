"""Speed as ratios within one run: no clock decides alone, since machines differ."""

import time

import numpy as np
import pytest

from lifbench.engine.trace_ring import TraceRing
from lifbench.model.cell import Cell
from lifbench.model.clamp import Clamp, Ramp
from lifbench.model.families import sweep
from lifbench.model.recording import run
from lifbench.model.setup import RecordingSettings, Setup
from lifbench.model.synapse import ExponentialSynapse, Poisson


def best(what, times=5):
    """Least processor time of several runs, s."""
    found = []
    for _ in range(times):
        start = time.process_time()
        what()
        found.append(time.process_time() - start)
    return min(found)


def dc(duration, interval):
    return lambda: run(Setup(Cell(), Clamp(300.0), (), RecordingSettings(duration, interval)))


def test_cost_per_sample_is_flat():
    short, long = best(dc(10_000.0, 0.05)), best(dc(100_000.0, 0.05), 2)
    assert long < 25.0 * short


def test_cost_per_event_is_flat():
    def driven(duration):
        synapse = ExponentialSynapse("e", peak_conductance=0.3, poisson=Poisson(1000.0))
        return lambda: run(Setup(Cell(), Clamp(), (synapse,), RecordingSettings(duration, 10.0)))

    assert best(driven(20_000.0), 2) < 20.0 * best(driven(2_000.0), 3)


@pytest.fixture(scope="module")
def loop():
    """Cost of what a textbook does: 200 000 steps of forward Euler in plain Python, s."""

    def steps():
        V = -70.0
        for _ in range(200_000):
            V += 0.05 * ((-70.0 - V) / 20.0 + 1.5)
            if V >= -50.0:
                V = -65.0

    return best(steps, 3)


def test_a_sampled_run_costs_less_than_a_plain_python_loop_over_its_samples(loop):
    assert best(dc(10_000.0, 0.05)) < 0.7 * loop


def test_a_run_with_two_conductances_costs_few_such_loops(loop):
    synapses = tuple(
        ExponentialSynapse(name, reversal, peak_conductance=0.6, poisson=Poisson(500.0))
        for name, reversal in (("e", 0.0), ("i", -75.0))
    )
    setup = Setup(Cell(), Clamp(), synapses, RecordingSettings(10_000.0, 0.05))
    assert best(lambda: run(setup), 3) < 8.0 * loop


def test_a_spike_located_on_a_ramp_costs_a_small_part_of_such_a_loop(loop):
    ramp = Ramp(start=0.0, duration=20_000.0, start_amplitude=0.0, end_amplitude=2000.0)
    setup = Setup(Cell(), Clamp(0.0, (ramp,)), (), RecordingSettings(20_000.0, 1.0))
    spikes = run(setup, traces=False).spike_times_ms[0].size
    assert spikes > 1000
    assert best(lambda: run(setup, traces=False), 3) < 0.03 * spikes * loop


def test_a_family_of_two_hundred_rates_costs_few_such_loops(loop):
    setup, currents = Setup(recording=RecordingSettings(1000.0, 0.025)), np.linspace(0.0, 2000.0, 200).tolist()
    assert best(lambda: sweep(setup, "clamp.holding_current", currents), 3) < 4.0 * loop


def test_a_family_of_rates_makes_no_samples():
    setup, currents = Setup(recording=RecordingSettings(1000.0, 0.01)), [300.0 + k for k in range(20)]

    def rates():
        sweep(setup, "clamp.holding_current", currents)

    def recordings():
        sweep(setup, "clamp.holding_current", currents, lambda r: r.rate_hz())

    assert best(rates) < 0.4 * best(recordings, 2)


def test_a_reference_cell_costs_by_what_it_does_not_by_its_samples():
    def cell(interval):
        return lambda: run(Setup(Cell(model="wang_buzsaki"), Clamp(400.0), (), RecordingSettings(100.0, interval)))

    assert best(cell(0.01), 3) < 2.0 * best(cell(1.0), 3)


@pytest.fixture(scope="module")
def ring():
    ring = TraceRing(("V_mV", "I_inj_pA", "g_e_nS"), 0.05, megabytes=160.0)
    rng = np.random.default_rng(0)
    for _ in range(60):
        ring.append({name: rng.normal(size=200_000) for name in ring.channels})
    return ring


def test_ten_minutes_are_drawn_from_the_pyramid_not_from_the_samples(ring):
    last = ring.total

    def pyramid():
        for name in ring.channels:
            ring.window(name, ring.first, last, 1200)

    def raw():
        for name in ring.channels:
            _, values = ring.read(name, ring.first, last)
            usable = values[: values.size // 8192 * 8192].reshape(-1, 8192)
            usable.min(axis=1), usable.max(axis=1)

    assert best(pyramid) < 0.1 * best(raw, 3)


def test_appending_costs_little_beside_the_model(ring):
    setup = Setup(Cell(), Clamp(300.0), (), RecordingSettings(10_000.0, 0.05))
    recording = run(setup)
    target = TraceRing(recording.channels, 0.05, megabytes=64.0)
    columns = {name: recording[name][0] for name in recording.channels}
    assert best(lambda: target.append(columns)) < 10.0 * best(lambda: run(setup))
