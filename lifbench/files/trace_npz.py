"""NPZ traces: float64 exact, the names of the CSV columns, no pickle."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from lifbench.files.atomic import said_plainly, writing
from lifbench.files.setup_toml import dumps, loads
from lifbench.model.integrator import channel_names
from lifbench.model.recording import Recording
from lifbench.quantities import LifbenchError

__all__ = ["read", "write"]


def write(recording: Recording, path: Path) -> None:
    """``time_ms (n,)``, channels ``(sweeps, n)``, ``spike_times_ms``, ``spike_sweep``, ``setup_toml``. Raises LifbenchError."""
    arrays: dict[str, Any] = {name: recording[name] for name in recording.channels}
    counts = [len(times) for times in recording.spike_times_ms]
    with writing(path) as stream:
        np.savez(
            stream,
            allow_pickle=False,
            time_ms=recording.time_ms,
            spike_times_ms=np.concatenate(recording.spike_times_ms),
            spike_sweep=np.repeat(np.arange(len(counts)), counts),
            setup_toml=np.array(dumps(recording.setup)),
            **arrays,
        )


def read(path: Path) -> Recording:
    """Read a trace that `write` wrote. Raises LifbenchError."""
    try:
        content = BytesIO(path.read_bytes())  # opened here, so that a damaged file is closed here too
        with np.load(content, allow_pickle=False) as file:
            setup = loads(str(file["setup_toml"]))
            data = {name: file[name] for name in channel_names(setup)}
            times, sweep = file["spike_times_ms"], file["spike_sweep"]
            time = file["time_ms"]
    except OSError as error:
        raise LifbenchError(f"{path} cannot be read: {said_plainly(error)}") from None
    except (ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        raise LifbenchError(f"{path} is not a lifbench trace, or is damaged") from None
    if len(times) != len(sweep):
        raise LifbenchError(f"{path} is damaged: its spikes do not have a sweep each")
    shape = (setup.recording.sweeps, setup.recording.samples)
    if any(array.shape != shape for array in data.values()):
        raise LifbenchError(f"{path} is damaged: its channels do not have the length its setup says")
    return Recording(setup, time, data, tuple(times[sweep == k] for k in range(setup.recording.sweeps)))
