"""The engine: one plain thread that runs the model at the pace of the wall clock, times the speed.

It owns the integrator. Frozen commands come in by a queue and take effect at the next block; frozen messages go out
by another; samples go to the trace ring. It sleeps on the command queue until its next deadline, never spins, and
drops a backlog that it cannot work off rather than fall behind for ever.
"""

from __future__ import annotations

import dataclasses
import logging
import math
import time
import traceback
from collections import deque
from collections.abc import Callable, Generator
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

from lifbench.engine.messages import (
    SLOPE,
    CancelJob,
    Command,
    EngineError,
    JobDone,
    JobProgress,
    Kick,
    Message,
    NewSetup,
    Pause,
    Pulse,
    Restart,
    Run,
    SetRepeat,
    SetSpeed,
    Single,
    SingleDone,
    Spikes,
    Status,
    StepOn,
    SubmitJob,
    SweepStart,
    instant,
)  # fmt: skip
from lifbench.engine.trace_ring import TraceRing
from lifbench.model.clamp import Clamp
from lifbench.model.integrator import Integrator, channel_names
from lifbench.model.setup import Setup
from lifbench.quantities import LifbenchError

__all__ = ["Engine", "LiveCell"]

_PERIOD = 0.006  # s between blocks: an edit is answered well within two frames
_BACKLOG = 0.1  # s of wall time: what is later than this is dropped
_BLOCK = 20_000  # samples at a time: a few ms of work, so that commands never wait long
_JOB_SLICE = 0.004  # s of a job between two live blocks

_log = logging.getLogger(__name__)


class LiveCell:
    """The cell on the bench, without thread or clock: sweeps in a row, state carried on. Used by the engine's thread only.

    Parameters
    ----------
    setup : Setup
    post : callable
        Takes the messages.
    """

    def __init__(self, setup: Setup, post: Callable[[Message], None]) -> None:
        self.setup = setup
        self.version = 0
        self.refused: tuple[Setup, int] | None = None
        self.repeat = True
        self.repeat_interval = 0.0  # ms from the beginning of a sweep to that of the next
        self._pausing = False  # between two sweeps
        self.single = False
        self._single_over = False
        self._post = post
        self._resting = False  # the protocol is over and not repeated: the holding current alone
        self._integrator = Integrator(setup)
        self.sweep = 0
        self.ring = self._new_ring(0)
        self._recent: deque[float] = deque(maxlen=6)  # spikes of this sweep
        self._rate_before = 0.0
        self.spike_count = 0
        self._post(SweepStart(0, 0))

    @property
    def interval(self) -> float:
        return self.setup.recording.sample_interval

    @property
    def sweep_samples(self) -> int:
        return max(1, round(self.setup.recording.duration / self.interval))

    def _new_ring(self, start: int) -> TraceRing:
        return TraceRing((*channel_names(self.setup), SLOPE), self.interval, start)

    def change(self, setup: Setup, version: int) -> None:
        """A new setup, from the next sample on.

        Raises LifbenchError if the cell cannot be followed with it; the old one then stays, and `retry` tries again.
        """
        self.refused = (setup, version)
        old, self.setup, old_sweep = self.setup, setup, self.sweep
        try:
            self._take(setup)
        except LifbenchError:
            self.setup, self.sweep = old, old_sweep
            raise
        self.refused, self.version = None, version
        channels_differ = channel_names(old) != channel_names(setup)
        if old.recording.sample_interval != setup.recording.sample_interval:
            live = self.ring.total * old.recording.sample_interval
            self.ring = self._new_ring(math.ceil(live / self.interval))
        elif channels_differ:
            self.ring = self._new_ring(self.ring.total)

    def retry(self) -> None:
        """Try a refused setup again, if there is one. Raises LifbenchError."""
        if self.refused is not None:
            self.change(*self.refused)

    def _take(self, setup: Setup) -> None:
        self.sweep = min(self.sweep, setup.recording.sweeps - 1)
        if self._integrator.sweep >= setup.recording.sweeps:
            self._integrator.begin_sweep(self.sweep, self._effective())
        else:
            self._integrator.change(self._effective())

    def _effective(self) -> Setup:
        if self._resting or self._pausing:
            return dataclasses.replace(self.setup, clamp=Clamp(self.setup.clamp.holding_current))
        return self.setup

    def begin(self, sweep: int) -> None:
        """A sweep from V(0), conductances closed."""
        self._resting = self._pausing = self._single_over = False
        self.sweep = sweep % self.setup.recording.sweeps
        self._integrator = Integrator(self.setup, self.sweep)
        self._forget_spikes()
        self._post(SweepStart(self.sweep, self.ring.total))

    def begin_single(self) -> None:
        """The sweep that comes next, alone: the first, or the one after a single sweep that is over."""
        self.begin(self.sweep + 1 if self._single_over else self.sweep)
        self.single, self._single_over = True, False

    def pulse(self, amplitude_pA: float, width_ms: float) -> None:
        self._integrator.add_pulse(amplitude_pA, width_ms)

    def kick(self, V_mV: float) -> None:
        self._integrator.kick(V_mV)

    def advance(self, count: int) -> bool:
        """``count`` more samples; False if a single sweep ended before."""
        while count > 0:
            part = min(count, self._stretch - self._integrator.position, _BLOCK)
            if part > 0:
                began = self.ring.total * self.interval
                start_time = self._integrator.position * self.interval
                block = self._integrator.advance(part)
                slope = block.columns["I_C_pA"] / self.setup.cell.membrane_capacitance
                if block.spike_times_ms.size:  # told before their samples can be seen
                    times = began + (block.spike_times_ms - start_time)
                    self._recent.extend(times.tolist()[-6:])
                    self.spike_count += times.size
                    self._post(Spikes(times))
                self.ring.append({**block.columns, SLOPE: slope})
                count -= part
            if self._integrator.position >= self._stretch:
                if self.single:
                    self.single, self._single_over = False, True
                    return False
                self._next_sweep()
        return True

    @property
    def _pause_samples(self) -> int:
        return 0 if self._resting else max(0, round(self.repeat_interval / self.interval) - self.sweep_samples)

    @property
    def _stretch(self) -> int:
        """Samples of the sweep, or of the pause after it."""
        return self._pause_samples if self._pausing else self.sweep_samples

    def _next_sweep(self) -> None:
        if not self._pausing and self._pause_samples:
            self._pausing = True
            self._integrator.begin_sweep(self.sweep, self._effective())
            return
        self._pausing = False
        following = self.sweep + 1
        if following >= self.setup.recording.sweeps:
            following = 0
            self._resting = not self.repeat
        self.sweep = following
        self._integrator.begin_sweep(following, self._effective())
        self._forget_spikes()
        self._post(SweepStart(following, self.ring.total))

    def set_repeat(self, repeat: bool) -> None:
        self.repeat = repeat
        if repeat and self._resting:
            self.begin(0)

    def _mean_interval(self) -> float:
        """Of the last spikes of this sweep, ms; 0 where there are too few, or nothing between them."""
        recent = self._recent
        return (recent[-1] - recent[0]) / (len(recent) - 1) if len(recent) > 1 else 0.0

    def _forget_spikes(self) -> None:
        """Another sweep: an interval across the gap tells nothing."""
        mean = self._mean_interval()
        self._rate_before = 1000.0 / mean if mean > 0 else 0.0
        self._recent.clear()

    def _rate(self, now: float) -> float:
        """From the last intervals of this sweep; before its second spike, the rate at which the last sweep ended."""
        if len(self._recent) < 2:
            return self._rate_before
        mean = self._mean_interval()
        return 0.0 if mean <= 0 or now - self._recent[-1] > 3.0 * mean else 1000.0 / mean

    def status(self, running: bool, speed: float, ratio: float) -> Status:
        """The instant the cell is at."""
        time_ms = self.ring.total * self.interval
        in_sweep = self._integrator.position + (self.sweep_samples if self._pausing else 0)
        return Status(
            running=running, sample=self.ring.total, time_ms=time_ms, sample_interval_ms=self.interval,
            sweep=self.sweep, sweeps=self.setup.recording.sweeps, sweep_time_ms=in_sweep * self.interval,
            speed=speed, ratio=ratio, setup_version=self.version,
            **instant(self.setup, self._integrator.peek()), refractory_left_ms=self._integrator.refractory_left_ms, spike_count=self.spike_count, rate_hz=self._rate(time_ms),
        )  # fmt: skip


class Engine:
    """The thread, its pace and its queues.

    Parameters
    ----------
    setup : Setup
    clock : callable
        Wall time in s; a test may hand in its own.
    """

    def __init__(self, setup: Setup, clock: Callable[[], float] = time.perf_counter) -> None:
        self._commands: SimpleQueue[Command | None] = SimpleQueue()
        self._messages: SimpleQueue[Message] = SimpleQueue()
        self._clock = clock
        self._cell = LiveCell(setup, self._messages.put)
        self._running = False
        self._speed = 1.0
        self._credit = 0.0  # samples that are due and not yet made
        self._last = 0.0
        self._pace: deque[tuple[float, float]] = deque(maxlen=120)  # (wall s, simulated ms)
        self._simulated = 0.0
        self._jobs: dict[int, Generator[tuple[int, int], None, Any]] = {}
        self._stopping = False
        self._thread = Thread(target=self._loop, name="lifbench-engine", daemon=True)

    # ---- any thread

    @property
    def ring(self) -> TraceRing:
        """The ring now written to; another one after a change of channels or sample interval."""
        return self._cell.ring

    def start(self) -> None:
        self._thread.start()

    def send(self, command: Command) -> None:
        self._commands.put(command)

    def poll(self) -> list[Message]:
        """All messages since the last poll."""
        out = []
        while True:
            try:
                out.append(self._messages.get_nowait())
            except Empty:
                return out

    def stop(self, timeout: float = 5.0) -> bool:
        """End the thread; whether it ended in time."""
        self._stopping = True
        self._commands.put(None)
        if self._thread.ident is not None:
            self._thread.join(timeout)
        return not self._thread.is_alive()

    # ---- the thread

    def _loop(self) -> None:
        self._last = self._clock()
        while not self._stopping:
            try:
                self.turn()
                self._wait()
            except LifbenchError as error:
                self._halt(f"The model stopped: {error.message}. The setup is kept; change it and press Run.", "")
            except Exception as error:
                _log.exception("in the engine")
                self._halt(
                    f"The engine met an error it did not expect ({error}). The setup is kept; press Run to go on.",
                    traceback.format_exc(),
                )

    def _halt(self, text: str, details: str) -> None:
        self._running = False
        self._messages.put(EngineError(text, details))

    def _wait(self) -> None:
        """Sleep until the next block is due, or a command comes."""
        busy = self._running or self._jobs
        left = self._last + _PERIOD - self._clock() if busy else 0.25
        if left <= 0:
            return
        try:
            command = self._commands.get(timeout=left)
        except Empty:
            return
        if command is not None:
            self._guarded(command)

    def turn(self) -> None:
        """One round: commands, the samples due, a slice of the jobs, a status."""
        while True:
            try:
                command = self._commands.get_nowait()
            except Empty:
                break
            if command is not None:
                self._guarded(command)
        now = self._clock()
        passed, self._last = now - self._last, now
        if self._running:
            interval = self._cell.interval
            due = passed * 1000.0 * self._speed / interval
            self._credit = min(self._credit + due, _BACKLOG * 1000.0 * self._speed / interval + 1.0)
            count = int(self._credit)
            self._credit -= count
            before = self._cell.ring.total
            if count and not self._cell.advance(count):
                self._running = False
                self._messages.put(SingleDone())
            self._simulated += (self._cell.ring.total - before) * interval
            self._pace.append((now, self._simulated))
            self._messages.put(self._status())
        self._work()

    def _guarded(self, command: Command) -> None:
        try:
            self._obey(command)
        except LifbenchError as error:
            self._halt(f"That could not be done: {error.message}.", "")
        try:
            self._messages.put(self._status())
        except LifbenchError as error:
            self._halt(f"The model stopped: {error.message}. The setup is kept; change it and press Run.", "")

    def _obey(self, command: Command) -> None:
        cell = self._cell
        match command:
            case Run():
                self._go()
            case Pause():
                self._running = False
                cell.single = False
            case Single():
                cell.begin_single()
                self._go()
            case StepOn(samples):
                self._running = False
                cell.retry()
                cell.advance(min(max(samples, 1), _BLOCK))
            case Restart():
                cell.begin(0)
            case NewSetup(setup, version):
                cell.change(setup, version)
            case SetSpeed(speed):
                self._speed = min(100.0, max(0.01, speed))
                self._pace.clear()
            case SetRepeat(repeat, interval_ms):
                cell.repeat_interval = interval_ms
                cell.set_repeat(repeat)
            case Pulse(amplitude_pA, width_ms):
                cell.pulse(amplitude_pA, width_ms)
            case Kick(V_mV):
                cell.kick(V_mV)
            case SubmitJob(job_id, job):
                self._jobs[job_id] = job()
            case CancelJob(job_id):
                running = self._jobs.pop(job_id, None)
                if running is not None:
                    running.close()
                    self._messages.put(JobDone(job_id, cancelled=True))

    def _go(self) -> None:
        self._cell.retry()
        if not self._running:
            self._running = True
            self._credit = 0.0
            self._last = self._clock()
            self._pace.clear()

    def _status(self) -> Status:
        ratio = 0.0
        if len(self._pace) > 1:
            (wall0, sim0), (wall1, sim1) = self._pace[0], self._pace[-1]
            ratio = (sim1 - sim0) / (1000.0 * (wall1 - wall0)) if wall1 > wall0 else 0.0
        return self._cell.status(self._running, self._speed, ratio)

    def _work(self) -> None:
        """A slice of each job; a job that fails says so in one sentence and ends."""
        for job_id, job in list(self._jobs.items()):
            until = self._clock() + _JOB_SLICE
            try:
                while True:
                    done, total = next(job)
                    if self._clock() >= until or self._stopping:
                        self._messages.put(JobProgress(job_id, done, total))
                        break
            except StopIteration as end:
                self._finish(JobDone(job_id, end.value))
            except LifbenchError as error:
                self._finish(JobDone(job_id, error=str(error)))
            except Exception as error:
                _log.exception("in a protocol")
                self._finish(JobDone(job_id, error=f"the protocol met an error it did not expect: {error}"))

    def _finish(self, message: JobDone) -> None:
        self._jobs.pop(message.job_id, None)
        self._messages.put(message)
