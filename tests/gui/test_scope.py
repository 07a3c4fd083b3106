"""The oscilloscope's own promises: trigger, screens, measurements, cursors, hands; by real events where there are hands."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox

from lifbench.analysis.fit import fit_exponential
from lifbench.engine.messages import SLOPE
from lifbench.engine.runner import LiveCell
from lifbench.engine.trace_ring import TraceRing
from lifbench.gui.scope.acquisition import Acquisition
from lifbench.gui.scope.clicks import Clicks
from lifbench.gui.scope.measure import COLUMNS, measure
from lifbench.gui.scope.scales import SEQUENCE, Scale, default_scales, next_in_sequence
from lifbench.gui.scope.settings import ScopeSettings
from lifbench.model import theory
from lifbench.model.cell import Cell
from lifbench.model.clamp import EPOCH_SHAPES, Clamp, Sine, Step
from lifbench.model.recording import run
from lifbench.model.setup import RecordingSettings, Setup
from lifbench.quantities import LifbenchError


def recorded(setup):
    """(ring, spike times) of a setup's first sweep, as the engine would have written them."""
    recording = run(setup)
    ring = TraceRing((*recording.channels, SLOPE), setup.recording.sample_interval)
    columns = {name: recording[name][0] for name in recording.channels}
    ring.append({**columns, SLOPE: columns["I_C_pA"] / setup.cell.membrane_capacitance})
    return ring, recording.spike_times_ms[0]


# ---- scales and settings, without a window


def test_scales_step_in_1_2_5_and_fit_what_they_are_given():
    for name, scale in default_scales().items():
        for _ in range(60):
            scale.step(-1)
            assert f"{scale.div:e}"[0] in "125", name
        assert scale.div == scale.least
    for low, high in ((-83.0, -50.0), (-70.001, -70.0), (-1000.0, 1000.0), (0.0, 0.0)):
        scale = Scale("mV", "V", 10.0, 0.0, 8, 0.1, 1000.0, 1.0)
        scale.fit(low, high)
        bottom, top = scale.range
        assert bottom <= low <= high <= top
        assert scale.div in SEQUENCE
    assert next_in_sequence(2.0, 1) == 5.0


@settings(max_examples=200, deadline=None)
@given(
    st.recursive(
        st.none() | st.floats() | st.text() | st.booleans(), lambda x: st.lists(x) | st.dictionaries(st.text(), x), max_leaves=8
    )
)
def test_any_kept_settings_give_a_scope_that_works(plain):
    for kept in (
        plain,
        {"time_div": plain},
        {"scales": plain},
        {"scales": {"V": plain}},
        {"extra": plain},
        {"level": plain},
        {"mode": plain},
    ):
        taken = ScopeSettings.read(kept)
        taken.give(Acquisition(), default_scales())
        assert ScopeSettings.read(taken.plain()).plain() == taken.plain()


# ---- trigger


@pytest.mark.parametrize("rising", [True, False])
@pytest.mark.parametrize("source", ["V_mV", "I_inj_pA", "I_C_pA", SLOPE])
def test_a_triggered_event_stands_still_to_a_small_part_of_a_pixel(source, rising):
    """A sine whose period is no multiple of the sample interval: wherever blocks and frames are cut, its crossing is at zero."""
    wave = Sine(start=0.0, duration=4000.0, amplitude=100.0, frequency=17.123)
    setup = Setup(Cell(spiking=False), Clamp(0.0, (wave,)), (), RecordingSettings(4000.0, 0.1))
    recording = run(setup)
    columns = {name: recording[name][0] for name in recording.channels}
    columns[SLOPE] = columns["I_C_pA"] / setup.cell.membrane_capacitance
    values = columns[source]
    level = float(0.3 * values.max() + 0.7 * values.min())
    ring = TraceRing(tuple(columns), 0.1)
    acquisition = Acquisition()
    acquisition.time_div, acquisition.pre, acquisition.mode = 10.0, 0.5, "normal"
    acquisition.watch(source, rising, level)
    rng, at, zeros = np.random.default_rng(2), 0, set()
    while at < values.size:
        size = int(rng.integers(1, 400))
        ring.append({name: column[at : at + size] for name, column in columns.items()})
        at += size
        shown = acquisition.update(ring, [], 1 / 60)
        if shown.last > shown.first:
            zeros.add(shown.zero)
    assert len(zeros) > 20
    pixel = 100.0 / 1200  # ms
    for zero in zeros:
        k, part = int(zero), zero % 1.0
        slope = values[k + 1] - values[k]
        assert (slope > 0) == rising
        assert abs(values[k] + part * slope - level) <= 1e-3 * abs(slope) + 1e-5  # float32 of the ring
        assert abs(slope) > 0
    assert pixel > 1e-3 * 0.1  # a thousandth of a sample is far below a pixel


def fed(acquisition, ring, block, starts=(), wall=1 / 60):
    ring.append(block)
    return acquisition.update(ring, list(starts), wall)


def test_normal_holds_the_last_screen_and_says_that_it_waits():
    ring = TraceRing(("V_mV",), 0.1)
    a = Acquisition()
    a.time_div, a.mode = 1.0, "normal"
    a.watch("V_mV", True, -55.0)
    quiet, pulse = np.full(50, -70.0), np.concatenate([np.full(10, -70.0), np.full(40, -50.0)])
    for _ in range(5):
        assert fed(a, ring, {"V_mV": quiet}).last == ring.total
        assert a.state(True) == "Armed"
    held = fed(a, ring, {"V_mV": pulse})
    assert a.state(True) == "Triggered"
    for _ in range(60):
        held_then = fed(a, ring, {"V_mV": quiet})
        assert held_then.zero == held.zero
    assert a.state(True) == "Armed"
    assert held_then.last <= held.zero + 102
    assert fed(a, ring, {"V_mV": pulse}).zero > held.zero
    assert a.state(True) == "Triggered"
    assert a.state(False) == "Stopped"


def test_auto_rolls_when_nothing_comes_and_force_triggers_at_once():
    ring = TraceRing(("V_mV",), 0.1)
    a = Acquisition()
    a.time_div = 1.0
    a.watch("V_mV", True, -55.0)
    quiet = np.full(50, -70.0)
    for _ in range(40):
        shown = fed(a, ring, {"V_mV": quiet})
    assert a.state(True) == "Roll (auto)"
    assert shown.zero == ring.total
    a.force()
    assert fed(a, ring, {"V_mV": quiet}).zero == ring.total
    assert a.state(True) == "Triggered"


def test_every_sweep_begins_a_screen_also_when_it_is_shorter_than_the_screen():
    ring = TraceRing(("V_mV",), 0.1)
    a = Acquisition()
    a.time_div = 50.0  # 5000 samples across
    sweeps = []
    for k in range(12):
        shown = fed(a, ring, {"V_mV": np.full(450, -70.0)}, [(450 * k, k % 9)])
        assert shown.zero == 450 * k
        sweeps.append(a.sweep)
    assert sweeps == [k % 9 for k in range(12)]
    assert [s.sweep for s in a.earlier] == sweeps[:-1]
    assert all(s.end == s.zero + 450 for s in a.earlier)


def test_at_high_speed_a_whole_sweep_is_shown_and_none_is_lost_from_the_overlay():
    ring = TraceRing(("V_mV",), 0.1)
    a = Acquisition()
    a.time_div, count = 50.0, 0
    for _ in range(6):
        starts = [(450 * (count + k), count + k) for k in range(4)]
        shown = fed(a, ring, {"V_mV": np.full(1800, -70.0)}, starts)
        count += 4
        assert shown.last - shown.zero == 450  # whole, and cut where the next begins
    seen = [s.sweep for s in a.earlier] + [a.sweep]
    assert seen == list(range(count - 1))


def test_single_is_let_go_by_run(window, qtbot):
    window.action("single").trigger()
    qtbot.waitUntil(lambda: not window.bench.running, timeout=20_000)
    zero = window.scope._shown.zero
    window.action("run").trigger()
    qtbot.waitUntil(lambda: window.scope._shown.zero > zero, timeout=10_000)
    zero = window.scope._shown.zero
    qtbot.waitUntil(lambda: window.scope._shown.zero > zero, timeout=10_000)


def test_single_after_single_walks_through_the_family(window, qtbot):
    window.stimulus.apply_preset("Family of steps")
    window.bench.set_speed(20.0)
    window.bench.pause()
    window.bench.restart()
    seen = []
    for _ in range(4):
        QTest.keyClick(window, Qt.Key.Key_S)
        qtbot.waitUntil(lambda: window.bench.running, timeout=10_000)
        qtbot.waitUntil(lambda: not window.bench.running, timeout=20_000)
        seen.append(window.bench.status.sweep)
    assert seen == [0, 1, 2, 3]


def test_the_trigger_menu_offers_every_trace_and_its_level_is_dragged(window, qtbot):
    scope = window.scope
    scope.show_channel("I_leak_pA", True)
    scope.controls.fill_trigger_menu()
    texts = [a.text() for a in scope.controls.trigger_menu.actions()]
    for name in ("V", "I_inj", "I_leak", "I_C", "dV/dt"):
        assert f"Level of {name}" in texts
    next(a for a in scope.controls.trigger_menu.actions() if a.text() == "Level of I_leak").trigger()
    assert scope.acquisition.source == "I_leak_pA"
    level = scope.view.trigger.level
    assert level.isVisible()
    assert level in scope.view.panes["m"].plot.items
    level.setValue(77.0)
    level.sigDragged.emit(level)
    assert scope.acquisition.level == 77.0
    qtbot.waitUntil(lambda: scope._state.text() == "Triggered", timeout=10_000)
    place = scope.view.trigger.place
    place.setValue(125.0)
    place.sigDragged.emit(place)
    assert scope.acquisition.pre == pytest.approx(0.25)
    assert scope.view.x_range() == pytest.approx((-125.0, 375.0))


def test_sweeps_that_begin_seldom_are_held_also_at_high_speed():
    """A sweep of 450 ms every second, at 100 times the pace: each frame brings one or two, and each is shown."""
    ring = TraceRing(("V_mV",), 1.0)
    a = Acquisition()
    a.time_div = 50.0
    begun = 0
    for _ in range(120):
        starts = []
        while begun <= ring.total + 1600:
            starts.append((begun, 0))
            begun += 1000
        shown = fed(a, ring, {"V_mV": np.full(1600, -70.0)}, [s for s in starts if s[0] < ring.total + 1600])
        assert shown.last - shown.first >= 400
        assert a.state(True) == "Triggered"


def test_what_stands_still_is_not_exchanged_for_another_sweep():
    ring = TraceRing(("V_mV",), 1.0)
    a = Acquisition()
    a.time_div = 50.0
    shown = fed(a, ring, {"V_mV": np.full(1600, -70.0)}, [(0, 0), (450, 1), (900, 2), (1350, 3)])
    for _ in range(3):
        assert a.update(ring, [], 0.0) == shown


def test_normal_keeps_what_was_there_until_the_first_trigger(window, qtbot):
    scope = window.scope
    qtbot.waitUntil(lambda: len(scope.acquisition.earlier) > 0, timeout=20_000)
    scope.set_source("V_mV", True)
    assert scope.view.trigger.level.isVisible()
    scope.view.trigger.level_moved.emit(-30.0)  # never reached
    scope.set_mode("normal")
    qtbot.waitUntil(lambda: scope._state.text() == "Armed", timeout=10_000)
    assert len(scope.view.traces["I_inj_pA"].curve.getData()[0]) > 10


def test_of_a_screen_that_has_just_begun_the_one_before_is_kept():
    ring = TraceRing(("V_mV",), 1.0)
    a = Acquisition()
    a.time_div, a.mode = 50.0, "normal"
    fed(a, ring, {"V_mV": np.full(500, -70.0)}, [(0, 0)])
    begun = fed(a, ring, {"V_mV": np.full(6, -70.0)}, [(500, 1)])
    assert begun.last - begun.first == 6
    a.watch("V_mV", True, -30.0)
    for _ in range(3):
        kept = fed(a, ring, {"V_mV": np.full(6, -70.0)})
        assert (kept.zero, kept.first, kept.last) == (0.0, 0, 500)
    assert a.state(True) == "Armed"


def test_a_hidden_trace_that_is_to_trigger_is_shown(window):
    window.scope.set_source("I_C_pA", True)
    assert window.scope.view.shown("I_C_pA")
    assert window.scope.view.panes["m"].plot.isVisible()
    assert window.scope.view.names["m"].texts == ["I_C"]


def test_stepping_on_after_scrolling_back_returns_to_the_present(window, qtbot):
    scope = window.scope
    window.bench.set_speed(10.0)
    qtbot.waitUntil(lambda: window.bench.status.time_ms > 2000.0, timeout=20_000)
    window.bench.pause()
    qtbot.waitUntil(lambda: not scope._memory.isHidden(), timeout=10_000)
    before = scope.view.x_range()
    scope._memory.setValue(0)
    assert scope.view.x_range() != before
    scope.step_on()
    assert scope.view.x_range() == pytest.approx(before)


# ---- measurements against theory

CELLS = st.builds(
    lambda R, C, I, dt: (Cell(membrane_resistance=R, membrane_capacitance=C), I, dt),
    st.floats(20.0, 500.0), st.floats(50.0, 500.0), st.floats(1.05, 6.0), st.sampled_from([0.02, 0.05, 0.1]),
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(CELLS)
def test_rate_and_latency_are_those_of_the_theory(drawn):
    cell, factor, dt = drawn
    current = factor * cell.rheobase
    ring, spikes = recorded(
        Setup(cell, Clamp(0.0, (Step(start=20.0, duration=1e4, amplitude=current),)), (), RecordingSettings(1500.0, dt))
    )
    m = measure(ring, "V_mV", round(20.0 / dt), ring.total, spikes, "between cursors")
    steady = theory.steady_potential(current, cell.leak_conductance, cell.leak_reversal)
    rate = float(theory.firing_rate(steady, cell.threshold, cell.reset, cell.time_constant, cell.refractory_period))
    expected = float(theory.threshold_time(cell.leak_reversal, steady, cell.threshold, cell.time_constant))
    assert m.spikes.latency_ms == pytest.approx(expected, rel=1e-9, abs=1e-9)
    if m.spikes.count > 1:
        assert m.spikes.rate_hz == pytest.approx(rate, rel=1e-9)
        assert m.spikes.count == pytest.approx(1 + (1480.0 - expected) / (1000.0 / rate), abs=1.0)


@settings(max_examples=40, deadline=None)
@given(CELLS, st.floats(-100.0, 100.0).filter(lambda I: abs(I) > 5.0))
def test_amplitude_rise_and_tau_are_those_of_the_theory(drawn, current):
    cell, _, dt = drawn
    tau = cell.time_constant
    passive = Cell(
        cell.model, membrane_resistance=cell.membrane_resistance, membrane_capacitance=cell.membrane_capacitance, spiking=False
    )
    ring, spikes = recorded(Setup(passive, Clamp(current), (), RecordingSettings(12.0 * tau, dt)))
    m = measure(ring, "V_mV", 0, ring.total, spikes, "between cursors")
    size = cell.membrane_resistance * current / 1000.0
    assert m.amplitude == pytest.approx(size, rel=2e-5, abs=2e-5)  # 12 τ, and float32
    assert m.rise_ms == pytest.approx(tau * np.log(9.0), rel=2e-3, abs=dt * dt / tau + 1e-4)
    assert m.mean == pytest.approx(
        cell.leak_reversal + size * (1.0 - (1.0 - np.exp(-12.0)) / 12.0), abs=abs(size) * dt / tau + 1e-4
    )
    _, V = ring.read("V_mV", 0, ring.total)
    fit = fit_exponential(np.arange(V.size) * dt, V.astype(float))
    assert fit.tau == pytest.approx(tau, rel=1e-4)
    assert len(m.values()) == len(COLUMNS)


def test_cursors_on_an_exact_exponential_read_what_the_formula_says(window, qtbot):
    window.bench.set_setup(
        Setup(
            Cell(spiking=False), Clamp(0.0, (Step(start=0.0, duration=500.0, amplitude=100.0),)), (), RecordingSettings(300.0, 0.05)
        )
    )
    window.bench.restart()
    window.bench.set_speed(20.0)
    window.action("single").trigger()
    qtbot.waitUntil(lambda: not window.bench.running, timeout=20_000)
    window.bench.restart()
    window.action("single").trigger()
    qtbot.waitUntil(lambda: window.bench.running, timeout=10_000)
    qtbot.waitUntil(lambda: not window.bench.running, timeout=20_000)
    scope = window.scope
    scope.toggle_cursors()
    scope.set_snap(True)
    scope.cursors.lines["t1"].setValue(10.0)
    scope.cursors.lines["t2"].setValue(30.0)
    V1, V2 = (float(scope.cursors.lines[n].value()) for n in ("V1", "V2"))
    assert pytest.approx(-60.0 - 10.0 * np.exp(-0.5), abs=1e-4) == V1
    assert pytest.approx(-60.0 - 10.0 * np.exp(-1.5), abs=1e-4) == V2
    assert "Δt 20 ms" in scope._readout.text()
    assert "1/Δt 50 Hz" in scope._readout.text()
    scope.fit_tau()
    assert scope._readout.text().startswith("τ = 20 ms")
    scope.view.setFocus()
    QTest.keyClick(scope.view, Qt.Key.Key_Right)  # one fiftieth of a division
    assert float(scope.cursors.lines["t1"].value()) == pytest.approx(11.0)
    QTest.keyClick(scope.view, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert float(scope.cursors.lines["t2"].value()) == pytest.approx(29.0)
    assert float(scope.cursors.lines["V2"].value()) == pytest.approx(-60.0 - 10.0 * np.exp(-29.0 / 20.0), abs=1e-4)


def test_measurements_are_taken_into_the_notebook_of_the_tab(window, qtbot):
    scope, notebook = window.scope, window.experiment.notebook
    qtbot.waitUntil(lambda: len(scope.acquisition.earlier) > 0, timeout=20_000)
    window.setFocus()
    QTest.keyClick(window, Qt.Key.Key_M)
    assert [row[:2] for row in notebook.rows] == [(1.0, "V (mV)")]
    scope.set_table(True)
    qtbot.waitUntil(lambda: scope.table.table.rowCount() == 2, timeout=10_000)
    QTest.mouseClick(scope.table.findChild(type(window.experiment._run), "scope.take"), Qt.MouseButton.LeftButton)
    assert [row[:2] for row in notebook.rows][1:] == [(2.0, "V (mV)"), (2.0, "I_inj (pA)")]
    assert notebook.table.rowCount() == 3
    notebook.copy()
    lines = QApplication.clipboard().text().splitlines()
    assert lines[0].split("\t") == list(notebook.columns)
    assert len(lines) == 4
    window.show_experiment("refractory")
    assert notebook.rows == []
    window.show_experiment("injected_current")
    assert len(notebook.rows) == 3


def test_the_notebook_is_saved_or_says_why_not(window, qtbot, tmp_path):
    qtbot.waitUntil(lambda: len(window.scope._measurements()) > 0, timeout=10_000)
    window.scope.take_measurements()
    said = []
    window.bench.message.connect(said.append)
    window.experiment.notebook.save(tmp_path / "m.csv")
    assert (tmp_path / "m.csv").read_text(encoding="utf-8").startswith("no.,trace,where")
    window.experiment.notebook.save(tmp_path / "nowhere" / "m.csv")
    assert "was not saved" in said[-1]


# ---- what is shown


def test_dv_dt_is_a_channel_of_its_own_and_true(window, qtbot):
    scope = window.scope
    scope.show_channel(SLOPE, True)
    scope.show_channel("I_C_pA", True)
    qtbot.waitUntil(lambda: scope._ring.total > 4000, timeout=20_000)
    window.bench.pause()
    ring = scope._ring
    _, slope = ring.read(SLOPE, ring.first, ring.total)
    _, current = ring.read("I_C_pA", ring.first, ring.total)
    np.testing.assert_allclose(slope * 200.0, current, atol=1e-3)
    assert scope.view.panes["d"].plot.isVisible()
    assert scope.view.panes["m"].plot.isVisible()
    scope.show_channel(SLOPE, False)
    assert not scope.view.panes["d"].plot.isVisible()


def test_the_legend_tells_the_incremented_value_and_the_raster_has_a_row_for_each_sweep(window, qtbot):
    window.stimulus.apply_preset("Family of steps")
    window.bench.set_speed(20.0)
    scope = window.scope
    scope.set_keep(20)
    scope.set_flag("show_raster", True)
    qtbot.waitUntil(lambda: len(scope.view.legend.texts) == 10, timeout=30_000)
    assert scope.view.legend.texts == ["amplitude", *(f"{I} pA".replace("-", "−") for I in range(-100, 301, 50))]
    qtbot.waitUntil(lambda: len(scope.view.raster.rows) == 9, timeout=30_000)
    counts = {row.size for row in scope.view.raster.rows}
    assert 0 in counts
    assert max(counts) > 5
    scope.fit()
    low, high = scope.view.scales["V"].range
    assert low < -80.0 < -50.0 < high  # of all the sweeps on screen, not of the last one
    QTest.mouseClick(scope._spikes_button, Qt.MouseButton.LeftButton)
    assert not scope.view.show_spikes
    qtbot.waitUntil(lambda: not scope.view._spikes.isVisible(), timeout=10_000)


def test_a_reference_on_the_screen_is_clicked_and_its_setup_comes_back(window, qtbot):
    scope = window.scope
    qtbot.waitUntil(lambda: len(scope.view.traces["V_mV"].curve.getData()[0]) > 10, timeout=10_000)
    scope.pin_reference()
    window.bench.change("cell.membrane_capacitance", 333.0)
    qtbot.waitUntil(lambda: "R1" in scope.view.legend.texts, timeout=10_000)
    scope.references.draw()
    curve = scope.view._references[0]
    assert "membrane capacitance 200.0 (now 333.0)" in curve.toolTip()
    curve.sigClicked.emit(curve, None)
    assert window.bench.setup.cell.membrane_capacitance == 200.0


# ---- hands


def wheel(widget, at, way, modifiers=Qt.KeyboardModifier.NoModifier):
    event = QWheelEvent(
        QPointF(at), QPointF(widget.mapToGlobal(at)), QPoint(0, 0), QPoint(0, 120 * way), Qt.MouseButton.NoButton, modifiers,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


def test_the_wheel_steps_time_and_with_ctrl_units(window):
    scope = window.scope
    viewport = scope.view.viewport()
    middle = scope.view.mapFromScene(scope.view.V.vb.sceneBoundingRect().center())
    before = scope.acquisition.time_div
    wheel(viewport, middle, 1)
    assert scope.acquisition.time_div == next_in_sequence(before, -1)
    volts = scope.view.scales["V"].div
    wheel(viewport, middle, -1, Qt.KeyboardModifier.ControlModifier)
    assert scope.view.scales["V"].div == next_in_sequence(volts, 1)
    below = scope.view.mapFromScene(scope.view.I.vb.sceneBoundingRect().center())
    amps = scope.view.scales["I"].div
    wheel(viewport, below, 1, Qt.KeyboardModifier.ControlModifier)
    assert scope.view.scales["I"].div == next_in_sequence(amps, -1)


def test_the_memory_is_scrolled_by_bar_and_keys_when_stopped(window, qtbot):
    scope = window.scope
    window.bench.set_speed(10.0)
    qtbot.waitUntil(lambda: window.bench.status.time_ms > 4000.0, timeout=20_000)
    assert scope._memory.isHidden()
    window.bench.pause()
    qtbot.waitUntil(lambda: not scope._memory.isHidden(), timeout=10_000)
    scope._memory.setValue(0)
    x = scope.view.traces["V_mV"].curve
    qtbot.waitUntil(lambda: scope._scrolled and x.getData()[0] is not None and x.getData()[0].size > 100, timeout=10_000)
    ring = scope._ring
    qtbot.waitUntil(lambda: abs(scope._shown.first - ring.first) <= 2, timeout=10_000)
    scope.view.setFocus()
    left = scope.view.x_range()[0]
    QTest.keyClick(scope.view, Qt.Key.Key_Right)
    assert scope.view.x_range()[0] == pytest.approx(left + scope.acquisition.time_div)
    middle = sum(scope.view.x_range()) / 2
    scope.zoom(1)  # about the middle, and still there
    assert sum(scope.view.x_range()) / 2 == pytest.approx(middle)
    assert scope._scrolled
    window.bench.run()
    qtbot.waitUntil(lambda: not scope._scrolled and scope._memory.isHidden(), timeout=10_000)


def test_step_by_step(window, qtbot):
    window.bench.pause()
    qtbot.waitUntil(lambda: not window.bench.status.running, timeout=10_000)
    before = window.bench.status.sample
    window.setFocus()
    QTest.keyClick(window, Qt.Key.Key_Period)
    qtbot.waitUntil(lambda: window.bench.status.sample == before + 100, timeout=10_000)  # a tenth of 50 ms at 0.05 ms
    window.scope.acquisition.time_div = 0.1
    QTest.keyClick(window, Qt.Key.Key_Period)
    qtbot.waitUntil(lambda: window.bench.status.sample == before + 100, timeout=10_000)
    window.scope.acquisition.time_div = 0.5
    QTest.keyClick(window, Qt.Key.Key_Period)
    qtbot.waitUntil(lambda: window.bench.status.sample > before + 100, timeout=10_000)
    window.bench.run()
    window.scope.step_on()  # and from running it stops
    qtbot.waitUntil(lambda: not window.bench.running and not window.bench.status.running, timeout=10_000)


def test_v_is_kicked_by_its_grip_on_the_scope(window, qtbot):
    window.bench.set_setup(Setup(Cell(spiking=False), Clamp(0.0)))
    qtbot.waitUntil(lambda: window.bench.status.setup_version == window.bench.version, timeout=10_000)
    scope = window.scope
    vb = scope.view.V.vb
    qtbot.waitUntil(lambda: scope.view.handle.value == window.bench.status.V_mV, timeout=10_000)

    def pixel(V):
        point = vb.mapViewToScene(QPointF(vb.viewRect().right(), V))
        return scope.view.mapFromScene(point) - QPoint(7, 0)

    window.bench.pause()
    qtbot.waitUntil(lambda: not window.bench.status.running, timeout=10_000)
    start, end = pixel(window.bench.status.V_mV), pixel(-58.0)
    viewport = scope.view.viewport()
    QTest.mouseMove(viewport, start)
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=start)
    moves = itertools.count()

    def arrived():
        """The hand goes on trembling about the place: the plot passes over movements that follow each other too fast."""
        QTest.mouseMove(viewport, start + (end - start) * 0.5 if next(moves) == 0 else end + QPoint(0, next(moves) % 2))
        return abs(window.bench.status.V_mV + 58.0) < 1.0

    qtbot.waitUntil(arrived, timeout=10_000)
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=end)
    window.bench.run()
    qtbot.waitUntil(lambda: window.bench.status.V_mV < -69.0, timeout=20_000)  # rest is stable


def test_an_epoch_changes_its_shape_by_list_and_keys_and_not_by_a_passing_wheel(window, qtbot):
    def press(key):
        combo = window.stimulus._form.findChild(QComboBox, "clamp.epochs.0.shape")
        combo.setFocus()
        QTest.keyClick(combo, key)
        qtbot.wait(1)  # the form that was is only now taken away

    for shape in [*EPOCH_SHAPES, "step"]:
        for _ in range(len(EPOCH_SHAPES)):
            press(Qt.Key.Key_Up)
        for _ in range(list(EPOCH_SHAPES).index(shape)):
            press(Qt.Key.Key_Down)
        assert window.bench.setup.clamp.epochs[0].shape == shape
    window.stimulus.preview.setFocus()
    window.setFocus()
    combo = window.stimulus._form.findChild(QComboBox, "clamp.epochs.0.shape")
    wheel(combo, QPoint(5, 5), -1)
    assert window.bench.setup.clamp.epochs[0].shape == "step"


# ---- sound


class Loudspeaker:
    """What the audio library would be: asks for frames, keeps them."""

    def __init__(self, callback):
        self.callback, self.heard, self.closed = callback, [], False

    def run(self, seconds):
        for _ in range(round(seconds * 44_100 / 441)):
            out = np.ones((441, 1), dtype=np.float32)
            self.callback(out, 441, None, None)
            self.heard.append(out[:, 0])

    def onsets(self):
        """Where sound begins after at least half a millisecond of silence, s."""
        sound = np.flatnonzero(np.abs(np.concatenate(self.heard)) > 1e-3)
        return sound[np.diff(sound, prepend=-1000) > 50] / 44_100.0

    def stop(self):
        pass

    def close(self):
        self.closed = True


@pytest.mark.parametrize("speed", [0.01, 0.1, 1.0])
def test_clicks_keep_the_intervals_of_the_spikes_at_any_pace(speed):
    made = []
    clicks = Clicks(lambda callback: made.append(Loudspeaker(callback)) or made[0])
    clicks.play(np.array([1.0]), 1.0, 1.0)  # not started: silent
    clicks.start()
    speaker = made[0]
    spikes = np.array([3.0, 15.0, 40.0, 61.5])
    now, frame = 0.0, 10.0  # frames of 10 ms of wall time
    while now < 90.0:
        clicks.play(spikes[(spikes > now - frame * speed) & (spikes <= now)], now, speed)
        speaker.run(frame / 1000.0)
        now += frame * speed
    speaker.run(0.2)
    np.testing.assert_allclose(np.diff(speaker.onsets()), np.diff(spikes) / 1000.0 / speed, atol=1e-3)
    clicks.stop()
    assert speaker.closed
    assert not clicks.on


def test_a_buzz_is_thinned_and_no_sound_is_said_in_words(window):
    made = []
    clicks = Clicks(lambda callback: made.append(Loudspeaker(callback)) or made[0])
    clicks.start()
    clicks.play(np.arange(0.0, 100.0, 0.01), 100.0, 1.0)
    assert len(clicks._waiting) <= 51
    said = []
    window.bench.message.connect(said.append)

    def silent(callback):
        raise LifbenchError("no sound can be played here")

    window.scope.clicks = Clicks(silent)
    window.scope.set_clicks(True)
    assert not window.scope.clicking
    assert "stay silent" in said[-1]


# ---- memory


def test_the_memory_of_a_long_live_run_is_flat():
    """Eight simulated hours, after the ring has filled once: nothing grows."""
    import tracemalloc

    setup = Setup(clamp=Clamp(300.0), recording=RecordingSettings(60_000.0, 5.0))
    posted = []
    cell = LiveCell(setup, posted.append)
    filled = cell.ring.capacity + 1000
    while cell.ring.total < filled:
        cell.advance(20_000)
    posted.clear()
    tracemalloc.start()
    cell.advance(20_000)
    posted.clear()
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(8 * 3600 * 200 // 90_000):
        cell.advance(90_000)
        posted.clear()
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert cell.ring.total > 8 * 3600 * 200
    assert after - before < 200_000
