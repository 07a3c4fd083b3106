"""The setup file: written back it is the same setup; whatever else a file may hold is one sentence."""

import random

import pytest

from lifbench.files.setup_toml import dumps, load, loads, save
from lifbench.model.clamp import EPOCH_SHAPES, Clamp, Samples, Step
from lifbench.model.setup import RecordingSettings, Setup
from lifbench.model.synapse import SYNAPSE_KINETICS, AlphaSynapse, Poisson
from lifbench.quantities import LifbenchError

EXAMPLE = """
lifbench = 1
[cell]
membrane_resistance  = "100 MΩ"
membrane_capacitance = "200 pF"
leak_reversal        = "-70 mV"
threshold            = "-50 mV"
reset                = "-65 mV"
refractory_period    = "2 ms"
spiking              = true
initial_potential    = "-70 mV"
[recording]
duration = "500 ms"
sample_interval = "0.05 ms"
sweeps = 5
seed = 1
[clamp]
holding_current = "0 pA"
[[clamp.epochs]]
shape = "step"
start = "100 ms"
duration = "300 ms"
amplitude = "100 pA"
amplitude_increment = "50 pA"
[[clamp.epochs]]
shape = "samples"
values = { values = [260.0, 272.71], unit = "pA" }
interval = "0.1 ms"
[[synapses]]
name = "excitatory"
kinetics = "exponential"
reversal = "0 mV"
peak_conductance = "2 nS"
decay_time = "5 ms"
spike_times = { values = [2.644, 2.999], unit = "ms" }
weights = [1.0, 2.5]
poisson = { rate = "50 Hz", start = "0 ms", stop = "500 ms" }
mode = "conductance"
"""


def test_the_example_of_the_contract():
    setup = loads(EXAMPLE)
    assert setup.cell.membrane_resistance == 100.0
    assert setup.clamp.epochs[0] == Step(100.0, 300.0, 100.0, increments=(("amplitude", 50.0),))
    assert setup.clamp.epochs[1] == Samples(0.0, 0.2, (260.0, 272.71), 0.1)
    assert setup.synapses[0].poisson == Poisson(50.0, 0.0, 500.0)
    assert setup.recording.samples == 10_001


def test_written_back_it_is_the_same_setup():
    epochs = tuple(cls(**({"values": (1.0, 0.1 + 0.2)} if s == "samples" else {})) for s, cls in EPOCH_SHAPES.items())
    synapses = tuple(cls(f"s{i}", 0.1 + 0.2) for i, cls in enumerate(SYNAPSE_KINETICS.values()))
    more = AlphaSynapse("more", -1 / 3, "current", spike_times=(1 / 3, 2.0), weights=(0.1, 2 / 3), poisson=Poisson(12.5))
    setup = Setup(clamp=Clamp(1 / 3, epochs), synapses=(*synapses, more), recording=RecordingSettings(123.4, 0.1, 3, 2**62))
    assert loads(dumps(setup)) == setup
    assert loads(dumps(loads(EXAMPLE))) == loads(EXAMPLE)


def test_units_of_arrays_are_converted_and_checked():
    assert loads(EXAMPLE.replace('[2.644, 2.999], unit = "ms"', '[0.0023, 3], unit = "s"')).synapses[0].spike_times == (2.3, 3000.0)
    with pytest.raises(LifbenchError, match="is a voltage"):
        loads(EXAMPLE.replace('2.999], unit = "ms"', '2.999], unit = "mV"'))


def test_an_epoch_without_duration_lasts_to_the_end():
    setup = loads(EXAMPLE.replace('duration = "300 ms"\n', ""))
    assert setup.clamp.epochs[0].duration == 400.0


@pytest.mark.parametrize(
    ("old", "new", "key", "words"),
    [
        ('"200 pF"', '"100 mV"', "cell.membrane_capacitance", "a voltage"), ('"200 pF"', "200", "cell.membrane_capacitance", "has no unit"),
        ('"200 pF"', "nan", "cell.membrane_capacitance", "no unit"), ('"200 pF"', '"nan pF"', "cell.membrane_capacitance", "finite"),
        ('"200 pF"', '"1e9 pF"', "cell.membrane_capacitance", "outside"), ('"-50 mV"', '"-66 mV"', "cell.threshold", "above the reset"),
        ("threshold  ", "treshold  ", "cell.treshold", "'threshold' is near"), ("[cell]", "[sell]", "sell", "'cell' is near"),
        ("lifbench = 1", "lifbench = 2", "lifbench", "version"), ("lifbench = 1", "", "lifbench", "missing"),
        ('shape = "step"', 'shape = "stair"', "clamp.epochs.0.shape", "one of step"), ('shape = "step"', "", "clamp.epochs.0.shape", "missing"),
        ('amplitude = "100 pA"', 'amplitude = "100 pA"\nfrequency = "3 Hz"', "clamp.epochs.0.frequency", "not known"),
        ('"50 pA"', '"5 µA"', "clamp.epochs.0.amplitude", "in sweep 5"), ("sweeps = 5", "sweeps = 5.5", "recording.sweeps", "whole number"),
        ("sweeps = 5", "sweeps = 0", "recording.sweeps", "outside"), ("spiking              = true", 'spiking = "yes"', "cell.spiking", "true or false"),
        ('kinetics = "exponential"', 'kinetics = "gamma"', "synapses.0.kinetics", "one of constant"),
        ('name = "excitatory"', "", "synapses.0.name", "a name is needed"), ('name = "excitatory"', 'name = "e x"', "synapses.0.name", "letters"),
        ("[1.0, 2.5]", "[1.0]", "synapses.0.weights", "as many"), ("[1.0, 2.5]", '"many"', "synapses.0.weights", "list"),
        ("[2.644, 2.999]", "[2.644, nan]", "synapses.0.spike_times", "finite"), ('"50 Hz"', '"50 mV"', "synapses.0.poisson.rate", "a voltage"),
        ('decay_time = "5 ms"\n', "", "synapses.0.decay_time", "missing"), ('interval = "0.1 ms"', "", "clamp.epochs.1.interval", "missing"),
        ("[260.0, 272.71]", "[]", "clamp.epochs.1.values", "at least one"), ('mode = "conductance"', 'mode = "chloride"', "synapses.0.mode", "one of"),
        ('"0.05 ms"', '"1e-9 ms"', "recording.sample_interval", "outside"),
    ],
)  # fmt: skip
def test_each_mistake_is_named_in_words(old, new, key, words):
    assert old in EXAMPLE
    with pytest.raises(LifbenchError, match=words) as caught:
        loads(EXAMPLE.replace(old, new, 1))
    assert caught.value.key == key
    assert "\n" not in str(caught.value)


def test_other_files_are_one_sentence(tmp_path):
    cases = {
        "binary": b"\x89PNG\r\n\x1a\n\xff\xfe\x00",
        "empty": b"",
        "json": b'{"a": 1}',
        "deep": b"a = " + b"[" * 5000,
        "cut": EXAMPLE.encode()[:200],
    }
    for name, content in cases.items():
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(LifbenchError) as caught:
            load(path)
        assert "\n" not in str(caught.value), name
    for path in (tmp_path, tmp_path / "missing.toml", "bad\0name"):
        with pytest.raises(LifbenchError):
            load(path)


def test_random_damage_never_is_a_traceback():
    rng = random.Random(7)
    words = EXAMPLE.split()
    ok = 0
    for _ in range(1500):
        text = EXAMPLE
        for _ in range(rng.randint(1, 4)):
            kind = rng.randrange(4)
            at = rng.randrange(len(text))
            if kind == 0:
                text = text[:at] + text[at + rng.randint(1, 30) :]
            elif kind == 1:
                text = text[:at] + chr(rng.choice((0, 34, 39, 45, 57, 91, 93, 123, 937, 8722, 65533))) + text[at:]
            elif kind == 2:
                text = text.replace(
                    rng.choice(words), rng.choice([*words, "nan", "1e400", '"-1e99 GΩ"', "[[]]", "{}", "1979-05-27"]), 1
                )
            else:
                text = text[:at]
            text = text or " "
        try:
            loads(text)
            ok += 1
        except LifbenchError as error:
            assert "\n" not in str(error)
    assert ok < 1500


def test_saving_where_nothing_can_be_written_keeps_what_is_there(tmp_path, monkeypatch):
    path = tmp_path / "setup.toml"
    save(Setup(), path)
    before = path.read_bytes()
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(LifbenchError, match="no space left"):
        save(Setup(), path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["setup.toml"]
    with pytest.raises(LifbenchError, match="cannot be written"):
        save(Setup(), tmp_path / "nowhere" / "setup.toml")
