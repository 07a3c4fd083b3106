"""A parameter is declared once; ranges and words follow."""

import importlib.util
import math

import pytest

from lifbench.model.cell import Cell
from lifbench.model.clamp import EPOCH_SHAPES, PulseTrain, Step
from lifbench.model.setup import RecordingSettings, Setup
from lifbench.model.synapse import SYNAPSE_KINETICS, ExponentialSynapse
from lifbench.parameters import parameters_of
from lifbench.quantities import LifbenchError


@pytest.mark.parametrize("cls", [Cell, RecordingSettings, *EPOCH_SHAPES.values(), *SYNAPSE_KINETICS.values()])
def test_every_declaration_is_whole(cls):
    for name, p in parameters_of(cls).items():
        assert p.description, name
        assert p.name == name
        if p.kind == "quantity":
            low, high = p.hard
            assert low <= p.soft[0] < p.soft[1] <= high, name
            assert p.default is None or low <= p.default <= high, name
            assert not p.log or p.soft[0] > 0, name


@pytest.mark.parametrize(
    ("make", "key"),
    [
        (lambda: Cell(threshold=-80.0), "threshold"), (lambda: Cell(membrane_capacitance=0.0), "membrane_capacitance"),
        (lambda: Cell(membrane_capacitance=math.nan), "membrane_capacitance"), (lambda: Cell(refractory_period=-1.0), "refractory_period"),
        (lambda: Cell(initial_potential=-40.0), "initial_potential"), (lambda: Cell(leak_reversal=-45.0), "leak_reversal"),
        (lambda: Step(duration=0.0), "duration"), (lambda: Step(amplitude=math.inf), "amplitude"),
        (lambda: PulseTrain(pulse_width=60.0, period=50.0), "pulse_width"), (lambda: Step(increments=(("width", 1.0),)), "width_increment"),
        (lambda: ExponentialSynapse("two words"), "name"), (lambda: ExponentialSynapse("a", spike_times=(1.0,), weights=(1.0, 2.0)), "weights"),
        (lambda: RecordingSettings(1e7, 1e-4), "sample_interval"), (lambda: RecordingSettings(sweeps=0), "sweeps"),
        (lambda: Setup(synapses=(ExponentialSynapse("a"), ExponentialSynapse("a"))), "synapses.1.name"),
    ],
)  # fmt: skip
def test_what_has_no_meaning_is_refused_by_name(make, key):
    with pytest.raises(LifbenchError) as caught:
        make()
    assert caught.value.key == key
    assert caught.value.message


def test_paths_read_and_change_a_setup():
    setup = Setup(synapses=(ExponentialSynapse("exc"),))
    changed = setup.replace("synapses.exc.reversal", -10.0).replace("cell.threshold", -45)
    assert changed.get("synapses.exc.reversal") == -10.0
    assert changed.get("synapses.0.reversal") == -10.0
    assert changed.cell.threshold == -45.0
    assert setup.cell.threshold == -50.0
    for path in ("cell.thresh", "synapses.inh.reversal", "clamp.epochs.0.amplitude", "nonsense", "cell.threshold.deeper"):
        with pytest.raises(LifbenchError, match="no such parameter"):
            setup.replace(path, 1.0)


def test_the_documented_table_is_that_of_the_declarations(request):
    root = request.config.rootpath
    spec = importlib.util.spec_from_file_location("parameter_table", root / "packaging" / "parameter_table.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    written = (root / "docs" / "parameters.md").read_text(encoding="utf-8")
    assert written == module.document(), "run: python packaging/parameter_table.py"
