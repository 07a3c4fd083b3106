"""Trace files read back bit for bit, run again bit for bit, and are refused in words when damaged."""

import contextlib
import dataclasses
import sys
import warnings

import neo
import numpy as np
import pyabf
import pynwb
import pytest

from lifbench.files import formats
from lifbench.files.samples_csv import read_samples
from lifbench.model.clamp import Clamp, Noise
from lifbench.model.recording import run
from lifbench.model.setup import RecordingSettings, Setup
from lifbench.model.synapse import ExponentialSynapse, Poisson
from lifbench.quantities import LifbenchError


@pytest.fixture(scope="module")
def recording():
    noise = Noise(start=0.0, duration=50.0, mean=250.0, standard_deviation=100.0)
    synapse = ExponentialSynapse("exc", poisson=Poisson(100.0))
    return run(Setup(clamp=Clamp(0.0, (noise,)), synapses=(synapse,), recording=RecordingSettings(50.0, 0.1, sweeps=2)))


@pytest.mark.parametrize("suffix", formats.suffixes())
def test_read_back_and_run_again_bit_for_bit(tmp_path, recording, suffix):
    path = tmp_path / f"trace{suffix}"
    formats.write(recording, path)
    back = formats.read(path)
    assert back.setup == recording.setup
    again = run(back.setup)
    for name in recording.channels:
        step = np.ptp(recording[name].astype(float)) / 65_000 if suffix == ".abf" else 0.0  # ABF has 16-bit samples
        np.testing.assert_allclose(back[name].astype(float), recording[name], rtol=0, atol=step)
        np.testing.assert_array_equal(again[name], recording[name])
    np.testing.assert_array_equal(back.time_ms, recording.time_ms)
    for a, b in zip(back.spike_times_ms, recording.spike_times_ms, strict=True):
        np.testing.assert_array_equal(a, b)


def test_pyabf_and_neo_read_every_sweep_and_channel_of_an_abf(tmp_path, recording):
    path = tmp_path / "t.abf"
    formats.write(recording, path)
    abf = pyabf.ABF(str(path))
    assert (abf.sweepCount, abf.channelCount, abf.dataRate) == (2, len(recording.channels), 10_000)
    assert abf.adcNames[:2] == ["V", "I_inj"]
    assert abf.adcUnits[:2] == ["mV", "pA"]
    with contextlib.redirect_stdout(None):
        segments = neo.io.AxonIO(filename=str(path)).read_block(signal_group_mode="split-all").segments
    assert len(segments) == 2
    for sweep, segment in enumerate(segments):
        for index, name in enumerate(recording.channels):
            abf.setSweep(sweep, channel=index)
            step = np.ptp(recording[name].astype(float)) / 60_000 + 1e-12
            np.testing.assert_allclose(abf.sweepY, recording[name][sweep], rtol=0, atol=step)
            signal = segment.analogsignals[index]
            np.testing.assert_allclose(signal.magnitude[:, 0], recording[name][sweep], rtol=0, atol=step)
            assert float(signal.sampling_rate.rescale("Hz")) == pytest.approx(10_000)
    assert float(segments[1].t_start) == pytest.approx(0.0501)
    assert segments[0].analogsignals[0].units.dimensionality.string == "mV"


def test_pyabf_reads_an_atf(tmp_path, recording):
    path = tmp_path / "t.atf"
    formats.write(recording, path)
    atf = pyabf.ATF(str(path))
    assert (atf.sweepCount, atf.channelCount) == (2, len(recording.channels))
    for sweep in range(2):
        np.testing.assert_allclose(atf.data[sweep * atf.channelCount], recording["V_mV"][sweep], rtol=1e-6)
    np.testing.assert_allclose(atf.dataX, recording.time_ms / 1000.0, rtol=1e-6)


def test_neo_and_pynwb_read_an_nwb(tmp_path, recording):
    path = tmp_path / "t.nwb"
    formats.write(recording, path)
    with pynwb.NWBHDF5IO(str(path), "r") as io:
        file = io.read()
        series = file.acquisition["V_mV_1"]
        np.testing.assert_array_equal(series.data[:], recording["V_mV"][1])
        assert (series.conversion, series.unit, series.rate) == (1e-3, "volts", 10_000.0)
        assert len(file.intracellular_recordings) == 2
        assert not pynwb.validate(io=io)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Neo's own
        block = neo.io.NWBIO(str(path), mode="r").read_block()
    names = {signal.name for segment in block.segments for signal in segment.analogsignals}
    assert {"V_mV_0", "V_mV_1", "I_inj_pA_0"} <= names


def test_an_abf_that_would_lose_channels_is_refused(tmp_path):
    synapses = tuple(ExponentialSynapse(f"s{k}") for k in range(6))
    with pytest.raises(LifbenchError, match="16 channels"):
        formats.write(run(Setup(synapses=synapses, recording=RecordingSettings(1.0, 0.1))), tmp_path / "t.abf")
    assert list(tmp_path.iterdir()) == []


def test_without_pynwb_one_sentence_says_what_to_install(tmp_path, recording, monkeypatch):
    monkeypatch.setitem(sys.modules, "pynwb", None)
    with pytest.raises(LifbenchError, match=r"pip install 'lifbench\[nwb\]'"):
        formats.write(recording, tmp_path / "t.nwb")


def test_the_csv_has_the_columns_of_the_contract(tmp_path, recording):
    formats.write(recording, tmp_path / "t.csv")
    lines = (tmp_path / "t.csv").read_text().splitlines()
    columns = "sweep,time_ms,V_mV,I_inj_pA,I_leak_pA,I_C_pA,I_switch_pA,g_exc_nS,I_exc_pA,refractory"
    body = [line for line in lines if not line.startswith("#")]
    assert body[0] == columns
    assert len(body) == 1 + 2 * 501
    values = np.array([[float(c) for c in line.split(",")] for line in body[1:]])
    rest = values[:, 3] - values[:, 4] - values[:, 5] - values[:, 6] - values[:, 8]
    assert np.abs(rest).max() <= 1e-9
    assert (tmp_path / "t.spikes.csv").read_text().startswith("sweep,spike_time_ms\n")


@pytest.mark.parametrize("suffix", formats.suffixes())
def test_damaged_and_foreign_files_are_refused_in_words(tmp_path, recording, suffix):
    path = tmp_path / f"trace{suffix}"
    formats.write(recording, path)
    whole = path.read_bytes()
    for content in (b"", whole[: len(whole) // 2], b"\x00\xff" * 100, b"a,b\n1,2\n", whole[:60]):
        path.write_bytes(content)
        with pytest.raises(LifbenchError) as caught:
            formats.read(path)
        assert "\n" not in str(caught.value)
    with pytest.raises(LifbenchError, match="cannot be read"):
        formats.read(tmp_path / f"missing{suffix}")


def test_an_unknown_suffix_names_the_known_ones(tmp_path, recording):
    with pytest.raises(LifbenchError, match=r"\.csv"):
        formats.write(recording, tmp_path / "trace.docx")


def test_several_files_are_all_or_none(tmp_path, recording):
    with pytest.raises(LifbenchError):
        formats.write_all(recording, [tmp_path / "a.csv", tmp_path / "nowhere" / "b.npz"])
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_nothing_half_written(tmp_path, recording, monkeypatch):
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    for suffix in formats.suffixes():
        with pytest.raises(LifbenchError, match="no space left"):
            formats.write(recording, tmp_path / f"t{suffix}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "values", "interval"),
    [
        ("1\n2\n3\n", [1, 2, 3], None), ("current (pA)\n1,5\n2\n".replace("1,5", "1.5"), [1.5, 2], None), ("0 10\n0.5 20\n1 30", [10, 20, 30], 0.5),
        ("time;I\n0,0;1,5\n0,1;2,5\n", [1.5, 2.5], 0.1), ("# c\n0,1\n1,2\n", [1, 2], 1.0),
    ],
)  # fmt: skip
def test_own_samples(tmp_path, text, values, interval):
    path = tmp_path / "own.csv"
    path.write_text(text)
    found, step = read_samples(path)
    assert found == values
    assert step is interval or step == pytest.approx(interval)


@pytest.mark.parametrize(
    "text", ["", "a\nb\nc\nd\n", "1\nnan\n", "1\n2,3\n", "0,1\n0,2\n", "0,1\n1,2\n5,3\n", "1,2,3\n1,2,3\n", "0,1\n"]
)
def test_bad_samples_are_one_sentence(tmp_path, text):
    path = tmp_path / "own.csv"
    path.write_text(text)
    with pytest.raises(LifbenchError) as caught:
        read_samples(path)
    assert "\n" not in str(caught.value)


def test_a_recording_names_its_channels(recording):
    with pytest.raises(LifbenchError, match="V_mV"):
        recording["voltage"]
    assert dataclasses.is_dataclass(recording)
