"""The command line: results, and one line with status 2 for whatever is wrong."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

import lifbench
from lifbench.cli import main
from lifbench.files.formats import read
from lifbench.files.setup_toml import save
from lifbench.model.clamp import Clamp, Step
from lifbench.model.setup import RecordingSettings, Setup


@pytest.fixture
def setup_file(tmp_path):
    step = Step(start=20.0, duration=200.0, amplitude=150.0, increments=(("amplitude", 100.0),))
    path = tmp_path / "setup.toml"
    save(Setup(clamp=Clamp(0.0, (step,)), recording=RecordingSettings(250.0, 0.1, sweeps=2)), path)
    return path


def test_json_is_the_contract(setup_file, capsys):
    assert main(["run", str(setup_file), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["lifbench"] == lifbench.__version__
    quiet, firing = result["sweeps"]
    assert quiet == {"sweep": 0, "spike_times_ms": [], "mean_rate_hz": None, "latency_ms": None}
    times = firing["spike_times_ms"]
    assert firing["latency_ms"] == pytest.approx(times[0] - 20.0)
    assert firing["mean_rate_hz"] == pytest.approx(1000.0 / np.diff(times).mean())


def test_a_table_and_several_files(setup_file, tmp_path, capsys):
    assert main(["run", str(setup_file), "-o", str(tmp_path / "a.csv"), "-o", str(tmp_path / "b.npz")]) == 0
    assert "rate (Hz)" in capsys.readouterr().out
    assert main(["convert", str(tmp_path / "b.npz"), str(tmp_path / "c.csv")]) == 0
    np.testing.assert_array_equal(read(tmp_path / "a.csv")["V_mV"], read(tmp_path / "c.csv")["V_mV"])


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "missing.toml"], ["run", "SETUP", "-o", "nowhere/x.csv"], ["run", "SETUP", "-o", "x.docx"], ["run"], ["run", "SETUP", "--fast"],
        ["run", "BROKEN"], ["convert", "SETUP", "x.csv"], ["convert", "missing.npz", "x.csv"], ["missing_setup.toml"], ["--nonsense"], ["convert", "a"],
    ],
)  # fmt: skip
def test_bad_input_is_one_line_and_status_2(setup_file, tmp_path, capsys, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "BROKEN").write_text('lifbench = 1\n[cell]\nmembrane_capacitance = "100 mV"\n')
    arguments = [str(setup_file) if a == "SETUP" else a for a in arguments]
    before = sorted(tmp_path.iterdir())
    try:
        status = main(arguments)
    except SystemExit as stop:
        status = stop.code
    out, err = capsys.readouterr()
    assert status == 2
    assert out == ""
    assert err.startswith("lifbench: ")
    assert err.count("\n") == 1
    assert "Traceback" not in err
    assert sorted(tmp_path.iterdir()) == before


def test_the_line_names_file_and_key(tmp_path, capsys):
    path = tmp_path / "bad.toml"
    path.write_text('lifbench = 1\n[cell]\nmembrane_capacitance = "100 mV"\n')
    assert main(["run", str(path)]) == 2
    assert capsys.readouterr().err.startswith(f"lifbench: {path}: cell.membrane_capacitance: '100 mV' is a voltage")


def test_without_a_display_the_window_is_refused_in_words():
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    done = subprocess.run([sys.executable, "-m", "lifbench"], env=environment, capture_output=True, text=True, check=False)
    if sys.platform.startswith("linux"):
        assert done.returncode == 2
        assert done.stderr.startswith("lifbench: there is no display here")


def test_version(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["--version"])
    assert stop.value.code == 0
    assert capsys.readouterr().out.strip() == f"lifbench {lifbench.__version__}"


def test_a_closed_pipe_is_no_error(setup_file):
    command = f'"{sys.executable}" -m lifbench run "{setup_file}" --json | head -c 1 > /dev/null; exit ${{PIPESTATUS[0]}}'
    if sys.platform.startswith("linux"):
        done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
