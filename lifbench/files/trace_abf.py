"""Axon Binary Format traces (ABF 1.83, episodic), as Clampfit, pyabf and Neo read them.

Every channel of every sweep is there, with a synch array that tells the sweeps apart. Samples are 16-bit integers, each
channel scaled to use all of them: pyabf reads no others. Behind what the format knows stand the setup and the exact spike times, which other
readers pass over; from them the file reads back as a recording and can be run again, bit for bit.

Header offsets after "Axon Binary File Format", Molecular Devices, and the readers of pyabf and Neo.
"""

from __future__ import annotations

import datetime
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np

from lifbench.files.atomic import read_bytes, writing
from lifbench.files.setup_toml import dumps, loads
from lifbench.model.integrator import channel_names, name_and_unit
from lifbench.model.recording import Recording
from lifbench.quantities import LifbenchError

__all__ = ["read", "write"]

_BLOCK = 512
_HEADER = 12  # blocks
_CHANNELS = 16  # at most, in this format
_LARGEST = 2**31 - 1  # counts are 32-bit
_STEPS = 32768
_FILL = 0.999  # of the integers' range
_MARK = b"lifbench trace 1"


def _names(channels: tuple[str, ...]) -> list[tuple[bytes, bytes]]:
    """(name of 10 bytes, unit of 8) of each channel; names that are cut alike are told apart by a number."""
    out: list[tuple[bytes, bytes]] = []
    for index, channel in enumerate(channels):
        name, unit = name_and_unit(channel)
        short = name[:10]
        if any(short.encode().ljust(10) == other for other, _ in out):
            short = f"{name[:8]}{index:02d}"
        out.append((short.encode().ljust(10), unit.encode().ljust(8)))
    return out


def _scaling(values: Any) -> tuple[float, float]:
    """(scale factor, offset) of a channel, as the header's float32 holds them, so that integers use their whole range."""
    low, high = float(np.min(values)), float(np.max(values))
    middle = float(np.float32(0.5 * (low + high)))
    reach = max(high - middle, middle - low)
    return (float(np.float32(_FILL / reach)) if reach > 1e-30 else 1.0), middle


def _multiplexed(interval: float, count: int) -> float:
    """µs between samples of whatever channel, as float32; readers cut the rate to a whole number, so never a hair too long."""
    step = np.float32(1000.0 * interval / count)
    rate = 1000.0 / interval
    while abs(rate - round(rate)) < 1e-6 and int(1e6 / float(step) / count) < round(rate):
        step = np.nextafter(step, np.float32(0.0))
    return float(step)


def _header(recording: Recording, scaling: list[tuple[float, float]]) -> bytearray:
    names, sweeps, n = recording.channels, recording.sweeps, recording.time_ms.size
    count = len(names)
    total = sweeps * n * count
    head = bytearray(_HEADER * _BLOCK)

    def put(offset: int, form: str, *values: object) -> None:
        struct.pack_into(f"<{form}", head, offset, *values)

    now = datetime.datetime.now()
    put(0, "4sfhi", b"ABF ", 1.83, 5, total)  # signature, version, episodic stimulation, samples in all
    put(16, "ii", sweeps, int(now.strftime("%Y%m%d")))
    put(24, "i", now.hour * 3600 + now.minute * 60 + now.second)
    put(32, "fh", 1.83, 1)
    put(40, "i", _HEADER)  # where data begin, in blocks
    put(92, "iih", _HEADER + -(-2 * total // _BLOCK), sweeps, 0)  # synch array; data are 16-bit integers
    interval = recording.setup.recording.sample_interval
    put(120, "hf", count, _multiplexed(interval, count))
    put(130, "f", 1000.0 * interval)  # the synch array counts samples, of so many µs
    put(138, "iii", n * count, 0, sweeps)
    put(244, "ffii", 1.0, 1.0, _STEPS, _STEPS)  # range and resolution: a value is integer · range / (resolution · scale) + offset
    put(294, "16s", b"lifbench")
    put(378, "16h", *range(16))
    put(410, "16h", *(i if i < count else -1 for i in range(16)))
    for index, (name, unit) in enumerate(_names(names)):
        put(442 + 10 * index, "10s", name)
        put(602 + 8 * index, "8s", unit)
    for offset in (730, 922, 1050):  # programmable gain, scale factor, signal gain
        put(offset, "16f", *[1.0] * 16)
    for index, (scale, middle) in enumerate(scaling):
        put(922 + 4 * index, "f", scale)
        put(986 + 4 * index, "f", middle)
    put(4576, "16f", *[1.0] * 16)
    put(5154, "128s", b"lifbench: membrane currents positive outward")
    return head


def write(recording: Recording, path: Path) -> None:
    """Write the recording. Raises LifbenchError, among others if it does not fit into the format."""
    names, n = recording.channels, recording.time_ms.size
    if len(names) > _CHANNELS:
        raise LifbenchError(
            f"{path}: an ABF file holds {_CHANNELS} channels, and this recording has {len(names)}; .npz holds them all"
        )
    if 2 * recording.sweeps * n * len(names) > _LARGEST:
        raise LifbenchError(f"{path}: an ABF file holds 2 GB at most; .npz holds more")
    extra = {"setup": dumps(recording.setup), "spike_times_ms": [t.tolist() for t in recording.spike_times_ms]}
    trailer = json.dumps(extra).encode()
    with writing(path) as stream:
        scaling = [_scaling(recording[name]) for name in names]
        stream.write(_header(recording, scaling))
        for sweep in range(recording.sweeps):
            rounded = [
                np.rint((recording[name][sweep] - middle) * (_STEPS * scale))
                for name, (scale, middle) in zip(names, scaling, strict=True)
            ]
            stream.write(np.stack(rounded, axis=1).astype("<i2").tobytes())
        _pad(stream, 2 * recording.sweeps * n * len(names))
        entries = [(sweep * n, n * len(names)) for sweep in range(recording.sweeps)]
        stream.write(np.array(entries, dtype="<i4").tobytes())
        _pad(stream, 8 * recording.sweeps)
        stream.write(_MARK + struct.pack("<q", len(trailer)) + trailer)


def _pad(stream, written: int) -> None:  # type: ignore[no-untyped-def]
    stream.write(bytes(-written % _BLOCK))


def read(path: Path) -> Recording:
    """Read an ABF file that lifbench wrote: samples as 16-bit integers hold them, spike times exact. Raises LifbenchError otherwise."""
    raw = read_bytes(path)
    if raw[:4] not in (b"ABF ", b"ABF2"):
        raise LifbenchError(f"{path} is not an ABF file: its first bytes do not say so")
    if raw[:4] == b"ABF2" or raw[294:302] != b"lifbench":
        raise LifbenchError(f"{path} carries no setup: only ABF files that lifbench wrote can be read")
    damaged = LifbenchError(f"{path} is damaged: it is not complete")
    try:
        (total,), (synch, sweeps) = struct.unpack_from("<i", raw, 10), struct.unpack_from("<ii", raw, 92)
        at = synch * _BLOCK + -(-8 * sweeps // _BLOCK) * _BLOCK
        if raw[at : at + len(_MARK)] != _MARK:
            raise damaged
        (length,) = struct.unpack_from("<q", raw, at + len(_MARK))
        body = raw[at + len(_MARK) + 8 :]
        if len(body) != length:
            raise damaged
        extra = json.loads(body)
        setup = loads(extra["setup"])
        times = tuple(np.array([float(t) for t in row]) for row in extra["spike_times_ms"])
        values = np.frombuffer(raw, dtype="<i2", count=total, offset=_HEADER * _BLOCK).astype(float)
        scales, middles = struct.unpack_from("<16f", raw, 922), struct.unpack_from("<16f", raw, 986)
        names, n = channel_names(setup), setup.recording.samples
        if total != sweeps * n * len(names) or len(times) != sweeps:
            raise damaged
    except (struct.error, ValueError, KeyError, TypeError):
        raise damaged from None
    table = values.reshape(sweeps, n, len(names))
    data = {name: table[:, :, i] / (_STEPS * scales[i]) + middles[i] for i, name in enumerate(names)}
    data["refractory"] = data["refractory"] > 0.5
    return Recording(setup, setup.recording.time_ms, data, times)
