"""What the oscilloscope shows: roll, auto, normal, single; trigger on the sweep's start or on a channel's edge.

No Qt here. `Acquisition.update` is called once a frame with the ring; it tells which samples to draw and where time
zero is, to a fraction of a sample, so that a triggered event does not jitter.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from lifbench.engine.trace_ring import TraceRing

__all__ = ["DIVISIONS", "MODES", "SEQUENCE", "Acquisition", "Shown", "next_in_sequence"]

DIVISIONS = 10
MODES = ("roll", "auto", "normal")
SEQUENCE = tuple(m * 10.0**e for e in range(-2, 5) for m in (1.0, 2.0, 5.0))
_PATIENCE = 0.4  # s of wall time without a trigger after which auto rolls


def next_in_sequence(value: float, steps: int) -> float:
    """``steps`` further in 1-2-5."""
    at = int(np.argmin(np.abs(np.log(np.array(SEQUENCE)) - np.log(value))))
    return SEQUENCE[min(max(at + steps, 0), len(SEQUENCE) - 1)]


@dataclass(frozen=True)
class Shown:
    """``zero`` is the (fractional) sample at time 0; samples ``first`` … ``last``−1 are to be drawn."""

    zero: float
    first: int
    last: int


class Acquisition:
    """The trigger's state machine.

    Attributes
    ----------
    time_div : float
        ms per division; the screen has `DIVISIONS`.
    mode : "roll", "auto" or "normal"
    source : "sweep" or a channel name
    rising : bool
    level : float
        In the channel's unit.
    pre : float
        Share of the screen before the trigger.
    keep : int
        How many triggered screens are shown, the present one among them.
    average : bool
        Whether the mean of the complete ones is drawn.
    """

    def __init__(self) -> None:
        self.time_div = 50.0
        self.mode = "auto"
        self.average = False
        self.source = "sweep"
        self.rising = True
        self.level = -55.0
        self.pre = 0.0
        self.keep = 2
        self.armed_single = False
        self._forced = False
        self._trigger: float | None = None
        self._scanned = 0
        self._pending: deque[tuple[int, int]] = deque(maxlen=256)  # (sample, sweep) of sweep starts not yet used
        self._quiet = 0.0
        self.earlier: deque[tuple[float, int]] = deque(maxlen=64)  # (zero, sweep) of screens before this one
        self.sweep = 0

    # ---- hands

    def force(self) -> None:
        """Trigger now, whatever the signal does."""
        self._forced = True

    def arm_single(self) -> None:
        """Forget the last trigger and wait for one."""
        self.armed_single = True
        self._trigger = None
        self._quiet = 0.0

    def clear(self) -> None:
        """Forget earlier screens."""
        self.earlier.clear()

    def reset(self, ring: TraceRing) -> None:
        """Another ring: what was triggered there is gone."""
        self._trigger = None
        self._scanned = ring.start
        self.earlier.clear()

    # ---- state

    def state(self, running: bool) -> str:
        """In words: Stopped, Roll, Armed, Triggered."""
        if not running:
            return "Stopped"
        if self.mode == "roll":
            return "Roll"
        if self._trigger is None:
            return "Armed" if self.mode == "normal" or self.armed_single or self._quiet < _PATIENCE else "Roll (auto)"
        return "Triggered"

    def span(self, ring: TraceRing) -> float:
        """Samples across the screen."""
        return DIVISIONS * self.time_div / ring.sample_interval_ms

    def update(self, ring: TraceRing, sweep_starts: list[tuple[int, int]], wall_dt: float) -> Shown:
        """Take what came since the last frame and say what to draw.

        Parameters
        ----------
        sweep_starts : list of (sample, sweep)
        wall_dt : float
            s since the last frame (0 when stopped).
        """
        self._pending.extend(sweep_starts)
        span = self.span(ring)
        if self.mode == "roll":
            self._trigger = None
            self._scanned = ring.total
            return self._rolling(ring, span)
        self._look(ring, span)
        if self._trigger is None:
            self._quiet += wall_dt
            if self.mode == "auto" and not self.armed_single and self._quiet >= _PATIENCE:
                return self._rolling(ring, span)
            return Shown(float(ring.total), ring.total, ring.total)
        first = self._trigger - self.pre * span
        return Shown(self._trigger, int(np.floor(first)), min(ring.total, int(np.ceil(first + span)) + 1))

    def _rolling(self, ring: TraceRing, span: float) -> Shown:
        return Shown(float(ring.total), int(ring.total - span) - 1, ring.total)

    def complete(self, ring: TraceRing) -> bool:
        """Whether the triggered screen is filled to its right edge."""
        return self._trigger is not None and ring.total >= self._trigger + (1.0 - self.pre) * self.span(ring)

    def _look(self, ring: TraceRing, span: float) -> None:
        """Take the next trigger, if the present screen is full."""
        if self._trigger is not None and (self.armed_single or not self.complete(ring)) and not self._forced:
            return
        ready = self._scanned if self._trigger is None else max(self._scanned, int(self._trigger + (1.0 - self.pre) * span))
        found, sweep = self._find(ring, max(ready, ring.first))
        if found is None and self._trigger is not None and self.mode == "auto":
            late = ring.total - (self._trigger + (1.0 - self.pre) * span)
            if late > max(span, 0.0) and not self.armed_single:
                self._trigger = None  # nothing more comes: auto goes back to rolling
        if self._forced:
            found = float(ring.total)
            self._forced = False
        if found is None:
            return
        if self._trigger is not None:
            self.earlier.append((self._trigger, self.sweep))
        self._trigger = found
        self.sweep = self.sweep if sweep is None else sweep
        self._scanned = int(found) + 1
        self._quiet = 0.0

    def _find(self, ring: TraceRing, ready: int) -> tuple[float | None, int | None]:
        if self.source == "sweep":
            newest = None
            while self._pending and self._pending[0][0] <= ring.total:
                sample, sweep = self._pending[0]
                if newest is not None and sample + (1.0 - self.pre) * self.span(ring) > ring.total:
                    break
                self._pending.popleft()
                if sample >= ready:
                    newest = (sample, sweep)
                    if self._trigger is None:
                        break
            self._scanned = max(self._scanned, ready)
            return (None, None) if newest is None else (float(newest[0]), newest[1])
        if self.source not in ring.channels or ring.total - ready < 2:
            return None, None
        # far behind (high speed): the latest stretch is enough
        first, values = ring.read(self.source, max(ready - 1, int(ring.total - 3 * self.span(ring)) - 2), ring.total)
        above = values >= self.level
        hits = np.flatnonzero(above[1:] & ~above[:-1]) if self.rising else np.flatnonzero(~above[1:] & above[:-1])
        self._scanned = ring.total
        if not hits.size:
            return None, None
        k = int(hits[0])
        a, b = float(values[k]), float(values[k + 1])
        self._scanned = first + k + 2
        return first + k + (self.level - a) / (b - a), None
