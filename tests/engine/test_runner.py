"""The engine: turned by hand with a clock of our own, and as a thread."""

import numpy as np
import pytest

from lifbench.engine.messages import (
    CancelJob,
    EngineError,
    JobDone,
    JobProgress,
    Kick,
    NewSetup,
    Pause,
    Pulse,
    Restart,
    Run,
    SetRepeat,
    SetSpeed,
    Single,
    SingleDone,
    Spikes,
    Status,
    SubmitJob,
    SweepStart,
)  # fmt: skip
from lifbench.engine.runner import Engine
from lifbench.model.cell import Cell
from lifbench.model.clamp import Clamp, Step
from lifbench.model.recording import run
from lifbench.model.setup import RecordingSettings, Setup
from lifbench.model.synapse import ExponentialSynapse
from lifbench.quantities import LifbenchError

SETUP = Setup(clamp=Clamp(0.0, (Step(start=10.0, duration=60.0, amplitude=400.0),)), recording=RecordingSettings(100.0, 0.05))


class Hand:
    """An engine without its thread: `turn` lets wall time pass."""

    def __init__(self, setup=SETUP):
        self.now = 0.0
        self.engine = Engine(setup, clock=lambda: self.now)

    def turn(self, ms=0.0):
        self.now += ms / 1000.0
        self.engine.turn()
        return self.engine.poll()

    def send(self, *commands):
        for command in commands:
            self.engine.send(command)
        return self.turn()


def of(kind, messages):
    return [m for m in messages if isinstance(m, kind)]


def test_simulated_time_keeps_pace_with_the_wall_times_the_speed():
    hand = Hand()
    hand.send(Run())
    for speed in (1.0, 0.01, 100.0, 2.5):
        hand.send(SetSpeed(speed))
        before = hand.engine.ring.total
        for _ in range(100):
            hand.turn(7.0)
        assert (hand.engine.ring.total - before) * 0.05 == pytest.approx(700.0 * speed, abs=0.1 + 0.2 * speed)


def test_a_backlog_is_dropped_not_worked_off():
    hand = Hand()
    hand.send(Run())
    hand.turn(60_000.0)
    assert hand.engine.ring.total * 0.05 <= 101.0


def test_pause_holds_time():
    hand = Hand()
    hand.send(Run())
    hand.turn(20.0)
    hand.send(Pause())
    total = hand.engine.ring.total
    messages = hand.turn(500.0)
    assert hand.engine.ring.total == total
    assert not of(Spikes, messages)


def test_live_is_the_offline_integrator():
    hand = Hand()
    hand.send(Run())
    spikes = []
    for _ in range(19):
        spikes += of(Spikes, hand.turn(5.0))
    offline = run(SETUP)
    n = hand.engine.ring.total
    _, V = hand.engine.ring.read("V_mV", 0, n)
    np.testing.assert_array_equal(V, offline["V_mV"][0, :n].astype(np.float32))
    times = np.concatenate([s.times_ms for s in spikes])
    np.testing.assert_allclose(times, offline.spike_times_ms[0][: times.size], rtol=0, atol=1e-9)
    assert times.size == offline.spike_times_ms[0].size


def test_sweeps_follow_each_other_and_tell():
    step = Step(start=0.0, duration=10.0, amplitude=10.0, increments=(("amplitude", 10.0),))
    hand = Hand(Setup(clamp=Clamp(0.0, (step,)), recording=RecordingSettings(10.0, 0.1, sweeps=3)))
    messages = hand.send(Run())
    for _ in range(9):
        messages += hand.turn(5.0)
    starts = [(m.sweep, m.sample) for m in of(SweepStart, messages)]
    assert starts == [(0, 0), (1, 100), (2, 200), (0, 300), (1, 400)]
    _, current = hand.engine.ring.read("I_inj_pA", 0, 400)
    assert current[[50, 150, 250, 350]].tolist() == [10.0, 20.0, 30.0, 10.0]


def test_without_repeat_the_holding_current_is_left():
    setup = Setup(clamp=Clamp(5.0, (Step(start=0.0, duration=10.0, amplitude=10.0),)), recording=RecordingSettings(10.0, 0.1))
    hand = Hand(setup)
    hand.send(SetRepeat(False), Run())
    for _ in range(6):
        hand.turn(5.0)
    _, current = hand.engine.ring.read("I_inj_pA", 0, 300)
    assert current[50] == 15.0
    assert set(current[101:].tolist()) == {5.0}
    hand.send(SetRepeat(True))
    hand.turn(5.0)
    assert hand.engine.ring.read("I_inj_pA", hand.engine.ring.total - 1, hand.engine.ring.total)[1][0] == 15.0


def test_single_runs_one_sweep_from_rest_and_stops():
    hand = Hand()
    messages = hand.send(Single())
    for _ in range(40):
        messages += hand.turn(10.0)
    assert len(of(SingleDone, messages)) == 1
    assert hand.engine.ring.total == 2000
    assert not messages[-1].running
    again = hand.send(Single())
    for _ in range(40):
        again += hand.turn(10.0)
    assert hand.engine.ring.total == 4000
    V = hand.engine.ring.read("V_mV", 0, 4000)[1]
    np.testing.assert_array_equal(V[:2000], V[2000:])


def test_an_edit_takes_effect_at_the_next_block_and_keeps_v():
    hand = Hand()
    hand.send(Run())
    hand.turn(30.0)
    status = of(Status, hand.send(Pause()))[-1]
    edited = of(Status, hand.send(NewSetup(SETUP.replace("cell.membrane_capacitance", 300.0), 7)))[-1]
    assert edited.setup_version == 7
    assert edited.V_mV == pytest.approx(status.V_mV, abs=1e-9)
    balance = edited.I_inj_pA - edited.I_leak_pA - edited.I_C_pA - edited.I_switch_pA - sum(edited.I_syn_pA)
    assert abs(balance) < 1e-9


def test_a_synapse_or_another_interval_brings_another_ring_and_time_goes_on():
    hand = Hand()
    hand.send(Run())
    hand.turn(30.0)
    with_synapse = Setup(SETUP.cell, SETUP.clamp, (ExponentialSynapse("e"),), SETUP.recording)
    status = of(Status, hand.send(NewSetup(with_synapse, 1)))[-1]
    assert "g_e_nS" in hand.engine.ring.channels
    assert status.time_ms == pytest.approx(30.0, abs=0.1)
    status = of(Status, hand.send(NewSetup(with_synapse.replace("recording.sample_interval", 0.2), 2)))[-1]
    assert status.time_ms == pytest.approx(30.0, abs=0.3)
    before = hand.engine.ring.total
    hand.turn(20.0)
    assert hand.engine.ring.total - before == pytest.approx(100, abs=1)


def test_pulse_kick_and_restart_at_any_time():
    hand = Hand()
    for commands in (
        (Pulse(500.0, 5.0),),
        (Kick(-55.0),),
        (Restart(),),
        (Run(),),
        (Pulse(1e3, 1.0), Kick(-40.0), Restart(), Pulse(-50.0, 2.0)),
    ):
        messages = hand.send(*commands)
        assert not of(EngineError, messages)
        hand.turn(10.0)


def test_absurd_hands_are_answered_in_words_and_the_engine_goes_on():
    hand = Hand()
    for command in (Pulse(1e12, 5.0), Kick(float("nan")), Pulse(1.0, 0.0)):
        error = of(EngineError, hand.send(Run(), command))
        assert len(error) == 1
        assert "could not be done" in error[0].text
    hand.send(Run())
    before = hand.engine.ring.total
    hand.turn(10.0)
    assert hand.engine.ring.total > before


def test_a_job_runs_in_slices_and_tells():
    hand = Hand()

    def job():
        for k in range(3):
            yield k, 3
            hand.now += 1.0  # longer than a slice
        return "done"

    messages = hand.send(SubmitJob(1, job))
    for _ in range(5):
        messages += hand.turn(1.0)
    assert [m.done for m in of(JobProgress, messages)] == [0, 1, 2] or len(of(JobProgress, messages)) >= 2
    assert of(JobDone, messages) == [JobDone(1, "done")]


def test_jobs_fail_in_words_and_can_be_cancelled():
    hand = Hand()

    def refused():
        yield 0, 1
        raise LifbenchError("too much")

    def broken():
        yield 0, 1
        raise ZeroDivisionError("oops")

    def endless():
        while True:
            yield 0, 1
            hand.now += 1.0

    messages = hand.send(SubmitJob(1, refused), SubmitJob(3, endless))
    assert of(JobDone, messages) == [JobDone(1, error="too much")]
    messages = hand.send(CancelJob(3))
    assert JobDone(3, cancelled=True) in messages
    messages = hand.send(SubmitJob(2, broken))
    assert "did not expect" in of(JobDone, messages)[0].error


def wait_for(engine, what, rounds=2000):
    """Poll until a message fulfils ``what``: the queue's own blocking read would need the engine's insides."""
    import time

    seen = []
    for _ in range(rounds):
        seen += engine.poll()
        if any(what(m) for m in seen):
            return seen
        time.sleep(0.005)
    raise AssertionError(f"never came; {len(seen)} messages")


def test_the_thread_starts_runs_and_ends():
    engine = Engine(SETUP)
    engine.start()
    engine.send(Run())
    wait_for(engine, lambda m: isinstance(m, Spikes))
    assert engine.stop()
    assert engine.stop()


def test_an_error_in_the_thread_is_told_and_the_thread_lives_on(monkeypatch):
    engine = Engine(SETUP)
    monkeypatch.setattr(engine._cell, "advance", lambda count: 1 / 0)
    engine.start()
    engine.send(Run())
    messages = wait_for(engine, lambda m: isinstance(m, EngineError))
    assert "did not expect" in of(EngineError, messages)[0].text
    assert "ZeroDivisionError" in of(EngineError, messages)[0].details
    monkeypatch.undo()
    engine.send(Run())
    wait_for(engine, lambda m: isinstance(m, Status) and m.running)
    assert engine.stop()


def test_firing_too_fast_to_follow_stops_the_bench_in_words():
    cell = Cell(membrane_capacitance=0.1, refractory_period=0.0)
    hand = Hand(Setup(cell, Clamp(0.0), (), RecordingSettings(100.0, 0.05)))
    hand.send(Run())
    hand.turn(5.0)
    messages = hand.send(NewSetup(Setup(cell, Clamp(1e7), (), RecordingSettings(100.0, 0.05)), 1))
    errors = of(EngineError, messages)
    assert errors
    assert "refractory period" in errors[0].text
    messages = hand.send(NewSetup(SETUP, 2), Run())
    assert not of(EngineError, messages)
    hand.turn(5.0)


def test_another_protocol_with_fewer_sweeps_and_more_synapses_is_taken_in_one_go():
    """A preset of nine sweeps gives way to a tab with one sweep and two synapses, in the middle of the last sweep."""
    many = SETUP.replace("recording.sweeps", 9)
    hand = Hand(many)
    hand.send(Run(), SetSpeed(10.0))
    while hand.engine._cell.sweep < 7:
        hand.turn(20.0)
    synapses = tuple(ExponentialSynapse(name, peak_conductance=2.0, spike_times=(5.0,)) for name in ("a", "b"))
    other = Setup(clamp=Clamp(100.0), synapses=synapses, recording=RecordingSettings(50.0, 0.1))
    messages = hand.send(NewSetup(other, 1))
    assert not of(EngineError, messages)
    messages = [m for _ in range(20) for m in hand.turn(10.0)]
    assert not of(EngineError, messages)
    status = of(Status, messages)[-1]
    assert status.setup_version == 1
    assert status.sweeps == 1
    assert len(status.g_nS) == 2


def test_the_thread_survives_what_should_never_happen(qtbot, caplog):
    """Whatever goes wrong while it waits for a command is said, and the next command is obeyed."""
    engine = Engine(SETUP)
    engine.start()
    found = []

    def told(kind):
        found.extend(engine.poll())
        return bool(of(kind, found))

    broken = engine._cell.kick
    engine._cell.kick = lambda V: 1 / 0
    engine.send(Kick(-60.0))
    qtbot.waitUntil(lambda: told(EngineError), timeout=10_000)
    assert "did not expect" in of(EngineError, found)[0].text
    engine._cell.kick = broken
    found.clear()
    engine.send(Kick(-60.0))
    qtbot.waitUntil(lambda: told(Status) and abs(of(Status, found)[-1].V_mV + 60.0) < 1e-9, timeout=10_000)
    assert engine.stop()
    assert "ZeroDivisionError" in caplog.text


def test_sweeps_begin_as_far_apart_as_is_asked_with_the_holding_current_between_them():
    setup = Setup(
        clamp=Clamp(-20.0, (Step(start=0.0, duration=100.0, amplitude=70.0),)), recording=RecordingSettings(100.0, 0.1, sweeps=2)
    )
    hand = Hand(setup)
    hand.send(SetRepeat(True, 250.0), Run(), SetSpeed(10.0))
    messages = [m for _ in range(60) for m in hand.turn(5.0)]
    starts = of(SweepStart, messages)
    assert [s.sweep for s in starts[:4]] == [1, 0, 1, 0]
    assert np.diff([s.sample for s in starts]).tolist() == [2500] * (len(starts) - 1)
    ring = hand.engine.ring
    _, current = ring.read("I_inj_pA", 0, 5000)
    assert set(current[:1000]) == {50.0}
    assert set(current[1001:2500]) == {-20.0}
    assert set(current[2500:3500]) == {50.0}
    hand.send(SetRepeat(True, 0.0))
    messages = [m for _ in range(60) for m in hand.turn(5.0)]
    assert np.diff([s.sample for s in of(SweepStart, messages)])[1:].tolist() == [1000] * (len(of(SweepStart, messages)) - 2)
    assert not of(EngineError, messages)


def test_spikes_at_the_very_same_instant_tell_no_rate():
    """Without a refractory period two spikes may fall on one float: no division by what is nothing, in this sweep or the next."""
    cell = Hand().engine._cell
    cell._recent.extend([5.0, 5.0])
    assert cell._rate(5.0) == 0.0
    cell._forget_spikes()
    assert cell._rate(6.0) == 0.0
