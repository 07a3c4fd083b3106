"""CSV traces: UTF-8, dot decimal, a ``#`` header that carries the setup, floats that read back bit for bit.

Header lines: program and format version, date, sign convention, spike times, and the setup as TOML (``# setup| …``).
Beside ``trace.csv`` stands ``trace.spikes.csv`` with columns ``sweep,spike_time_ms``.
"""

from __future__ import annotations

import datetime
from io import StringIO
from pathlib import Path
from typing import BinaryIO

import numpy as np

import lifbench
from lifbench.files.atomic import read_bytes, writing
from lifbench.files.setup_toml import dumps, loads
from lifbench.model.integrator import channel_names
from lifbench.model.recording import Recording
from lifbench.quantities import LifbenchError

__all__ = ["read", "spikes_path", "write"]

_FORMAT = "lifbench trace 1"
_SIGNS = "I_inj positive inward (depolarises); I_leak, I_C, I_NAME positive outward; I_inj = I_C + I_leak + sum(I_NAME) + I_switch"
_ROWS = 20_000  # formatted at a time, so that a long trace needs little memory


def spikes_path(path: Path) -> Path:
    """Where the spike times of a trace stand: ``trace.csv`` -> ``trace.spikes.csv``."""
    return path.with_name(f"{path.stem}.spikes.csv")


def write(recording: Recording, path: Path) -> None:
    """Write the trace and, beside it, its spikes. Raises LifbenchError."""
    with writing(path) as stream, writing(spikes_path(path)) as spikes:
        _header(recording, stream)
        stream.write(f"sweep,time_ms,{','.join(recording.channels)}\n".encode())
        time = [repr(t) for t in recording.time_ms.tolist()]
        for sweep in range(recording.sweeps):
            for first in range(0, len(time), _ROWS):
                last = min(first + _ROWS, len(time))
                columns = [
                    ["1" if v else "0" for v in part] if part.dtype == bool else [repr(v) for v in part.tolist()]
                    for part in (recording[name][sweep, first:last] for name in recording.channels)
                ]
                rows = zip([str(sweep)] * (last - first), time[first:last], *columns, strict=True)
                stream.write(("\n".join(map(",".join, rows)) + "\n").encode())
        spikes.write(b"sweep,spike_time_ms\n")
        for sweep, times in enumerate(recording.spike_times_ms):
            spikes.write("".join(f"{sweep},{t!r}\n" for t in times.tolist()).encode())


def _header(recording: Recording, stream: BinaryIO) -> None:
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    lines = [f"{_FORMAT}, lifbench {lifbench.__version__}", f"date: {now}", f"signs: {_SIGNS}"]
    lines += [f"spike_times_ms sweep {k}: {' '.join(map(repr, t.tolist()))}" for k, t in enumerate(recording.spike_times_ms)]
    lines += [f"setup| {line}" for line in dumps(recording.setup).splitlines()]
    stream.write("".join(f"# {line}\n".replace("#  ", "# ") for line in lines).encode())


def read(path: Path) -> Recording:
    """Read a trace that lifbench wrote. Raises LifbenchError if it is cut short or something else."""
    try:
        text = read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise LifbenchError(f"{path} is not a lifbench trace: it is no text") from None
    if not text.startswith(f"# {_FORMAT}"):
        raise LifbenchError(f"{path} is not a lifbench trace: its first line does not say so")
    setup_lines, spikes, body = [], [], 0
    for line in text.splitlines(keepends=True):
        if not line.startswith("#"):
            break
        body += len(line)
        if line.startswith("# setup|"):
            setup_lines.append(line.removeprefix("# setup|").strip())
        elif line.startswith("# spike_times_ms"):
            spikes.append(line.partition(":")[2].split())
    setup = loads("\n".join(setup_lines))
    names, n, sweeps = channel_names(setup), setup.recording.samples, setup.recording.sweeps
    try:
        table = np.loadtxt(StringIO(text[body:]), delimiter=",", skiprows=1, ndmin=2)
        times = tuple(np.array([float(t) for t in row]) for row in spikes)
    except ValueError:
        raise LifbenchError(f"{path} is damaged: a row is not complete") from None
    if table.shape != (n * sweeps, len(names) + 2) or len(times) != sweeps:
        raise LifbenchError(f"{path} is damaged: {n * sweeps} rows are expected, {table.shape[0]} are there")
    data = {name: table[:, 2 + i].reshape(sweeps, n) for i, name in enumerate(names)}
    data["refractory"] = data["refractory"] != 0
    return Recording(setup, table[:n, 1], data, times)
