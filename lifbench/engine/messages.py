"""What crosses the thread: frozen commands in, frozen messages out. Nothing mutable, nothing of Qt."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lifbench.model.setup import Setup

__all__ = [
    "CancelJob", "Command", "EngineError", "Job", "JobDone", "JobProgress", "Kick", "Message", "NewSetup", "Pause", "Pulse", "Restart",
    "Run", "SLOPE", "SetRepeat", "SetSpeed", "Single", "SingleDone", "Spikes", "Status", "StepOn", "SubmitJob", "SweepStart", "instant",
]  # fmt: skip

SLOPE = "dVdt_mV/ms"  # the ring's channel for dV/dt: I_C/C with the C of that moment

# A job is a generator that yields (done, total) and returns its result; the engine runs it between live blocks.
Job = Callable[[], Generator[tuple[int, int], None, Any]]


# ---- commands: screen -> engine


@dataclass(frozen=True)
class Run:
    """Let simulated time flow."""


@dataclass(frozen=True)
class Pause:
    """Hold simulated time; nothing is lost."""


@dataclass(frozen=True)
class Single:
    """Run one sweep from its beginning, then pause."""


@dataclass(frozen=True)
class StepOn:
    """Stand still, but for ``samples`` more."""

    samples: int


@dataclass(frozen=True)
class Restart:
    """Begin sweep 0 from V(0), synapses closed. The trace goes on (live time never jumps back)."""


@dataclass(frozen=True)
class NewSetup:
    """Takes effect at the next block; state (V, conductances, place in the protocol) is kept where it can be."""

    setup: Setup
    version: int


@dataclass(frozen=True)
class SetSpeed:
    """Simulated ÷ wall time wanted, 0.01 to 100."""

    speed: float


@dataclass(frozen=True)
class SetRepeat:
    """Whether the protocol begins anew after its last sweep, or leaves the holding current alone; and how long it is from the
    beginning of a sweep to that of the next (ms; at once where the sweep is longer): between them the holding current flows."""

    repeat: bool
    interval_ms: float = 0.0


@dataclass(frozen=True)
class Pulse:
    """A step of extra command current, now."""

    amplitude_pA: float
    width_ms: float


@dataclass(frozen=True)
class Kick:
    """Put V (mV) somewhere by hand."""

    V_mV: float


@dataclass(frozen=True)
class SubmitJob:
    """Run a protocol beside the live cell; JobProgress and JobDone answer."""

    job_id: int
    job: Job


@dataclass(frozen=True)
class CancelJob:
    job_id: int


Command = Run | Pause | Single | StepOn | Restart | NewSetup | SetSpeed | SetRepeat | Pulse | Kick | SubmitJob | CancelJob


# ---- messages: engine -> screen


@dataclass(frozen=True)
class Status:
    """The instant at which the engine stands. ``sample`` counts live samples since the start of the program."""

    running: bool
    sample: int
    time_ms: float
    sample_interval_ms: float
    sweep: int
    sweeps: int
    sweep_time_ms: float
    speed: float
    ratio: float
    setup_version: int
    V_mV: float
    I_inj_pA: float
    I_leak_pA: float
    I_C_pA: float
    I_switch_pA: float
    g_nS: tuple[float, ...]
    I_syn_pA: tuple[float, ...]
    I_own_pA: float  # of a reference cell's own channels, together; 0 for LIF
    refractory: bool
    refractory_left_ms: float
    spike_count: int
    rate_hz: float


def instant(setup: Setup, channels: Mapping[str, float]) -> dict[str, Any]:
    """What a `Status` says of the membrane, from the values of all channels at one instant."""
    names = [synapse.name for synapse in setup.synapses]
    reference = setup.cell.reference
    own = () if reference is None else reference.channels
    fixed = ("V_mV", "I_inj_pA", "I_leak_pA", "I_C_pA", "I_switch_pA")
    return {
        **{name: channels[name] for name in fixed},
        "g_nS": tuple(channels[f"g_{n}_nS"] for n in names),
        "I_syn_pA": tuple(channels[f"I_{n}_pA"] for n in names),
        "I_own_pA": sum((channels[f"I_{channel.name}_pA"] for channel in own), 0.0),
        "refractory": channels["refractory"] > 0,
    }


@dataclass(frozen=True)
class Spikes:
    """Live times of new spikes, ms, exact."""

    times_ms: NDArray[np.float64]


@dataclass(frozen=True)
class SweepStart:
    """Sweep ``sweep`` of the protocol began at live sample ``sample``."""

    sweep: int
    sample: int


@dataclass(frozen=True)
class SingleDone:
    """The single sweep that was asked for is over, and time stands still again."""


@dataclass(frozen=True)
class EngineError:
    """Something went wrong in the thread: ``text`` for the window, ``details`` (a traceback) for the log."""

    text: str
    details: str = ""


@dataclass(frozen=True)
class JobProgress:
    job_id: int
    done: int
    total: int


@dataclass(frozen=True)
class JobDone:
    """``result`` is what the job returned; ``error`` is one sentence if it failed; cancelled jobs have neither."""

    job_id: int
    result: Any = None
    error: str = ""
    cancelled: bool = False


Message = Status | Spikes | SweepStart | SingleDone | EngineError | JobProgress | JobDone
