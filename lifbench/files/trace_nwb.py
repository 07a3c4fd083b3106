"""Neurodata Without Borders traces, through pynwb (the extra ``nwb``).

Each sweep is a CurrentClampSeries (V) with its CurrentClampStimulusSeries (I_inj), joined in the intracellular recordings
table; the other channels stand beside as TimeSeries. Numbers are stored as they are, float64, with the factor to SI units
as ``conversion``. The setup is the file's source script, and exact spike times stand in the processing module ``spikes``.
"""

from __future__ import annotations

import datetime
import importlib
import uuid
from pathlib import Path
from typing import Any

import numpy as np

import lifbench
from lifbench.files.atomic import said_plainly, temporary_path
from lifbench.files.setup_toml import dumps, loads
from lifbench.model.integrator import channel_names, name_and_unit
from lifbench.model.recording import Recording
from lifbench.quantities import LifbenchError

__all__ = ["read", "write"]

_SI = {"mV": ("volts", 1e-3), "pA": ("amperes", 1e-12), "nS": ("siemens", 1e-9)}


def _pynwb() -> Any:
    try:
        return importlib.import_module("pynwb")
    except ImportError:
        raise LifbenchError("NWB files need the package pynwb: pip install 'lifbench[nwb]'") from None


def write(recording: Recording, path: Path) -> None:
    """Write the recording. Raises LifbenchError; nothing is left half-written."""
    pynwb = _pynwb()
    icephys = pynwb.icephys
    setup = recording.setup
    file = pynwb.NWBFile(
        session_description="current clamp of a simulated neuron",
        identifier=str(uuid.uuid4()),
        session_start_time=datetime.datetime.now(datetime.UTC),
        source_script=dumps(setup),
        source_script_file_name="setup.toml",
    )
    device = file.create_device(name="lifbench", description=f"lifbench {lifbench.__version__}, a simulated neuron")
    electrode = file.create_icephys_electrode(name="electrode", description="ideal current clamp", device=device)
    spikes = file.create_processing_module(name="spikes", description="exact spike times of each sweep, not on the sample grid")
    rate = 1000.0 / setup.recording.sample_interval
    for sweep in range(recording.sweeps):
        common = {"rate": rate, "starting_time": sweep * setup.recording.duration / 1000.0}
        clamp = {**common, "electrode": electrode, "gain": 1.0, "sweep_number": np.uint32(sweep)}
        response = icephys.CurrentClampSeries(name=f"V_mV_{sweep}", data=recording["V_mV"][sweep], conversion=1e-3, **clamp)
        stimulus = icephys.CurrentClampStimulusSeries(
            name=f"I_inj_pA_{sweep}", data=recording["I_inj_pA"][sweep], conversion=1e-12, **clamp
        )
        file.add_intracellular_recording(electrode=electrode, stimulus=stimulus, response=response)
        for name in recording.channels:
            if name in ("V_mV", "I_inj_pA"):
                continue
            unit, factor = _SI.get(name_and_unit(name)[1], ("1", 1.0))
            data = recording[name][sweep].astype(float)
            file.add_acquisition(pynwb.TimeSeries(name=f"{name}_{sweep}", data=data, unit=unit, conversion=factor, **common))
        times = recording.spike_times_ms[sweep]
        spikes.add(
            pynwb.TimeSeries(name=f"spike_times_ms_{sweep}", data=times, unit="seconds", conversion=1e-3, timestamps=times / 1000.0)
        )
    with temporary_path(path) as beside, pynwb.NWBHDF5IO(str(beside), "w") as io:
        io.write(file)


def read(path: Path) -> Recording:
    """Read an NWB file that lifbench wrote. Raises LifbenchError otherwise."""
    pynwb = _pynwb()
    try:
        with path.open("rb"):
            pass
    except OSError as error:
        raise LifbenchError(f"{path} cannot be read: {said_plainly(error)}") from None
    try:
        with pynwb.NWBHDF5IO(str(path), "r") as io:
            file = io.read()
            if not file.source_script or "lifbench" not in file.devices:
                raise LifbenchError(f"{path} carries no setup: only NWB files that lifbench wrote can be read")
            setup = loads(file.source_script)
            sweeps = range(setup.recording.sweeps)
            data: dict[str, Any] = {}
            for name in channel_names(setup):
                found = [(file.stimulus if name == "I_inj_pA" else file.acquisition)[f"{name}_{k}"] for k in sweeps]
                data[name] = np.stack([np.asarray(series.data[:], dtype=float) for series in found])
            module = file.processing["spikes"]
            times = tuple(np.asarray(module[f"spike_times_ms_{k}"].data[:], dtype=float) for k in sweeps)
    except (OSError, ValueError, KeyError, TypeError):
        raise LifbenchError(f"{path} is not an NWB file that can be read: it is damaged or something else") from None
    data["refractory"] = data["refractory"] != 0
    return Recording(setup, setup.recording.time_ms, data, times)
