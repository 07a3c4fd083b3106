"""The reference cases (closed forms and independent simulators), through the command line, at very different sample intervals."""

import json
from pathlib import Path

import numpy as np
import pytest

from lifbench.analysis.fit import refine_peak
from lifbench.cli import main
from lifbench.files.formats import read

DATA = Path(__file__).parent / "data"
INTERVALS = (0.01, 0.1, 1.0)


def load(name):
    return json.loads((DATA / name).read_text())


def by_key(case):
    return {e["key"]: e for e in case["expected"]}


def cell(p, *, spiking=True, refractory=0.0):
    lines = [
        "[cell]", f'membrane_resistance = "{p["R_MOhm"]!r} MΩ"', f'membrane_capacitance = "{p["C_pF"]!r} pF"',
        f'leak_reversal = "{p["E_L_mV"]!r} mV"', f'initial_potential = "{p["V0_mV"]!r} mV"', f"spiking = {str(spiking).lower()}",
    ]  # fmt: skip
    if spiking:
        lines += [
            f'threshold = "{p["V_th_mV"]!r} mV"',
            f'reset = "{p["V_reset_mV"]!r} mV"',
            f'refractory_period = "{refractory!r} ms"',
        ]
    return "\n".join(lines)


def recording(duration, interval):
    return f'[recording]\nduration = "{duration!r} ms"\nsample_interval = "{interval!r} ms"'


def step(start, duration, amplitude):
    return f'[[clamp.epochs]]\nshape = "step"\nstart = "{start} ms"\nduration = "{duration} ms"\namplitude = "{amplitude!r} pA"'


def synapse(name, kernel, times, weights=None, g=None):
    kinetics = {"exp": "exponential", "alpha": "alpha", "dual": "dual_exponential", "dual_exp": "dual_exponential"}[kernel["kind"]]
    decay = kernel.get("tau_decay_ms") or kernel.get("tau_ms")
    lines = [
        "[[synapses]]", f'name = "{name}"', f'kinetics = "{kinetics}"', f'reversal = "{kernel["E_rev_mV"]!r} mV"',
        f'peak_conductance = "{(g if g is not None else kernel["gmax_nS"])!r} nS"', f'decay_time = "{decay!r} ms"',
        f'spike_times = {{ values = {list(map(float, times))!r}, unit = "ms" }}',
    ]  # fmt: skip
    if kinetics == "dual_exponential":
        lines.append(f'rise_time = "{kernel["tau_rise_ms"]!r} ms"')
    if weights is not None:
        lines.append(f"weights = {list(map(float, weights))!r}")
    return "\n".join(lines)


def constant(name, g, reversal):
    return (
        f'[[synapses]]\nname = "{name}"\nkinetics = "constant"\nreversal = "{reversal!r} mV"\npeak_conductance = "{float(g)!r} nS"'
    )


@pytest.fixture
def spikes(tmp_path, capsys):
    """Run sections of a setup through the command line; the spike times of the first sweep."""

    def run(*sections):
        path = tmp_path / "setup.toml"
        path.write_text("\n".join(["lifbench = 1", *sections]))
        assert main(["run", str(path), "--json"]) == 0
        return np.array(json.loads(capsys.readouterr().out)["sweeps"][0]["spike_times_ms"])

    return run


@pytest.fixture
def trace(tmp_path, capsys):
    def run(*sections):
        path, out = tmp_path / "setup.toml", tmp_path / "trace.npz"
        path.write_text("\n".join(["lifbench = 1", *sections]))
        assert main(["run", str(path), "-o", str(out)]) == 0
        return read(out)

    return run


@pytest.mark.parametrize("interval", INTERVALS)
def test_03_dc_steps(spikes, interval):
    case = load("03_dc_step_neurodynex.json")
    for expected in case["expected"]:
        if not expected["key"].startswith("spike_times@"):
            continue
        amplitude = float(expected["key"].split("@")[1].split()[0])
        found = spikes(
            cell(case["params"], refractory=case["params"]["t_ref_ms"]), recording(300.0, interval), step(100, 100, amplitude)
        )
        assert len(found) == expected["count"], amplitude
        np.testing.assert_allclose(found, expected["value"], rtol=0, atol=min(expected["tol"], 1e-9))


@pytest.mark.parametrize("interval", INTERVALS)
def test_11_refractory_synaptic_state(spikes, interval):
    case = load("11_refractory_synaptic_state.json")
    seen = 0
    for expected in case["expected"]:
        if "stimulus" not in expected:
            continue
        seen += 1
        stimulus, kind = expected["stimulus"], dict(expected["synapse"])
        kind["E_rev_mV"] = kind["E_mV"]
        times, weights = zip(*stimulus["events_ms_nS"], strict=True)
        found = spikes(
            cell(case["params"], refractory=expected["t_ref_ms"]), recording(stimulus["t_stop_ms"], interval),
            f'[clamp]\nholding_current = "{stimulus["I_pA"]!r} pA"', synapse("s", kind, times, weights, g=1.0),
        )  # fmt: skip
        assert len(found) == expected["count"]
        np.testing.assert_allclose(found, expected["value"], rtol=0, atol=1e-8)
    assert seen >= 3


@pytest.mark.parametrize("interval", INTERVALS)
def test_11_many_spikes_inside_one_sample_interval(spikes, interval):
    case = load("11_refractory_synaptic_state.json")
    expected = by_key(case)["many_spikes_per_step"]
    found = spikes(cell(case["params"], refractory=0.0), recording(1.0, interval), step(0, 1, expected["I_pA"]))
    assert len(found) == expected["count_in_1ms"]
    np.testing.assert_allclose(found[: len(expected["value"])], expected["value"], rtol=0, atol=expected["tol"])


@pytest.mark.parametrize("interval", [0.01, 0.5])
def test_07_psp_kernels(trace, interval):
    case = load("07_psp_kernels.json")
    kernels = [e for e in case["expected"] if "kernel" in e]
    assert len(kernels) >= 7
    for expected in kernels:
        kernel = expected["kernel"]
        r = trace(cell(case["params"], spiking=False), recording(100.0, interval), synapse("s", kernel, [kernel["onset_ms"]]))
        V = r["V_mV"][0]
        at = np.rint(np.array(expected["times_ms"]) / interval).astype(int)
        np.testing.assert_allclose(V[at], expected["value"]["V_at"], rtol=0, atol=1e-8, err_msg=expected["key"])
        if interval == 0.01:
            sign = 1.0 if expected["value"]["peak_mV"] > 0 else -1.0
            time, peak = refine_peak(r.time_ms, sign * (V - case["params"]["E_L_mV"]))
            assert sign * peak == pytest.approx(expected["value"]["peak_mV"], abs=1e-6)
            if peak == 0.0:
                continue  # a shunt at rest: no peak to time
            assert time - kernel["onset_ms"] == pytest.approx(expected["value"]["t_peak_after_onset_ms"], abs=1e-3)


@pytest.mark.parametrize("interval", [0.01, 0.05])
def test_08_shunts(trace, interval):
    case = load("08_shunt_summation.json")
    p, wanted = case["params"], by_key(case)
    exc = {"kind": "exp", "tau_ms": 5.0, "E_rev_mV": 0.0}
    inh = {"kind": "exp", "tau_ms": 10.0, "E_rev_mV": p["E_L_mV"]}

    def peak(*synapses):
        r = trace(cell(p, spiking=False), recording(200.0, interval), *synapses)
        return refine_peak(r.time_ms, r["V_mV"][0] - p["E_L_mV"])

    expected = wanted["EPSP_2nS_vs_static_shunt"]
    for g, size, when in zip(expected["g_shunt_nS"], expected["value"], expected["t_peak_after_onset_ms"], strict=True):
        time, found = peak(synapse("e", exc, [50.0], g=2.0), constant("i", g, p["E_L_mV"]))
        assert found == pytest.approx(size, abs=2e-6)
        assert time - 50.0 == pytest.approx(when, abs=2e-3)
    for key, reversal in (("steady_depol_ge2_vs_gi_shunt", p["E_L_mV"]), ("steady_depol_ge2_vs_gi_hyperpol_Ei-80", -80.0)):
        for g, size in zip(wanted[key]["gi_nS"], wanted[key]["value"], strict=True):
            r = trace(cell(p, spiking=False), recording(1000.0, 1.0), constant("e", 2.0, 0.0), constant("i", g, reversal))
            assert r["V_mV"][0, -1] - p["E_L_mV"] == pytest.approx(size, abs=1e-9)
    expected = wanted["EPSP_2nS_with_phasic_shunt_20nS"]
    for lag, size in zip(expected["dt_inh_minus_exc_ms"], expected["value"], strict=True):
        _, found = peak(synapse("e", exc, [50.0], g=2.0), synapse("i", inh, [50.0 + lag], g=20.0))
        # a shunt at the very peak makes a corner there, which no parabola follows
        assert found == pytest.approx(size, abs=1e-3 if lag in (5, 2) else 2e-6), lag
    assert peak(synapse("i", inh, [50.0], g=20.0))[1] == pytest.approx(0.0, abs=1e-12)
