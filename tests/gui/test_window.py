"""The window as a person uses it: every action, every tab, while it runs."""

import gc
import os
import random
import threading

import numpy as np
import pytest
import shiboken6
from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QFileDialog, QToolButton

from lifbench.engine.messages import EngineError
from lifbench.files import formats, setup_toml
from lifbench.gui.stimulus.presets import PRESETS
from lifbench.gui.theme import THEMES
from lifbench.model.cell import CELL_MODELS, Cell
from lifbench.model.clamp import EPOCH_SHAPES, Clamp
from lifbench.model.setup import Setup

STEPS = int(os.environ.get("LIFBENCH_RANDOM_STEPS", "250"))  # of the random walk; 10 000 now and then
DIALOGS = {"open", "save", "export", "save_picture"}


@pytest.fixture
def no_dialogs(monkeypatch):
    """File dialogs answer at once: cancelled."""
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *a, **k: ("", ""))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a, **k: ("", ""))


def close_pages(window):
    for dialog in window.findChildren(QDialog):
        dialog.close()


def test_it_opens_on_a_running_demo(window, qtbot):
    assert window.bench.running
    assert window.bench.experiment == "injected_current"
    qtbot.waitUntil(lambda: window.bench.status.spike_count > 0, timeout=10_000)
    V = window.scope.view.traces["V_mV"].curve.getData()[1]
    assert len(V) > 50
    assert not window.notice.isVisible()


def test_every_action_twice_while_running(window, qtbot, no_dialogs):
    for name in list(window._actions):
        if name == "quit":
            continue
        for _ in range(2):
            window.action(name).trigger()
            qtbot.wait(5)
        close_pages(window)
    window.show()
    window.bench.run()
    before = window.bench.status.sample
    qtbot.waitUntil(lambda: window.bench.status.sample > before, timeout=10_000)
    assert not window.notice.isVisible()


def test_every_shortcut_by_key(window, qtbot, no_dialogs):
    window.activateWindow()
    fired = []
    for name, spec in window._actions.items():
        action = window.action(name)
        assert action.shortcuts() == [QKeySequence(k) for k in spec.keys]
        if name in ("quit", "fullscreen"):
            continue
        action.triggered.connect(lambda *_, n=name: fired.append(n))
        for keys in spec.keys:
            window.setFocus()
            combination = QKeySequence(keys)[0]
            QTest.keyClick(window, combination.key(), combination.keyboardModifiers())
            assert fired[-1:] == [name], keys
            close_pages(window)


def test_space_in_a_text_field_writes_a_space(window, qtbot):
    field = window.experiment._prediction
    field.setFocus()
    running = window.bench.running
    QTest.keyClicks(field, "20 s")
    assert field.text() == "20 s"
    assert window.bench.running == running


def test_each_tab_keeps_its_own_setup_and_result(window, qtbot, settled):
    window.bench.change("cell.membrane_capacitance", 321.0)
    window.experiment.run()
    qtbot.waitUntil(lambda: window.experiment.result() is not None, timeout=10_000)
    for key in ("refractory", "synaptic_conductance", "injected_current"):
        index = next(i for i in range(window._bar.count()) if window._bar.tabData(i) == key)
        QTest.mouseClick(window._bar, Qt.MouseButton.LeftButton, pos=window._bar.tabRect(index).center())
        assert window.bench.experiment == key
        settled(window)
    assert window.bench.setup.cell.membrane_capacitance == 321.0
    assert window.experiment.result() is not None
    window.action("undo").trigger()  # the tab's own history has come back with it
    assert window.bench.setup.cell.membrane_capacitance == 200.0


def test_every_protocol_of_every_tab_runs_by_its_button(window, qtbot):
    for experiment in window._experiments:
        window.show_experiment(experiment.key)
        for index in range(len(experiment.protocols)):
            window.experiment._chooser.setCurrentIndex(index)
            window.experiment._choose(index)
            QTest.mouseClick(window.experiment._run, Qt.MouseButton.LeftButton)
            qtbot.waitUntil(lambda: window.experiment.result() is not None, timeout=20_000)
            window.experiment._theory.setChecked(index % 2 == 0)
            assert window.experiment._table.rowCount() > 0
            assert window.experiment.table_text().count("\n") == window.experiment._table.rowCount() + 1


def test_a_protocol_can_be_cancelled_and_the_window_closed_during_one(window, qtbot):
    form = window.experiment
    form._choose(1)
    form._set("currents", 400)
    form.run()
    form.run()  # twice
    form.cancel()
    qtbot.waitUntil(lambda: form._running is None, timeout=10_000)
    form.run()  # and the fixture closes the window meanwhile


def test_the_speed_slider_is_obeyed(window, qtbot):
    slider = window._speed
    slider.setValue(slider.maximum())
    assert window.bench.speed == pytest.approx(100.0)
    before = window.bench.status.time_ms
    qtbot.waitUntil(lambda: window.bench.status.time_ms > before + 2000.0, timeout=20_000)
    slider.setValue(slider.minimum())
    assert window.bench.speed == pytest.approx(0.01)
    window._speed_button.click()
    assert window.bench.speed == 1.0
    assert slider.value() == 0


def test_open_save_and_export(window, qtbot, tmp_path, settled):
    window.bench.change("cell.threshold", -47.0)
    window.files.save_file(tmp_path / "mine.toml")
    assert setup_toml.load(tmp_path / "mine.toml") == window.bench.setup
    window.bench.undo_stack.undo()
    assert window.files.open_file(tmp_path / "mine.toml")
    assert window.bench.setup.cell.threshold == -47.0
    window.files.export(tmp_path / "trace.csv")
    qtbot.waitUntil((tmp_path / "trace.csv").exists, timeout=20_000)
    assert formats.read(tmp_path / "trace.csv").setup == window.bench.setup
    settled(window)


@pytest.mark.parametrize("content", [b"", b"\x00\xff", b"lifbench = 1\n[cell]\nthreshold = '5 pF'\n"])
def test_what_cannot_be_opened_is_said_in_the_window(window, tmp_path, content):
    before = window.bench.setup
    path = tmp_path / "bad.toml"
    path.write_bytes(content)
    assert not window.files.open_file(path)
    assert window.notice.isVisible()
    assert "bad.toml was not opened" in window.notice.label.text()
    assert window.bench.setup == before


def test_what_cannot_be_written_is_said_in_the_window(window, qtbot, tmp_path):
    window.files.save_file(tmp_path / "nowhere" / "x.toml")
    assert "was not saved" in window.notice.label.text()
    window.files.export(tmp_path / "nowhere" / "x.csv")
    qtbot.waitUntil(lambda: "was not exported" in window.notice.label.text(), timeout=10_000)
    window.files.export(tmp_path / "x.docx")
    assert ".docx" in window.notice.label.text()


def test_an_engine_error_is_shown_and_the_bench_stops(window, qtbot):
    window.engine._messages.put(EngineError("The model stopped: nothing is lost."))
    qtbot.waitUntil(lambda: window.notice.isVisible(), timeout=10_000)
    assert "nothing is lost" in window.notice.label.text()
    assert not window.bench.running


@pytest.mark.parametrize("size", [(1366, 728), (1920, 1040)])
@pytest.mark.parametrize("theme", list(THEMES))
def test_themes_fit_the_screen(window, qtbot, theme, size):
    window.set_theme(theme)
    window.resize(*size)
    for experiment in window._experiments:
        window.show_experiment(experiment.key)
        qtbot.wait(20)
        assert window.minimumSizeHint().width() <= 1366
        assert window.minimumSizeHint().height() <= 728
        assert (window.width(), window.height()) == size
        assert window.scope.view.V.vb.height() > 200
        for part in window.circuit.scene.parts:  # a part's card pushes nothing off the screen
            window.bench.select(part.key)
            qtbot.wait(5)
            assert window.minimumSizeHint().height() <= 728, part.key
            assert (window.width(), window.height()) == size


def test_undo_and_redo_over_many_edits_return_to_the_same_setup(window, settled):
    rng = random.Random(3)
    window.show_experiment("synaptic_conductance")
    first = window.bench.setup
    edits = {
        "cell.membrane_resistance": (10, 900), "cell.membrane_capacitance": (20, 900), "cell.threshold": (-60, -30), "cell.reset": (-90, -55),
        "cell.refractory_period": (0, 20), "clamp.holding_current": (-100, 300), "synapses.exc.reversal": (-90, 20),
        "synapses.exc.peak_conductance": (0, 50), "synapses.shunt.peak_conductance": (0, 50), "recording.duration": (50, 500),
    }  # fmt: skip
    for _ in range(1000):
        path, (low, high) = rng.choice(list(edits.items()))
        window.bench.change(path, rng.uniform(low, high))
    last = window.bench.setup
    assert last != first
    while window.bench.undo_stack.canUndo():
        window.bench.undo_stack.undo()
    assert window.bench.setup == first
    while window.bench.undo_stack.canRedo():
        window.bench.undo_stack.redo()
    assert window.bench.setup == last
    settled(window)
    assert window.bench.running


def test_random_hands_on_everything_while_running(window, qtbot, no_dialogs):
    rng = random.Random(8)
    names = [n for n in window._actions if n not in ("quit", "fullscreen")]
    view = window.scope.view

    def drag():
        a, b = (QPoint(rng.randrange(60, 500), rng.randrange(20, 400)) for _ in range(2))
        QTest.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=a)
        QTest.mouseMove(view.viewport(), b)
        QTest.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=b)

    deeds = [
        lambda: window.action(rng.choice(names)).trigger(),
        drag,
        lambda: window.resize(rng.randrange(1366, 1900), rng.randrange(728, 1000)),
        lambda: window.bench.set_speed(10 ** rng.uniform(-2, 2)),
        lambda: window.show_experiment(rng.choice(window._experiments).key),
        lambda: window.bench.change("cell.membrane_resistance", 10 ** rng.uniform(1, 3)),
        lambda: window.scope.controls.mode.setCurrentIndex(rng.randrange(3)),
        lambda: window.bench.kick(rng.uniform(-100, 20)),
        lambda: window.bench.select(rng.choice(window.circuit.scene.parts).key),
        lambda: window.scope.set_average(rng.random() < 0.5),
        lambda: window.scope.set_keep(rng.choice((1, 2, 5, 20))),
        lambda: window.scope.set_flag(rng.choice(("show_target", "show_spikes", "show_refractory")), rng.random() < 0.5),
        lambda: window.bench.change("cell.model", rng.choice(CELL_MODELS)),
        lambda: window.scope.step_time(rng.choice((-1, 1))),
        lambda: window.scope.step_units(rng.choice("VImgd"), rng.choice((-1, 1))),
        lambda: window.scope.set_source(rng.choice(["sweep", *view.traces]), rng.random() < 0.5),
        lambda: window.scope.set_pre(rng.uniform(-0.2, 1.2)),
        lambda: window.scope.show_channel(rng.choice(list(view.traces)), rng.random() < 0.5),
        lambda: window.scope.set_table(rng.random() < 0.5),
        lambda: window.scope.set_snap(rng.random() < 0.5),
        lambda: window.scope.cursors.lines[rng.choice(("t1", "t2", "V1", "V2"))].setValue(rng.uniform(-500, 500)),
        lambda: window.scope._memory.setValue(rng.randrange(1 + window.scope._memory.maximum())),
        lambda: view.arrow.emit(rng.choice((-1, 0, 1)), rng.choice((-1, 0, 1)), rng.random() < 0.5),
        lambda: window.stimulus.apply_preset(rng.choice(list(PRESETS))),
        lambda: window.stimulus._tabs.setCurrentIndex(rng.randrange(window.stimulus._tabs.count())),
        lambda: window.stimulus._reshape(0, rng.choice(list(EPOCH_SHAPES))) if window.bench.setup.clamp.epochs else None,
        lambda: window.bench.set_setup(window.bench.setup.replace("recording.sample_interval", rng.choice((0.01, 0.05, 0.1, 1.0)))),
        lambda: window.experiment.run() if rng.random() < 0.2 else window.experiment.cancel(),
    ]
    for _ in range(STEPS):
        rng.choice(deeds)()
        QTest.qWait(1)
        close_pages(window)
    window.show()
    window.bench.set_speed(1.0)
    window.bench.run()
    before = window.bench.status.sample
    qtbot.waitUntil(lambda: window.bench.status.sample != before, timeout=10_000)


def test_a_wild_setup_stops_the_bench_in_words_and_undo_brings_it_back(window, qtbot, settled):
    wild = (
        Setup()
        .replace("cell.membrane_capacitance", 0.1)
        .replace("cell.refractory_period", 0.0)
        .replace("clamp.holding_current", 1e7)
    )
    window.bench.set_setup(wild)
    qtbot.waitUntil(lambda: window.notice.isVisible(), timeout=20_000)
    assert "refractory period" in window.notice.label.text()
    window.bench.undo_stack.undo()
    window.bench.run()
    settled(window)
    before = window.bench.status.sample
    qtbot.waitUntil(lambda: window.bench.status.sample > before, timeout=10_000)
    assert np.isfinite(window.bench.status.V_mV)


@pytest.mark.parametrize("model", ["pospischil_rs", "adex_adapting"])
def test_a_reference_cell_lives_on_the_bench(window, qtbot, settled, tmp_path, model):
    setup_toml.save(Setup(Cell(model=model), Clamp(700.0)), tmp_path / "cell.toml")
    assert window.files.open_file(tmp_path / "cell.toml")
    settled(window)
    qtbot.waitUntil(lambda: window.bench.status.spike_count > 2, timeout=10_000)
    status = window.bench.status
    assert abs(status.I_inj_pA - status.I_C_pA - status.I_leak_pA - status.I_own_pA) < 1e-6
    for part in window.circuit.scene.parts:
        window.bench.select(part.key)
        qtbot.wait(5)
    assert not window.bench.change("cell.membrane_resistance", 50.0)
    window.bench.kick(-55.0)
    window.bench.pulse(200.0, 5.0)
    for key in ("refractory", "synaptic_conductance", "injected_current"):
        window.show_experiment(key)
        qtbot.wait(20)
    window.bench.undo_stack.undo()
    settled(window)
    assert window.bench.setup.cell.model == "lif"


@pytest.mark.parametrize("key", ["injected_current", "refractory", "synaptic_conductance"])
def test_every_button_is_pressed_twice_by_mouse_while_running(window, qtbot, no_dialogs, key):
    from PySide6.QtWidgets import QAbstractButton

    window.show_experiment(key)
    window.bench.select(window.circuit.scene.parts[1].key)
    window.scope.set_table(True)
    window.scope.pin_reference()
    qtbot.wait(20)
    pressed = 0
    for button in window.findChildren(QAbstractButton):
        if (
            not shiboken6.isValid(button)
            or not button.isVisible()
            or not button.isEnabled()
            or getattr(button, "menu", lambda: None)()
        ):
            continue  # a menu's button would wait for a choice; menus are tested entry by entry
        for _ in range(2):
            if shiboken6.isValid(button) and button.isVisible() and button.isEnabled():
                QTest.mouseClick(button, Qt.MouseButton.LeftButton)
                qtbot.wait(2)
                pressed += 1
        close_pages(window)
    assert pressed > 40
    assert not window.notice.isVisible()
    window.bench.run()
    before = window.bench.status.sample
    qtbot.waitUntil(lambda: window.bench.status.sample != before, timeout=10_000)


def test_every_menu_entry_of_scope_and_stimulus_is_chosen_twice_while_running(window, qtbot, no_dialogs):
    window.show_experiment("synaptic_conductance")
    scope = window.scope
    for fill, menu in (
        (scope.controls.fill_trigger_menu, scope.controls.trigger_menu),
        (scope.controls.fill_show_menu, scope.controls.show_menu),
    ):
        for _ in range(2):
            fill()
            for text in [a.text() for a in menu.actions() if a.text() and a.menu() is None]:
                fill()
                next(a for a in menu.actions() if a.text() == text).trigger()
                qtbot.wait(2)
    presets = window.stimulus.findChild(QToolButton, "stimulus.presets").menu()
    for action in [*presets.actions(), *presets.actions()]:
        action.trigger()
        qtbot.wait(2)
    assert not window.notice.isVisible()
    assert window.bench.running


def test_qt_objects_are_never_destroyed_in_the_engines_thread(window, qtbot):
    """Rubbish in circles, of which Python's collector decides when it goes, while the engine allocates as fast as it can."""
    assert not gc.isenabled()
    threads = []

    class Circle:
        def __init__(self):
            self.thing, self.me = QObject(), self
            self.thing.destroyed.connect(lambda: threads.append(threading.get_ident()))

    window.bench.set_speed(100.0)
    window.show_experiment("synaptic_conductance")
    for _ in range(40):
        for _ in range(60):
            Circle()
        qtbot.wait(5)
    qtbot.waitUntil(lambda: len(threads) > 500, timeout=10_000)
    assert set(threads) == {threading.get_ident()}
    window.close()
    assert gc.isenabled()
