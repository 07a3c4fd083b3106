"""The bench: the current setup, and the one hub of signals between the panels and the engine.

Panels never know each other. A panel changes the setup through `Bench.change` (undoable, checked, takes effect at
the engine's next block) and hears of every change, its own included, through `Bench.setup_changed`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from lifbench.engine.messages import (
    CancelJob,
    Job,
    JobDone,
    JobProgress,
    Kick,
    NewSetup,
    Pause,
    Pulse,
    Restart,
    Run,
    SetRepeat,
    SetSpeed,
    Single,
    Status,
    StepOn,
    SubmitJob,
)  # fmt: skip
from lifbench.engine.runner import Engine
from lifbench.model.setup import Setup
from lifbench.quantities import LifbenchError

__all__ = ["Bench"]


class Bench(QObject):
    """State of the bench and its signals.

    Signals
    -------
    setup_changed(Setup, str)
        The new setup, and the dotted path that changed ("" when it is the whole).
    running_changed(bool), speed_changed(float), repeat_changed(bool)
        What the engine was told.
    single_armed(bool)
        A single sweep was asked for; or what comes is to run on.
    highlight_changed(str)
        Terms of the equation ("leak", "capacitive", "clamp", "synaptic", "synaptic.NAME", "spike"; several with spaces
        between, none "") that circuit, equation and trace light up together.
    selection_changed(str)
        The circuit part whose inspector is open ("circuit.capacitor"), or "".
    experiment_changed(str)
        Key of the experiment tab in front.
    instant_changed(object)
        A Status for the instant under the scope's cursor when stopped, or None: follow the engine.
    measured(object)
        A list of the scope's Measurements, for the notebook.
    refused(str)
        One sentence: why an edit was not taken.
    message(str)
        One sentence for the status line.
    """

    setup_changed = Signal(object, str)
    running_changed = Signal(bool)
    speed_changed = Signal(float)
    repeat_changed = Signal(bool)
    single_armed = Signal(bool)
    highlight_changed = Signal(str)
    selection_changed = Signal(str)
    experiment_changed = Signal(str)
    instant_changed = Signal(object)
    measured = Signal(object)
    refused = Signal(str)
    message = Signal(str)
    job_progress = Signal(int, int, int)
    job_done = Signal(object)

    def __init__(self, engine: Engine, setup: Setup, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.engine = engine
        self._stacks: dict[str, QUndoStack] = {}
        self._setup = setup
        self._version = 0
        self._running = False
        self._speed = 1.0
        self._repeat = True
        self._repeat_interval = 0.0
        self._jobs: dict[int, Callable[[JobDone], None]] = {}
        self._next_job = 1
        self.status: Status | None = None
        self.highlight = ""
        self.selection = ""
        self.experiment = ""

    # ---- the setup

    @property
    def setup(self) -> Setup:
        return self._setup

    @property
    def version(self) -> int:
        """Counts setups; a Status whose setup_version equals it already shows the latest edit."""
        return self._version

    def change(self, path: str, value: object, *, text: str = "", merge: bool = True) -> bool:
        """Change one parameter, undoably. False, with `refused` emitted, if the value has no meaning."""
        try:
            new = self._setup.replace(path, value)
        except LifbenchError as error:
            self.refused.emit(str(error))
            return False
        if new != self._setup:
            self.undo_stack.push(_Edit(self, new, path if merge else "", path, text or f"change {path}"))
        return True

    def set_setup(self, setup: Setup, *, text: str = "change the setup", path: str = "") -> None:
        """Replace the whole setup (a preset, a file, an added epoch), undoably."""
        if setup != self._setup:
            self.undo_stack.push(_Edit(self, setup, "", path, text))

    @property
    def undo_stack(self) -> QUndoStack:
        """The history of the tab in front; each tab keeps its own."""
        if self.experiment not in self._stacks:
            stack = QUndoStack(self)
            stack.setUndoLimit(2000)
            self._stacks[self.experiment] = stack
        return self._stacks[self.experiment]

    def enter(self, setup: Setup) -> None:
        """Another tab's setup, as it was left there: not an edit; the cell starts from V(0)."""
        self._apply(setup, "")
        self.engine.send(Restart())

    def _apply(self, setup: Setup, path: str) -> None:
        self._setup = setup
        self._version += 1
        self.engine.send(NewSetup(setup, self._version))
        self.setup_changed.emit(setup, path)

    # ---- the engine

    @property
    def running(self) -> bool:
        return self._running

    @property
    def speed(self) -> float:
        return self._speed

    @property
    def repeat(self) -> bool:
        return self._repeat

    def run(self) -> None:
        self.single_armed.emit(False)
        self.engine.send(Run())
        self._set_running(True)

    def pause(self) -> None:
        self.engine.send(Pause())
        self._set_running(False)

    def toggle(self) -> None:
        if self._running:
            self.pause()
        else:
            self.run()

    def single(self) -> None:
        """One sweep from its beginning, then stop."""
        self.single_armed.emit(True)
        self.engine.send(Single())
        self._set_running(True)

    def step_on(self, samples: int) -> None:
        """Stop, if it runs, and go on by so many samples."""
        self.engine.send(StepOn(samples))
        self._set_running(False)

    def restart(self) -> None:
        self.engine.send(Restart())

    def pulse(self, amplitude_pA: float, width_ms: float) -> None:
        """A step of extra command current, now; starts the bench if it stands."""
        self.engine.send(Pulse(amplitude_pA, width_ms))
        if not self._running:
            self.run()

    def kick(self, V_mV: float) -> None:
        self.engine.send(Kick(V_mV))

    def set_speed(self, speed: float) -> None:
        self._speed = min(100.0, max(0.01, speed))
        self.engine.send(SetSpeed(self._speed))
        self.speed_changed.emit(self._speed)

    @property
    def repeat_interval(self) -> float:
        """ms from the beginning of a sweep to that of the next; 0: at once."""
        return self._repeat_interval

    def set_repeat(self, repeat: bool, interval_ms: float | None = None) -> None:
        """Whether the protocol begins anew, and, if given, how far apart its sweeps begin."""
        self._repeat = repeat
        self._repeat_interval = self._repeat_interval if interval_ms is None else interval_ms
        self.engine.send(SetRepeat(repeat, self._repeat_interval))
        self.repeat_changed.emit(repeat)

    def _set_running(self, running: bool) -> None:
        if running != self._running:
            self._running = running
            self.running_changed.emit(running)

    # ---- jobs

    def submit(self, job: Job, done: Callable[[JobDone], None]) -> int:
        """Run a protocol in the engine; ``done`` is called in the GUI thread with the JobDone. Returns the job's id."""
        job_id = self._next_job
        self._next_job += 1
        self._jobs[job_id] = done
        self.engine.send(SubmitJob(job_id, job))
        return job_id

    def cancel(self, job_id: int) -> None:
        self.engine.send(CancelJob(job_id))

    # ---- linked highlighting and selection

    def set_highlight(self, term: str) -> None:
        if term != self.highlight:
            self.highlight = term
            self.highlight_changed.emit(term)

    def lights(self, term: str) -> bool:
        """Whether a term, or one below it, is among those that are lit."""
        return any(lit == term or lit.startswith(term + ".") for lit in self.highlight.split())

    def select(self, part: str) -> None:
        if part != self.selection:
            self.selection = part
            self.selection_changed.emit(part)

    def show_experiment(self, key: str) -> None:
        if key != self.experiment:
            self.experiment = key
            self.experiment_changed.emit(key)

    # ---- called by the frame clock

    def receive(self, message: Any) -> None:
        """Take one engine message (Status, JobProgress, JobDone) and tell the panels."""
        if isinstance(message, Status):
            self.status = message
        elif isinstance(message, JobProgress):
            self.job_progress.emit(message.job_id, message.done, message.total)
        elif isinstance(message, JobDone):
            done = self._jobs.pop(message.job_id, None)
            if done is not None:
                done(message)
            self.job_done.emit(message)

    def engine_stopped(self) -> None:
        """The engine ended its single sweep, or paused itself after an error."""
        self._set_running(False)


_ONE_HAND = 0.8  # s: edits of one parameter that follow each other faster are one movement


class _Edit(QUndoCommand):
    """One step of undo. Edits of one parameter in one movement (a slider being dragged) merge into one."""

    def __init__(self, bench: Bench, new: Setup, merge_key: str, path: str, text: str) -> None:
        super().__init__(text)
        self.bench, self.old, self.new, self.merge_key, self.path = bench, bench.setup, new, merge_key, path
        self.made = time.monotonic()

    def id(self) -> int:
        return 1 if self.merge_key else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, _Edit) or other.merge_key != self.merge_key or other.made - self.made > _ONE_HAND:
            return False
        self.new, self.made = other.new, other.made
        return True

    def redo(self) -> None:
        self.bench._apply(self.new, self.path)

    def undo(self) -> None:
        self.bench._apply(self.old, self.path)
