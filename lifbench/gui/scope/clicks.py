"""A click for each spike, as an electrophysiologist's loudspeaker gives it; at the pace of the bench, slow motion included.

Needs the extra ``sound`` (sounddevice). The clicks are mixed in the audio library's own callback; nothing here waits.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from lifbench.quantities import LifbenchError

__all__ = ["Clicks"]

_RATE = 44_100  # Hz
_LATENCY = 0.06  # s between a spike and its click: more than a frame, so that intervals are kept exactly
_LEAST = 0.002  # s between clicks: faster is a buzz, and costs
_MOST_WAITING = 2000


def _click() -> np.ndarray:
    """3 ms, a damped wave."""
    t = np.arange(int(0.003 * _RATE)) / _RATE
    return (0.5 * np.sin(2.0 * np.pi * 1800.0 * t) * np.exp(-t / 0.0007)).astype(np.float32)


def _open_stream(callback: Callable[..., None]) -> Any:
    try:
        library = import_module("sounddevice")
    except ImportError:
        raise LifbenchError("there is no sound library; install it with: pip install 'lifbench[sound]'") from None
    except OSError:
        raise LifbenchError("the system library PortAudio is missing (on Debian and Ubuntu: libportaudio2)") from None
    try:
        stream = library.OutputStream(samplerate=_RATE, channels=1, dtype="float32", callback=callback)
        stream.start()
    except Exception as error:  # whatever the sound system has to say
        raise LifbenchError(f"no sound can be played here: {str(error).splitlines()[0][:120]}") from None
    return stream


class Clicks:
    """Silent until `start`; ``open_stream`` is for tests."""

    def __init__(self, open_stream: Callable[[Callable[..., None]], Any] = _open_stream) -> None:
        self._open_stream = open_stream
        self._stream: Any = None
        self._wave = _click()
        self._waiting: deque[int] = deque(maxlen=_MOST_WAITING)  # frames at which clicks begin, in order
        self._frame = 0
        self._last = -_RATE

    @property
    def on(self) -> bool:
        return self._stream is not None

    def start(self) -> None:
        """Raises LifbenchError, one sentence, where there is no sound."""
        if self._stream is None:
            self._stream = self._open_stream(self._fill)

    def stop(self) -> None:
        if self._stream is not None:
            self._stream.stop()
            self._stream.close()
            self._stream = None
        self._waiting.clear()

    def play(self, spikes_ms: np.ndarray, now_ms: float, speed: float) -> None:
        """Spikes at live times (ms) when the bench is at ``now_ms`` and runs at ``speed`` × real time."""
        if self._stream is None:
            return
        for spike in spikes_ms.tolist():
            due = self._frame + round((_LATENCY + (spike - now_ms) / 1000.0 / speed) * _RATE)
            if due - self._last >= _LEAST * _RATE:
                self._last = max(due, self._frame)
                self._waiting.append(self._last)

    def _fill(self, out: np.ndarray, frames: int, *_: object) -> None:
        """The audio library asks for the next frames; out is (frames, 1)."""
        out.fill(0.0)
        first, size = self._frame, self._wave.size
        for due in list(self._waiting):
            if due >= first + frames:
                break
            a, b = max(due - first, 0), min(due + size - first, frames)
            if b > a:
                out[a:b, 0] += self._wave[first + a - due : first + b - due]
        while self._waiting and self._waiting[0] + size <= first + frames:
            self._waiting.popleft()
        self._frame = first + frames
