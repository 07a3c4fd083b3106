"""What the oscilloscope shows: roll, auto, normal, single; trigger on the sweep's start or on a channel's edge.

No Qt here. `Acquisition.update` is called once a frame with the ring; it tells which samples to draw and where time
zero is, to a fraction of a sample, so that a triggered event does not jitter.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

import numpy as np

from lifbench.engine.trace_ring import TraceRing
from lifbench.gui.scope.scales import next_in_sequence

__all__ = ["DIVISIONS", "MODES", "Acquisition", "Screen", "Shown"]

DIVISIONS = 10
MODES = ("roll", "auto", "normal")
_PATIENCE = 0.4  # s of wall time without a trigger after which auto rolls
_BETWEEN_SWEEPS = 3.0  # the same where sweeps are waited for, which may begin seldom


@dataclass(frozen=True)
class Shown:
    """``zero`` is the (fractional) sample at time 0; samples ``first`` … ``last``−1 are to be drawn."""

    zero: float
    first: int
    last: int


@dataclass(frozen=True)
class Screen:
    """A triggered screen: its time zero and its end (samples of the ring; the end is infinite where nothing cuts it), its sweep."""

    zero: float
    sweep: int
    end: float = math.inf


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
        self._scanned = self._seen = 0
        self._span = 0.0  # samples across the screen at the last update
        self._pending: deque[tuple[int, int]] = deque(maxlen=256)  # (sample, sweep) of sweep starts not yet used
        self._held: Shown | None = None  # what was shown last
        self._quiet = self._waiting = 0.0  # s of wall time without a trigger; since the present screen was full
        self.earlier: deque[Screen] = deque(maxlen=64)  # before the present one
        self.sweep = 0

    # ---- hands

    def force(self) -> None:
        """Trigger now, whatever the signal does."""
        self._forced = True

    def arm_single(self, on: bool = True) -> None:
        """Forget the last trigger and wait for one, which is then held; or go on as the mode says."""
        self.armed_single = on
        self._quiet = 0.0
        if on:
            self._trigger = None
            self._pending.clear()
            self._scanned = max(self._scanned, self._seen)

    def clear(self) -> None:
        """Forget earlier screens."""
        self.earlier.clear()

    def reset(self, ring: TraceRing) -> None:
        """Another ring: what was triggered there is gone."""
        self._trigger = self._held = None
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
        # the last screen is held, and the next is waited for
        return "Armed" if self._waiting > _PATIENCE and not self.armed_single else "Triggered"

    @property
    def left(self) -> float:
        """Where the screen begins, ms from time zero."""
        return -DIVISIONS * self.time_div * (1.0 if self.mode == "roll" else self.pre)

    def watch(self, source: str, rising: bool, level: float) -> None:
        """Trigger on the sweep's start ("sweep") or where a channel passes ``level`` upwards or downwards."""
        if self.earlier and self._held is not None and self._held.last < self._held.zero + 0.9 * (1.0 - self.pre) * self._span:
            whole = self.earlier[-1]  # of a screen that had just begun, little would be left to look at until the next
            first = math.floor(whole.zero - self.pre * self._span)
            self._held = Shown(whole.zero, first, int(min(first + self._span, whole.end)))
        self.source, self.rising, self.level = source, rising, level
        self._trigger = None
        self._quiet = 0.0
        self._scanned = max(self._scanned, self._seen)
        self.clear()

    def step_time(self, steps: int) -> None:
        """More or less time per division, 1-2-5."""
        self.time_div = min(100_000.0, max(0.1, next_in_sequence(self.time_div, steps)))

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
        self._seen = ring.total
        self._span = span = self.span(ring)
        shown = self._find(ring, span, wall_dt)
        self._held = shown if shown.last > shown.first else None
        return shown

    def _find(self, ring: TraceRing, span: float, wall_dt: float) -> Shown:
        if self.mode == "roll":
            self._trigger = None
            self._scanned = ring.total
            return self._rolling(ring, span)
        if wall_dt > 0.0 or self._trigger is None or self._forced:  # what stands still is not exchanged for another screen
            self._look(ring, span)
        if self._trigger is None:
            self._quiet += wall_dt
            stands = wall_dt == 0.0  # nothing more comes: better the last stretch than an empty screen
            if stands or (self.mode == "auto" and not self.armed_single and self._quiet >= _PATIENCE):
                return self._rolling(ring, span)
            if self._held is not None and not self.armed_single:
                return self._held  # the last screen, until the next comes
            return Shown(float(ring.total), ring.total, ring.total)
        self._waiting = self._waiting + wall_dt if self.complete(ring) else 0.0
        first = self._trigger - self.pre * span
        last = min(ring.total, int(np.ceil(first + span)) + 1)
        if self.source == "sweep" and self._pending:
            last = min(last, self._pending[0][0])
        return Shown(self._trigger, int(np.floor(first)), last)

    def _rolling(self, ring: TraceRing, span: float) -> Shown:
        return Shown(float(ring.total), int(ring.total - span) - 1, ring.total)

    def complete(self, ring: TraceRing) -> bool:
        """Whether the triggered screen is filled to its right edge."""
        return self._trigger is not None and ring.total >= self._trigger + (1.0 - self.pre) * self.span(ring)

    def _look(self, ring: TraceRing, span: float) -> None:
        """Take the next trigger, if there is one to take."""
        if self._forced:
            self._forced = False
            self._take(float(ring.total), self.sweep)
        elif self.armed_single and self._trigger is not None:
            return
        elif self.source == "sweep":
            self._take_sweeps(ring)
        elif self._trigger is None or self.complete(ring):
            self._take_edge(ring, span)
        late = 0.0 if self._trigger is None else ring.total - (self._trigger + (1.0 - self.pre) * span)
        patience = _BETWEEN_SWEEPS if self.source == "sweep" else _PATIENCE
        if late > span and self._waiting > patience and self.mode == "auto" and not self.armed_single:
            self._trigger = None  # nothing more comes: auto goes back to rolling
            self._quiet = patience

    def _take(self, zero: float, sweep: int) -> None:
        if self._trigger is not None and self._trigger < zero:  # a sweep begun anew at once has left nothing
            self.earlier.append(Screen(self._trigger, self.sweep, self._until(zero)))
        self._trigger, self.sweep = zero, sweep
        self._scanned = int(zero) + 1
        self._quiet = self._waiting = 0.0

    def _until(self, following: float) -> float:
        """Where a screen ends for good: a sweep ends where the next begins."""
        return following if self.source == "sweep" else math.inf

    def _take_sweeps(self, ring: TraceRing) -> None:
        """Every sweep begins a new screen. At high speed the last of several is left for the next frame: a whole one is shown."""
        started = sum(1 for sample, _ in self._pending if sample <= ring.total)
        for _ in range(started if started < 2 or self.armed_single else started - 1):
            sample, sweep = self._pending.popleft()
            if sample >= ring.first:
                self._take(float(sample), sweep)
                if self.armed_single:
                    return

    def _take_edge(self, ring: TraceRing, span: float) -> None:
        ready = self._scanned if self._trigger is None else max(self._scanned, int(self._trigger + (1.0 - self.pre) * span))
        ready = max(ready, ring.first)
        if self.source not in ring.channels or ring.total - ready < 2:
            return
        # far behind (high speed): the latest stretch is enough
        first, values = ring.read(self.source, max(ready - 1, int(ring.total - 3 * span) - 2), ring.total)
        above = values >= self.level
        hits = np.flatnonzero(above[1:] & ~above[:-1]) if self.rising else np.flatnonzero(~above[1:] & above[:-1])
        self._scanned = ring.total
        if hits.size:
            k = int(hits[0])
            a, b = float(values[k]), float(values[k + 1])
            self._take(first + k + (self.level - a) / (b - a), self.sweep)
