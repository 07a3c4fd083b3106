"""Axon Text Format traces (Molecular Devices, ATF 1.0): tab-separated text that Clampfit, pyabf and spreadsheets open.

One column for each sweep and channel, full precision. The setup and the exact spike times stand in header lines of their
own, percent-encoded since ATF knows no escape, so that the file reads back as the recording it was.
"""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from urllib.parse import quote, unquote

import numpy as np

import lifbench
from lifbench.files.atomic import read_bytes, writing
from lifbench.files.setup_toml import dumps, loads
from lifbench.model.integrator import channel_names, name_and_unit
from lifbench.model.recording import Recording
from lifbench.quantities import LifbenchError

__all__ = ["read", "write"]

_SETUP, _SPIKES = "Lifbench setup", "Lifbench spike times ms, sweep"
_ROWS = 20_000


def write(recording: Recording, path: Path) -> None:
    """Write the recording. Raises LifbenchError; nothing is left half-written."""
    sweeps, names = recording.sweeps, recording.channels
    starts = [k * recording.setup.recording.duration for k in range(sweeps)]
    header = [
        '"AcquisitionMode=Episodic Stimulation"',
        f'"Creator=lifbench version {lifbench.__version__}"',
        '"Comment=membrane currents positive outward"',
        f'"SweepStartTimesMS={",".join(f"{t:.3f}" for t in starts)}"',
        f'"SignalsExported={",".join(names)}"',
        "\t".join(['"Signals="', *(f'"{name}"' for _ in range(sweeps) for name in names)]),
    ]
    for number, line in enumerate(dumps(recording.setup).splitlines()):
        header.append(f'"{_SETUP} {number}="\t"{quote(line, safe=" []{},._-+")}"')
    for sweep, times in enumerate(recording.spike_times_ms):
        header.append(f'"{_SPIKES} {sweep}="\t"{" ".join(map(repr, times.tolist()))}"')
    columns = ['"Time (s)"', *(f'"Trace #{k + 1} {name} ({name_and_unit(name)[1]})"' for k in range(sweeps) for name in names)]
    with writing(path) as stream:
        lines = ["ATF\t1.0", f"{len(header)}\t{len(columns)}", *header, "\t".join(columns)]
        stream.write(("\n".join(lines) + "\n").encode("ascii"))
        for first in range(0, recording.time_ms.size, _ROWS):
            rows = slice(first, first + _ROWS)
            parts = [recording[name][k, rows].astype(float).tolist() for k in range(sweeps) for name in names]
            table = zip((recording.time_ms[rows] / 1000.0).tolist(), *parts, strict=True)
            stream.write("".join("\t".join(map(repr, row)) + "\n" for row in table).encode("ascii"))


def read(path: Path) -> Recording:
    """Read an ATF file that lifbench wrote. Raises LifbenchError if it is cut short or something else."""
    try:
        text = read_bytes(path).decode("ascii")
    except UnicodeDecodeError:
        raise LifbenchError(f"{path} is not an ATF file: it is no plain text") from None
    lines = text.split("\n", 2)
    try:
        if lines[0].split() != ["ATF", "1.0"]:
            raise ValueError
        items, columns = (int(v) for v in lines[1].split())
    except (ValueError, IndexError):
        raise LifbenchError(f"{path} is not an ATF file: its first lines do not say so") from None
    rows = lines[2].split("\n", items + 1) if len(lines) == 3 else []
    header = [row.split("\t") for row in rows[:items]]
    setup_lines = [unquote(row[1].strip('"')) for row in header if row[0].startswith(f'"{_SETUP}') and len(row) == 2]
    spikes = [row[1].strip('"').split() for row in header if row[0].startswith(f'"{_SPIKES}') and len(row) == 2]
    if not setup_lines:
        raise LifbenchError(f"{path} carries no setup: only ATF files that lifbench wrote can be read")
    setup = loads("\n".join(setup_lines))
    names, n, sweeps = channel_names(setup), setup.recording.samples, setup.recording.sweeps
    try:
        table = np.loadtxt(StringIO(rows[items + 1]), delimiter="\t", ndmin=2)
        times = tuple(np.array([float(t) for t in row]) for row in spikes)
    except (ValueError, IndexError):
        raise LifbenchError(f"{path} is damaged: a row is not complete") from None
    if table.shape != (n, columns) or columns != 1 + sweeps * len(names) or len(times) != sweeps:
        raise LifbenchError(f"{path} is damaged: {n} rows of {1 + sweeps * len(names)} values are expected")
    values = table[:, 1:].T.reshape(sweeps, len(names), n)
    data = {name: np.ascontiguousarray(values[:, i]) for i, name in enumerate(names)}
    data["refractory"] = data["refractory"] != 0
    return Recording(setup, setup.recording.time_ms, data, times)
