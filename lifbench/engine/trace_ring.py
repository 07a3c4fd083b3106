"""The last minutes of the live trace, in bounded memory, with a min/max pyramid so that any stretch draws cheaply.

One thread writes, any thread reads copies. Buckets are fixed in sample index (not in screen position), so a trace
that scrolls keeps its shape. float32: 4 µV in 100 mV, far below a pixel; exact numbers come from an offline run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["TraceRing"]

_FACTOR = 16
_LEVELS = 3
_COARSE = _FACTOR**_LEVELS

Singles = NDArray[np.float32]


class TraceRing:
    """Ring of samples, counted from the start of the program.

    Parameters
    ----------
    channels : sequence of str
        Names, as the CSV columns.
    sample_interval_ms : float
    start : int
        Count of the first sample that will be written.
    seconds, megabytes : float
        The history wanted, and the bound on its memory; the smaller decides.
    """

    def __init__(
        self, channels: Sequence[str], sample_interval_ms: float, start: int = 0, seconds: float = 660.0, megabytes: float = 256.0
    ) -> None:
        self.channels = tuple(channels)
        self.sample_interval_ms = sample_interval_ms
        self._row = {name: i for i, name in enumerate(self.channels)}
        room = megabytes * 1e6 / (4.0 * len(self.channels) * (1.0 + 2.0 / (_FACTOR - 1)))
        wanted = min(seconds * 1000.0 / sample_interval_ms, room)
        self.capacity: int = max(4, int(wanted) // _COARSE) * _COARSE
        # zeros, not empty: the pages are only taken when first written
        self._data = np.zeros((len(self.channels), self.capacity), dtype=np.float32)
        sizes = [self.capacity // _FACTOR ** (level + 1) for level in range(_LEVELS)]
        self._low = [np.zeros((len(self.channels), size), dtype=np.float32) for size in sizes]
        self._high = [np.zeros((len(self.channels), size), dtype=np.float32) for size in sizes]
        self.start: int = start
        self.total: int = start

    @property
    def first(self) -> int:
        """Count of the oldest sample still whole (a margin is kept free for the writer)."""
        oldest: int = self.total - self.capacity + 2 * _COARSE
        return max(self.start, oldest)

    def append(self, columns: Mapping[str, NDArray[np.generic]]) -> None:
        """Write samples of every channel, (n,) each; the writer's thread only."""
        count = len(next(iter(columns.values())))
        if count and self.total == self.start:
            self._begin(columns)
        done = 0
        while done < count:  # at most a coarse bucket at a time, within the margin that readers leave
            at = self.total % self.capacity
            part = min(count - done, _COARSE - at % _COARSE)
            for name, row in self._row.items():
                self._data[row, at : at + part] = columns[name][done : done + part]
            self._summarise(at, at + part)
            self.total += part
            done += part

    def _begin(self, columns: Mapping[str, NDArray[np.generic]]) -> None:
        """What lies before the start in its coarse bucket is like the first sample, not zero: a bucket knows only whole ones."""
        at = self.start % self.capacity
        before = at - at % _COARSE
        if before < at:
            for name, row in self._row.items():
                self._data[row, before:at] = columns[name][0]
            self._summarise(before, at)

    def _summarise(self, first: int, last: int) -> None:
        low, high = self._data, self._data
        for level in range(_LEVELS):
            a, b = first // _FACTOR, (last - 1) // _FACTOR + 1
            size = last - a * _FACTOR
            lower, upper = low[:, a * _FACTOR : last], high[:, a * _FACTOR : last]
            if size % _FACTOR:
                edges = np.arange(0, size, _FACTOR)
                self._low[level][:, a:b] = np.minimum.reduceat(lower, edges, axis=1)
                self._high[level][:, a:b] = np.maximum.reduceat(upper, edges, axis=1)
            else:
                shape = (len(self.channels), b - a, _FACTOR)
                self._low[level][:, a:b] = lower.reshape(shape).min(axis=2)
                self._high[level][:, a:b] = upper.reshape(shape).max(axis=2)
            low, high, first, last = self._low[level], self._high[level], a, b

    def read(self, channel: str, first: int, last: int) -> tuple[int, Singles]:
        """(count of the first sample given, copy) of what is held of first ≤ sample < last."""
        first, last = max(first, self.first), min(last, self.total)
        if last <= first:
            return first, np.empty(0, dtype=np.float32)
        return first, self._copy(self._data[self._row[channel]], first, last)

    def _copy(self, ring: Singles, first: int, last: int) -> Singles:
        size = ring.size
        a, n = first % size, last - first
        if a + n <= size:
            return ring[a : a + n].copy()
        return np.concatenate([ring[a:], ring[: a + n - size]])

    def window(self, channel: str, first: int, last: int, columns: int) -> tuple[NDArray[np.float64], Singles, Singles]:
        """(sample counts, minima, maxima) of buckets over first ≤ sample < last, between one and two a column.

        Buckets are 2^k samples long and begin at multiples of their length: the same samples always share one.
        """
        first, last = max(first, self.first), min(last, self.total)
        empty = np.empty(0, dtype=np.float32)
        if last <= first:
            return np.empty(0), empty, empty
        bucket = 1 << max(0, int(np.floor(np.log2(max(1.0, (last - first) / max(1, columns))))))
        if bucket == 1:
            _, values = self.read(channel, first, last)
            return np.arange(first, first + values.size, dtype=float), values, values
        level, unit = -1, 1
        while level + 1 < _LEVELS and unit * _FACTOR <= bucket:
            level, unit = level + 1, unit * _FACTOR
        row = self._row[channel]
        low = self._data[row] if level < 0 else self._low[level][row]
        high = self._data[row] if level < 0 else self._high[level][row]
        group = bucket // unit
        a = first // bucket * group
        b = (last + unit - 1) // unit
        lows, highs = self._copy(low, a, b), self._copy(high, a, b)
        edges = np.arange(0, b - a, group)
        lows, highs = np.minimum.reduceat(lows, edges), np.maximum.reduceat(highs, edges)
        centres = np.asarray((first // bucket + np.arange(edges.size) + 0.5) * bucket, dtype=np.float64)
        return centres, lows.astype(np.float32), highs.astype(np.float32)
