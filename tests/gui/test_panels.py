"""Circuit, stimulus panel and oscilloscope, each by mouse and keyboard while the engine runs."""

import itertools

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QSettings, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from lifbench.app import build
from lifbench.gui.circuit.charge import Charges, Stretch
from lifbench.gui.circuit.derivation import STEPS
from lifbench.gui.circuit.inspector import parameters_of_part
from lifbench.gui.parameter_form import QuantitySpinBox
from lifbench.gui.stimulus.epoch_form import reshaped
from lifbench.gui.stimulus.presets import PRESETS
from lifbench.model.cell import Cell
from lifbench.model.clamp import EPOCH_SHAPES, Clamp, Noise, Step
from lifbench.model.setup import RecordingSettings, Setup
from lifbench.quantities import LifbenchError


def click_part(window, part):
    view = window.circuit._view
    at = view.mapFromScene(part.sceneBoundingRect().center())
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)


def type_into(field, text):
    field.setFocus()
    field.lineEdit().selectAll()
    QTest.keyClicks(field.lineEdit(), text)
    QTest.keyClick(field.lineEdit(), Qt.Key.Key_Return)


# ---- circuit


def test_each_part_is_clicked_and_edited_while_running(window, settled):
    window.show_experiment("synaptic_conductance")
    values = {
        "circuit.clamp": ("clamp.holding_current", "0,02 nA", 20.0), "circuit.capacitor": ("cell.membrane_capacitance", "300 p", 300.0),
        "circuit.resistor": ("cell.membrane_resistance", "50 MOhm", 50.0), "circuit.leak_battery": ("cell.leak_reversal", "-72", -72.0),
        "circuit.spike_switch": ("cell.refractory_period", "3 ms", 3.0),
        "circuit.synapse.exc": ("synapses.exc.peak_conductance", "7 nS", 7.0),
        "circuit.synapse.shunt": ("synapses.shunt.peak_conductance", "0.004 µS", 4.0),
    }  # fmt: skip
    assert {p.key for p in window.circuit.scene.parts} == set(values)
    for part in list(window.circuit.scene.parts):
        click_part(window, part)
        assert window.bench.selection == part.key
        assert window.circuit.inspector.isVisible()
        path, text, value = values[part.key]
        field = window.circuit.inspector.findChild(QuantitySpinBox, path)
        type_into(field, text)
        assert window.bench.setup.get(path) == value
        settled(window)
    assert window.bench.running


def test_each_part_is_reached_and_nudged_by_keyboard_alone(window):
    view = window.circuit._view
    for part in window.circuit.scene.parts:
        part.setFocus(Qt.FocusReason.TabFocusReason)
        before = window.bench.setup.get(part.main)
        view.setFocus()
        for key in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Down):
            QTest.keyClick(view.viewport(), key)
        assert window.bench.setup.get(part.main) != before, part.key
        QTest.keyClick(view.viewport(), Qt.Key.Key_Return)
        assert window.bench.selection == part.key
        QTest.keyClick(view.viewport(), Qt.Key.Key_Escape)
        assert window.bench.selection == ""


def test_the_parts_list_opens_the_card(window):
    box = window.circuit.parts_list
    for index in range(1, box.count()):
        box.setCurrentIndex(index)
        box.activated.emit(index)
        assert window.bench.selection == box.itemData(index)
    assert parameters_of_part(window.bench, "circuit.synapse.gone") == ("", "", [])


@pytest.mark.parametrize(
    ("text", "words"),
    [("5 mV", "is a voltage"), ("nan", "finite"), ("-3 pF", "outside"), ("1e9", "outside"), ("much", "begin with a number"), ("", "nothing is written")],
)  # fmt: skip
def test_nonsense_is_refused_beside_the_field_and_the_old_value_stays(window, text, words):
    window.bench.select("circuit.capacitor")
    field = window.circuit.inspector.findChild(QuantitySpinBox, "cell.membrane_capacitance")
    type_into(field, text) if text else (field.lineEdit().clear(), field._finish())
    form = field.parent()
    assert words in form._error.text()
    assert form._error.isVisible()
    assert field.lineEdit().text() == "200 pF"
    assert window.bench.setup.cell.membrane_capacitance == 200.0


def test_a_threshold_below_the_reset_is_refused_beside_the_field(window):
    window.bench.select("circuit.spike_switch")
    field = window.circuit.inspector.findChild(QuantitySpinBox, "cell.threshold")
    type_into(field, "-80 mV")
    assert "must lie above the reset" in field.parent()._error.text()
    assert field.lineEdit().text() == "\u221250 mV"


def test_slider_and_reset_edit_undoably(window):
    window.bench.select("circuit.resistor")
    slider = window.circuit.inspector.findChild(QWidget, "cell.membrane_resistance.slider")
    slider.setValue(900)
    changed = window.bench.setup.cell.membrane_resistance
    assert changed > 500
    window.bench.undo_stack.undo()
    assert window.bench.setup.cell.membrane_resistance == 100.0
    assert slider.value() == 500
    window.bench.undo_stack.redo()
    assert window.bench.setup.cell.membrane_resistance == changed


def test_pointing_at_a_part_lights_its_term(window):
    part = next(p for p in window.circuit.scene.parts if p.key == "circuit.capacitor")
    part.setFocus(Qt.FocusReason.TabFocusReason)
    assert window.bench.highlight == "capacitive"
    assert window.circuit._strip._equation.text().count("background-color") == 1
    window.circuit._strip._equation.linkActivated.emit("leak")
    assert window.bench.selection == "circuit.resistor"


def test_the_balance_in_numbers_closes(window, qtbot):
    qtbot.waitUntil(lambda: "pA" in window.circuit._strip._balance.text(), timeout=10_000)
    s = window.bench.status
    assert abs(s.I_inj_pA - s.I_leak_pA - s.I_C_pA - s.I_switch_pA - sum(s.I_syn_pA)) < 1e-9


def test_charge_moves_in_proportion_to_current_everywhere():
    charges = Charges()
    names = {"a": 123.0, "b": -45.6, "c": 0.0, "d": 1e-3}
    charges.stretches = [Stretch(0, 0, 0, 1000, name, sign) for name in names for sign in (1.0, -1.0)]
    before = [s.phase for s in charges.stretches]
    charges.advance(names, 0.004)
    ratios = []
    for stretch, phase in zip(charges.stretches, before, strict=True):
        moved = (stretch.phase - phase + 9.0) % 18.0 - 9.0
        current = stretch.sign * names[stretch.current]
        if current:
            ratios.append(moved / current)
        else:
            assert moved == 0.0
    assert max(ratios) / min(ratios) == pytest.approx(1.0, abs=0.01)
    phases = [s.phase for s in charges.stretches]
    charges.advance(names, 0.0)  # paused
    assert [s.phase for s in charges.stretches] == phases


def test_kirchhoff_on_the_rails(window):
    scene = window.circuit.scene
    status = window.bench.status
    currents = scene.currents(status)
    assert currents["rail 0"] == status.I_inj_pA
    last = currents[f"rail {len(scene._columns) - 2}"]
    assert last == pytest.approx(currents[scene._columns[-1][1]], abs=1e-9)


def test_the_derivation_lights_each_part(window):
    window.circuit.show_derivation()
    dialog = window.circuit._derivation
    for number, step in enumerate(STEPS):
        dialog.go(number)
        assert window.bench.highlight.startswith(step[1]) or not window.bench.setup.synapses
        assert dialog._numbers.text()
    dialog.close()
    assert window.bench.highlight == ""


def test_dragging_the_state_kicks_v(window, qtbot):
    window.bench.pause()
    window.circuit.show_phase_plane()
    plane = window.circuit._plane.plane
    x = plane._x(-60.0)
    QTest.mouseClick(plane, Qt.MouseButton.LeftButton, pos=QPoint(round(x), 100))
    qtbot.waitUntil(lambda: abs(window.bench.status.V_mV + 60.0) < 0.5, timeout=10_000)
    window.circuit._plane.close()


# ---- stimulus


def test_each_preset_runs(window, settled):
    for name in PRESETS:
        window.stimulus.apply_preset(name)
        assert settled(window) is not None
        assert window.bench.running
    assert not window.notice.isVisible()


def test_each_shape_has_its_form_and_runs(window, settled):
    for shape in EPOCH_SHAPES:
        window.stimulus._tabs.setCurrentIndex(1)
        window.stimulus._reshape(0, shape)
        assert window.bench.setup.clamp.epochs[0].shape == shape
        assert window.stimulus.findChild(QuantitySpinBox, "clamp.epochs.0.start") is not None
        settled(window)


@pytest.mark.parametrize("a", list(EPOCH_SHAPES))
@pytest.mark.parametrize("b", list(EPOCH_SHAPES))
def test_every_shape_becomes_every_other(a, b):
    epoch = reshaped(reshaped(Step(start=3.0, duration=50.0, amplitude=70.0), a), b)
    assert (epoch.shape, epoch.start, epoch.duration) == (b, 3.0, 50.0)


def test_the_epoch_form_edits_and_explains(window):
    form = window.stimulus
    form._tabs.setCurrentIndex(1)
    type_into(form.findChild(QuantitySpinBox, "clamp.epochs.0.amplitude"), "0.3 nA")
    type_into(form.findChild(QuantitySpinBox, "clamp.epochs.0.amplitude_increment"), "-50")
    assert window.bench.setup.clamp.epochs[0].amplitude == 300.0
    assert window.bench.setup.get("clamp.epochs.0.amplitude_increment") == -50.0
    type_into(form.findChild(QuantitySpinBox, "clamp.epochs.0.duration"), "1 s")
    assert "are cut" in form._form._hint.text()
    type_into(form.findChild(QuantitySpinBox, "clamp.epochs.0.duration"), "0 ms")
    assert "outside" in form._form._hint.text()
    assert window.bench.setup.clamp.epochs[0].duration == 1000.0


def test_add_duplicate_remove(window):
    s = window.stimulus
    s.add_epoch()
    s.duplicate_epoch()
    assert len(window.bench.setup.clamp.epochs) == 3
    for _ in range(5):
        s._tabs.setCurrentIndex(s._tabs.count() - 1)
        s.remove_epoch()
    assert window.bench.setup.clamp.epochs == ()
    s.remove_epoch()


def test_the_preview_is_dragged_with_the_form_in_step(window):
    s = window.stimulus
    s._tabs.setCurrentIndex(1)
    preview = s.preview
    epoch = window.bench.setup.clamp.epochs[0]
    y = round(preview._y(epoch.amplitude))
    middle = round(preview._x(epoch.start + epoch.duration / 2))
    QTest.mousePress(preview, Qt.MouseButton.LeftButton, pos=QPoint(middle, y))
    for dy in (4, 8, 12):
        QTest.mouseMove(preview, QPoint(middle, y + dy))
    QTest.mouseRelease(preview, Qt.MouseButton.LeftButton, pos=QPoint(middle, y + 12))
    amplitude = window.bench.setup.clamp.epochs[0].amplitude
    assert amplitude < epoch.amplitude
    assert s.findChild(QuantitySpinBox, "clamp.epochs.0.amplitude").value() == amplitude
    window.bench.undo_stack.undo()
    assert window.bench.setup.clamp.epochs[0] == epoch  # one drag, one step of undo
    x = round(preview._x(epoch.start))
    QTest.mousePress(preview, Qt.MouseButton.LeftButton, pos=QPoint(x, 30))
    QTest.mouseMove(preview, QPoint(x + 20, 30))
    QTest.mouseRelease(preview, Qt.MouseButton.LeftButton, pos=QPoint(x + 20, 30))
    assert window.bench.setup.clamp.epochs[0].start > epoch.start


def test_pulse_is_given_now(window, qtbot):
    window.bench.change("clamp.epochs", ())
    button = window.stimulus.findChild(QWidget, "stimulus.pulse")
    type_into(window.stimulus.pulse_amplitude, "0.9 nA")
    type_into(window.stimulus.pulse_width, "400 ms")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.bench.status.I_inj_pA == 900.0, timeout=10_000)


def test_a_protocol_is_copied_and_pasted(window):
    window.stimulus.apply_preset("Ramp")
    ramp = window.bench.setup.clamp
    window.stimulus.copy()
    window.stimulus.apply_preset("Noise")
    window.stimulus.paste()
    assert window.bench.setup.clamp == ramp
    QGuiApplication.clipboard().setText("nothing of the kind")
    window.stimulus.paste()
    assert window.bench.setup.clamp == ramp


def test_own_samples_come_from_a_file(window, tmp_path):
    (tmp_path / "own.csv").write_text("0,10\n0.5,20\n1.0,30\n")
    window.stimulus.load_samples(tmp_path / "own.csv")
    assert window.bench.setup.clamp.epochs[-1].values == (10.0, 20.0, 30.0)
    count = len(window.bench.setup.clamp.epochs)
    (tmp_path / "bad.csv").write_text("0,x\n1,2\n3,y\n")
    window.stimulus.load_samples(tmp_path / "bad.csv")
    assert len(window.bench.setup.clamp.epochs) == count


# ---- scope


def test_a_line_is_dragged_and_the_threshold_follows(window):
    line = window.scope.view.lines.lines["cell.threshold"]
    line.setValue(-52.34)
    line.sigDragged.emit(line)
    assert window.bench.setup.cell.threshold == -52.3
    line.setValue(-90.0)  # below the reset: refused, and the line goes back
    line.sigDragged.emit(line)
    assert window.bench.setup.cell.threshold == -52.3
    assert line.value() == -52.3


def test_time_and_units_step_in_1_2_5(window):
    scope = window.scope
    seen = []
    for _ in range(30):
        scope.zoom(1)
        seen.append(scope.acquisition.time_div)
    assert seen[-1] == pytest.approx(0.1)
    for value in seen:
        assert f"{value:e}"[0] in "125"
    for _ in range(40):
        scope.zoom(-1)
    assert scope.acquisition.time_div == pytest.approx(100_000.0)
    assert scope.controls.labels["time"].text() == "100000 ms/div"


def test_trigger_modes_are_told_in_words(window, qtbot):
    scope = window.scope
    for mode, words in ((0, {"Roll"}), (1, {"Triggered"}), (2, {"Triggered", "Armed"})):
        scope.controls.mode.setCurrentIndex(mode)
        qtbot.waitUntil(lambda w=words: scope._state.text() in w, timeout=10_000)
    window.bench.pause()
    qtbot.waitUntil(lambda: scope._state.text() == "Stopped", timeout=10_000)


def test_single_arms_fires_once_and_stops(window, qtbot):
    window.action("single").trigger()
    qtbot.waitUntil(lambda: not window.bench.running, timeout=20_000)
    qtbot.waitUntil(lambda: window.scope._state.text() == "Stopped", timeout=10_000)
    shown = window.scope._shown
    assert (shown.last - shown.first) * 0.05 == pytest.approx(500.0, abs=1.0)


def test_cursors_read_and_the_circuit_shows_their_instant(window, qtbot):
    window.action("single").trigger()
    qtbot.waitUntil(lambda: not window.bench.running, timeout=20_000)
    scope = window.scope
    scope.toggle_cursors()
    scope.cursors.lines["t1"].setValue(60.0)
    scope.cursors.lines["t2"].setValue(70.0)
    assert "Δt 10 ms" in scope._readout.text()
    assert "1/Δt 100 Hz" in scope._readout.text()
    instant = window.circuit._instant
    expected = -70.0 + 24.0 * (1 - np.exp(-10.0 / 20.0))
    assert instant.V_mV == pytest.approx(expected, abs=0.2)
    scope.toggle_cursors()
    assert window.circuit._instant is None


def test_tau_is_fitted_between_cursors(window, qtbot):
    window.bench.set_setup(window.bench.setup.replace("cell.spiking", False))
    window.action("single").trigger()
    qtbot.waitUntil(lambda: not window.bench.running, timeout=20_000)
    scope = window.scope
    scope.fit_tau()  # without cursors: said, not raised
    scope.toggle_cursors()
    scope.cursors.lines["t1"].setValue(55.0)
    scope.cursors.lines["t2"].setValue(200.0)
    scope.fit_tau()
    assert scope._readout.text().startswith("τ = 20 ms")
    assert scope.view.fit_curve.getData()[0] is not None


def test_references_are_pinned_four_at_most_and_restore_their_setup(window, qtbot):
    qtbot.waitUntil(lambda: len(window.scope.view.traces["V_mV"].curve.getData()[0]) > 10, timeout=10_000)
    for capacitance in (110.0, 120.0, 130.0, 140.0, 150.0):
        window.bench.change("cell.membrane_capacitance", capacitance, merge=False)
        window.scope.pin_reference()
    assert len(window.scope.references.pinned) == 4
    chip = window.scope.references.itemAt(0).widget()
    assert (
        "membrane capacitance 120.0" in chip.toolTip() or window.scope.references.pinned[0].setup.cell.membrane_capacitance == 120.0
    )
    chip.click()
    assert window.bench.setup.cell.membrane_capacitance == 120.0
    window.scope.clear()
    assert window.scope.references.pinned == []


def test_the_picture_goes_out(window, tmp_path):
    window.scope.copy_picture()
    assert not QApplication.clipboard().image().isNull()
    window.scope.save_picture(str(tmp_path / "scope.png"))
    assert (tmp_path / "scope.png").stat().st_size > 2000


def test_the_picture_as_svg_has_the_axis_labels(window, tmp_path):
    window.scope.save_picture(str(tmp_path / "scope.svg"))
    text = (tmp_path / "scope.svg").read_text(encoding="utf-8")
    assert text.startswith("<?xml")
    assert "time (ms)" in text
    assert "V (mV)" in text
    assert "<image" not in text  # letters and lines, not pixels
    for number in ("\u221260", "\u221270"):
        assert f">{number}<" in text
    with pytest.raises(LifbenchError, match="cannot be written"):
        window.scope.save_picture(str(tmp_path / "nowhere" / "scope.svg"))


def test_each_synapse_has_its_reversal_line_which_is_dragged(window, settled):
    window.show_experiment("synaptic_conductance")
    settled(window)
    lines = window.scope.view.lines.lines
    for synapse in window.bench.setup.synapses:
        line = lines[f"synapses.{synapse.name}.reversal"]
        assert line.isVisible()
        assert line.value() == synapse.reversal
    name = window.bench.setup.synapses[0].name
    line = lines[f"synapses.{name}.reversal"]
    line.setValue(-33.0)
    line.sigDragged.emit(line)
    assert window.bench.setup.get(f"synapses.{name}.reversal") == -33.0
    window.show_experiment("injected_current")
    assert not any(path.startswith("synapses.") for path in window.scope.view.lines.lines)


def test_conductances_are_fitted_and_stepped_in_1_2_5(window, qtbot, settled):
    window.show_experiment("synaptic_conductance")
    settled(window)
    name = window.bench.setup.synapses[0].name
    window.bench.change(f"synapses.{name}.peak_conductance", 60.0)
    settled(window)
    scope = window.scope

    def opened():
        y = scope.view.traces[f"g_{name}_nS"].curve.getData()[1]
        return y is not None and float(np.max(y, initial=0.0)) > 55.0

    qtbot.waitUntil(opened, timeout=20_000)
    scope.fit()  # of the very frame that was looked at
    div = scope.view.scales["g"].div
    assert div in (20.0, 50.0)  # one event, or several on top of each other
    assert "g (nS)" in scope.view.g.getAxis("left").label.toPlainText()
    scope.controls.fill_show_menu()
    units = next(a.menu() for a in scope.controls.show_menu.actions() if a.text() == "Units per division")
    next(a for a in units.actions() if a.text() == "g (nS): more per division").trigger()
    assert scope.view.scales["g"].div == {20.0: 50.0, 50.0: 100.0}[div]


def test_the_target_is_rest_plus_ohms_law(window, qtbot):
    window.scope.set_flag("show_target", True)
    qtbot.waitUntil(lambda: np.size(window.scope.view.target_curve.getData()[1]) > 10, timeout=10_000)
    y = window.scope.view.target_curve.getData()[1]
    cell, clamp = window.bench.setup.cell, window.bench.setup.clamp
    levels = {clamp.holding_current, *(clamp.holding_current + e.amplitude for e in clamp.epochs)}
    expected = sorted(cell.leak_reversal + level * cell.membrane_resistance / 1000.0 for level in levels)
    assert any(abs(float(y[0]) - e) < 1e-3 for e in expected)


def test_the_average_of_equal_sweeps_is_the_sweep_and_noise_averages_out(window, qtbot, settled):
    noise = Noise(start=0.0, duration=100.0, standard_deviation=100.0, time_constant=2.0)
    window.bench.set_setup(Setup(Cell(spiking=False), Clamp(50.0, (noise,)), (), RecordingSettings(100.0, 0.1)))
    settled(window)
    scope = window.scope
    scope.acquisition.time_div = 10.0
    scope._frame()
    window.bench.set_speed(20.0)
    scope.set_average(True)
    qtbot.waitUntil(lambda: scope.overlays.averaged is not None and len(scope.overlays.averaged) >= 15, timeout=30_000)
    x, y = scope.view.average_curve.getData()
    ring = scope._ring
    single = ring.read("V_mV", int(scope.overlays.averaged[-1]), int(scope.overlays.averaged[-1]) + 1000)[1]
    assert len(x) == len(y)
    assert np.std(y[200:]) < 0.6 * np.std(single[200:])
    scope.set_average(False)
    qtbot.waitUntil(lambda: scope.view.average_curve.getData()[0] is None, timeout=10_000)


def test_between_cursors_the_strip_measures_amplitude_and_rise(window, qtbot, settled):
    window.bench.set_setup(Setup(Cell(spiking=False, initial_potential=-70.0), Clamp(100.0), (), RecordingSettings(400.0, 0.1)))
    settled(window)
    window.bench.restart()
    window.bench.set_speed(10.0)
    window.action("cursors").trigger()
    qtbot.waitUntil(lambda: "amplitude" in window.scope._strip.text(), timeout=20_000)


def test_the_scope_of_each_tab_is_kept_across_starts_and_nonsense_is_passed_over(qtbot, tmp_path, no_windows_left):
    settings = QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat)
    first = build(settings)
    first.begin()
    first.scope.step_time(2)
    first.scope.set_keep(5)
    wanted = first.scope.settings()
    first.show_experiment("refractory")
    first.scope.show_channel("I_C_pA", True)
    first.close()
    assert first.shut_down()
    second = build(settings)
    second.begin()
    assert second.scope.settings() == wanted
    second.show_experiment("refractory")
    assert second.scope.view.extra == {"I_C_pA"}
    for nonsense in ({"time_div": "nan"}, {"scales": 3}, {"mode": "sideways"}, {"keep": -1}, {"extra": None}):
        second.scope.restore(nonsense)
        assert second.scope.settings()["time_div"] == 50.0
    second.close()
    assert second.shut_down()
    settings.setValue("scope", "{broken")
    third = build(settings)
    third.begin()
    third.close()
    assert third.shut_down()
    for w in (first, second, third):
        w.deleteLater()


def test_overlay_of_a_family(window, qtbot):
    window.stimulus.apply_preset("Family of steps")
    window.bench.set_speed(20.0)
    window.scope.set_keep(5)
    qtbot.waitUntil(lambda: sum(c.isVisible() for c in window.scope.view._overlays) >= 4, timeout=30_000)


def test_scrolling_back_when_stopped(window, qtbot):
    qtbot.waitUntil(lambda: window.bench.status.time_ms > 900.0, timeout=20_000)
    window.bench.pause()
    scope = window.scope
    vb = scope.view.V.vb
    vb.translateBy(x=-300.0)
    vb.sigRangeChangedManually.emit((True, False))
    qtbot.waitUntil(lambda: scope.view.traces["V_mV"].curve.getData()[0].min() < -200.0, timeout=10_000)
    window.bench.run()
    qtbot.waitUntil(lambda: not scope._scrolled, timeout=10_000)


def test_channels_are_shown_on_wish(window, qtbot):
    scope = window.scope
    scope.controls.fill_show_menu()
    for action in scope.controls.show_menu.actions():
        if action.isCheckable():
            action.trigger()
            action.trigger()
    scope.show_channel("I_leak_pA", True)
    qtbot.waitUntil(lambda: scope.view.traces["I_leak_pA"].curve.isVisible(), timeout=10_000)
    qtbot.waitUntil(lambda: len(scope.view.traces["I_leak_pA"].curve.getData()[0]) > 10, timeout=10_000)


def test_every_control_has_a_name_for_assistive_technology(window):
    from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QSlider

    for kind in (QAbstractButton, QComboBox, QSlider, QuantitySpinBox):
        for widget in window.findChildren(kind):
            if widget.objectName().startswith("qt_") or not widget.isVisibleTo(window):
                continue
            text = widget.text() if isinstance(widget, QAbstractButton) else ""
            assert widget.accessibleName() or text, f"{type(widget).__name__} {widget.objectName()}"
    assert window.findChild(QLineEdit, "experiment.prediction").accessibleName()
    assert isinstance(window.circuit._view.mapToScene(QPoint(0, 0)), QPointF)


# ---- epochs at a glance, spike times


def test_epochs_are_edited_in_their_table(window, settled):
    window.stimulus.apply_preset("Test pulse and step")
    window.stimulus._tabs.setCurrentIndex(0)
    table = window.stimulus.findChild(QWidget, "stimulus.epochs")
    assert [table.item(row, 0).text() for row in range(table.rowCount())] == ["step", "step"]
    table.item(1, 3).setText("0,3 nA")
    assert window.bench.setup.clamp.epochs[1].amplitude == 300.0
    table.item(1, 4).setText("20")
    assert dict(window.bench.setup.clamp.epochs[1].increments) == {"amplitude": 20.0}
    table.setFocus()
    table.setCurrentCell(1, 0)
    QTest.keyClicks(table, "rgs")  # letters typed at a cell are no shortcuts
    assert not window.scope.references.pinned
    assert window.bench.running
    for text, words in (("5 mV", "is a voltage"), ("", "nothing is written"), ("1e99", "outside")):
        table.item(0, 1).setText(text)
        assert words in table.parent()._hint.text()
        assert table.item(0, 1).text() == "30 ms"
        assert window.bench.setup.clamp.epochs[0].start == 30.0
    table.setCurrentCell(1, 1)
    assert window.stimulus.preview.selected == 1
    window.bench.undo_stack.undo()
    assert table.item(1, 4).text() == "0 pA"
    settled(window)
    table.cellActivated.emit(1, 0)
    assert window.stimulus._tabs.currentIndex() == 2


def test_presynaptic_spike_times_are_typed_on_the_card(window, settled):
    window.show_experiment("synaptic_conductance")
    window.bench.select("circuit.synapse.exc")
    field = window.circuit.inspector.findChild(QWidget, "synapses.exc.spike_times")
    for text, times in (
        ("20; 40,5; 61 ms", (20.0, 40.5, 61.0)),
        ("10 20 30", (10.0, 20.0, 30.0)),
        ("5, 15", (5.0, 15.0)),
        ("", ()),
    ):
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, text) if text else field.clear()
        QTest.keyClick(field, Qt.Key.Key_Return)
        assert window.bench.setup.get("synapses.exc.spike_times") == times
        settled(window)
    for text, words in (("soon", "begin with a number"), ("10; nan", "finite"), ("-3", "outside"), ("5 mV", "a voltage")):
        field.selectAll()
        QTest.keyClicks(field, text)
        QTest.keyClick(field, Qt.Key.Key_Return)
        assert words in field.parent()._error.text()
        assert window.bench.setup.get("synapses.exc.spike_times") == ()
        assert field.text() == ""


def test_a_family_stays_a_family_in_another_shape():
    step = Step(start=10.0, duration=50.0, amplitude=0.0, increments=(("amplitude", 50.0), ("start", 1.0)))
    for shape, name in (("ramp", "end_amplitude"), ("sine", "amplitude"), ("noise", "mean")):
        assert dict(reshaped(step, shape).increments) == {name: 50.0, "start": 1.0}
    assert dict(reshaped(reshaped(step, "ramp"), "step").increments) == {"amplitude": 50.0, "start": 1.0}


def test_an_added_epoch_follows_the_others_in_a_sweep_that_grows(window):
    for _ in range(4):
        window.stimulus.add_epoch()
    epochs = window.bench.setup.clamp.epochs
    assert all(a.end <= b.start + 1e-9 for a, b in itertools.pairwise(epochs))
    assert epochs[-1].end <= window.bench.setup.recording.duration


def test_several_terms_are_lit_together(window, qtbot):
    window.circuit.show_derivation()
    dialog = window.circuit._derivation
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow, timeout=5000)
    assert {p.key for p in window.circuit.scene.parts if p._tint()} >= {"circuit.clamp", "circuit.capacitor", "circuit.resistor"}
    assert window.circuit._strip._equation.text().count("background-color") == 3
    QTest.keyClick(dialog._next, Qt.Key.Key_Right)
    assert {p.term for p in window.circuit.scene.parts if p._tint()} == {"leak"}
    assert window.scope.view._lit("I_leak_pA")
    for _ in range(12):
        QTest.keyClick(dialog._next, Qt.Key.Key_PageDown)
    QTest.keyClick(dialog._back, Qt.Key.Key_Left)
    dialog.close()
    assert not any(p._tint() for p in window.circuit.scene.parts)


def test_the_term_that_is_pointed_at_is_lit_on_the_scope_too(window):
    view = window.scope.view
    for term, channel in (("clamp", "I_inj_pA"), ("capacitive", "V_mV"), ("leak", "I_leak_pA"), ("spike", "I_switch_pA")):
        window.bench.set_highlight("")
        before = view.traces[channel].curve.opts["pen"].width()
        window.bench.set_highlight(term)
        assert view.traces[channel].curve.opts["pen"].width() > before
    window.bench.set_highlight("")


def test_the_plane_is_moved_by_keys_and_tells_when_rest_is_no_rest(window, qtbot):
    window.bench.set_setup(Setup(Cell(), Clamp(0.0)))
    window.circuit.show_phase_plane()
    dialog = window.circuit._plane
    qtbot.waitUntil(lambda: "always comes back" in dialog._text.text(), timeout=10_000)
    window.bench.pause()
    qtbot.waitUntil(lambda: not window.bench.status.running, timeout=10_000)
    before = window.bench.status.V_mV
    QTest.keyClick(dialog.plane, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: abs(window.bench.status.V_mV - before - 5.0) < 1e-9, timeout=10_000)
    window.bench.run()
    window.bench.change("clamp.holding_current", 300.0)
    qtbot.waitUntil(lambda: "fires and is reset" in dialog._text.text(), timeout=10_000)
    dialog.close()


@pytest.mark.parametrize("size", [(1366, 728), (1920, 1040)])
def test_a_refusal_is_seen_where_it_is_said(window, qtbot, size):
    """On a small screen the sentence would stand below the fold of the card."""
    window.resize(*size)
    window.show_experiment("synaptic_conductance")
    window.bench.select("circuit.synapse.exc")
    field = window.circuit.inspector.findChild(QuantitySpinBox, "synapses.exc.reversal")
    type_into(field, "5 pF")
    label = field.parent()._error
    area = window.circuit.inspector._area.viewport()
    qtbot.waitUntil(lambda: area.rect().intersects(label.rect().translated(label.mapTo(area, QPoint(0, 0)))), timeout=5000)
    assert "a capacitance" in label.text()


# ---- by keyboard alone


@pytest.mark.parametrize("key", ["injected_current", "synaptic_conductance"])
def test_every_control_is_reached_by_tab_and_tab_is_never_trapped(window, qtbot, key):
    from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QSlider, QTabBar, QTableWidget, QTextBrowser

    window.show_experiment(key)
    window.activateWindow()
    window.bench.select("circuit.resistor")
    window.scope.toggle_cursors()
    window.scope.set_table(True)
    qtbot.wait(50)
    kinds = (QAbstractButton, QComboBox, QSlider, QuantitySpinBox, QLineEdit, QTabBar, QTableWidget, QTextBrowser)
    wanted = set()
    for kind in kinds:
        for widget in window.findChildren(kind):
            inner = widget.objectName().startswith("qt_") or isinstance(widget.parent(), (QuantitySpinBox, QTabBar, QTableWidget))
            if widget.isVisible() and widget.isEnabled() and not inner and widget.width() > 0:
                wanted.add(widget)
    wanted |= {window.scope.view, window.circuit._view}
    window.experiment._prediction.setFocus()
    seen, parts = [], set()
    for _ in range(300):
        widget = QApplication.focusWidget()
        seen.append(widget)
        item = window.circuit.scene.focusItem()
        if widget is window.circuit._view and item is not None:
            parts.add(item.key)
        QTest.keyClick(widget, Qt.Key.Key_Tab)
        if QApplication.focusWidget() is window.experiment._prediction:
            break
    else:
        raise AssertionError(f"Tab does not come round: {[w.objectName() or type(w).__name__ for w in seen[-6:]]}")
    missing = {
        f"{type(w).__name__} {w.objectName() or w.accessibleName() or getattr(w, 'text', str)()}" for w in wanted - set(seen)
    }
    assert not missing
    assert parts == {part.key for part in window.circuit.scene.parts}


def test_undo_goes_by_movements_of_the_hand(window, monkeypatch):
    stack = window.bench.undo_stack
    for value in (110.0, 120.0, 130.0):  # one movement of a slider
        window.bench.change("cell.membrane_capacitance", value)
    assert stack.count() == 1
    monkeypatch.setattr("lifbench.gui.bench._ONE_HAND", -1.0)  # whatever follows now comes too late to belong to it
    window.bench.change("cell.membrane_capacitance", 150.0)
    assert stack.count() == 2
    stack.undo()
    assert window.bench.setup.cell.membrane_capacitance == 130.0
    stack.undo()
    assert window.bench.setup.cell.membrane_capacitance == 200.0
