"""One 60 Hz timer: drains the engine's messages and hands each panel one Frame. No signal per block."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from PySide6.QtCore import QObject, Qt, QTimer, Signal

from lifbench.engine.messages import EngineError, SingleDone, Spikes, Status, SweepStart
from lifbench.gui.bench import Bench

__all__ = ["Frame", "FrameClock"]

_HZ = 60


@dataclass
class Frame:
    """What came since the last frame. ``spikes`` are live times, ms; ``wall_dt`` s."""

    status: Status | None
    spikes: np.ndarray = field(default_factory=lambda: np.empty(0))
    sweep_starts: list[SweepStart] = field(default_factory=list)
    wall_dt: float = 0.0


class _Panel(Protocol):
    def on_frame(self, frame: Frame) -> None: ...


class FrameClock(QObject):
    """``failed`` carries an EngineError for the window to show."""

    failed = Signal(object)
    ticked = Signal(object)

    def __init__(self, bench: Bench, panels: Sequence[_Panel], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bench, self._panels = bench, panels
        self._last = time.perf_counter()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(1000 // _HZ)
        self._timer.timeout.connect(self.tick)

    def start(self) -> None:
        self._last = time.perf_counter()
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def tick(self) -> None:
        """One frame."""
        now = time.perf_counter()
        frame = Frame(self._bench.status, wall_dt=min(now - self._last, 0.25))
        self._last = now
        spikes = []
        for message in self._bench.engine.poll():
            match message:
                case Status():
                    frame.status = message
                    self._bench.receive(message)
                case Spikes(times):
                    spikes.append(times)
                case SweepStart():
                    frame.sweep_starts.append(message)
                case SingleDone():
                    self._bench.engine_stopped()
                case EngineError():
                    self._bench.engine_stopped()
                    self.failed.emit(message)
                case _:
                    self._bench.receive(message)
        if spikes:
            frame.spikes = np.concatenate(spikes)
        for panel in self._panels:
            panel.on_frame(frame)
        self.ticked.emit(frame)
