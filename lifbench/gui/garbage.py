"""Python's garbage collector, in the GUI thread alone.

WORKAROUND: the cyclic collector runs in whichever thread happens to allocate. In the engine's thread it would destroy Qt objects that
belong to the GUI thread: a crash or a deadlock, rare and without a trace of its cause. pyqtgraph.util.garbage_collector tells the same story;
this one can be stopped, and works in small portions from the frame clock instead of once a second.
"""

from __future__ import annotations

import gc
import time

__all__ = ["GuiThreadCollector"]

_WHOLE = 5.0  # s between collections of everything that was made since the start


class GuiThreadCollector:
    """Between `start` and `stop`, nothing is collected but by `tick`, which the frame clock calls."""

    def __init__(self) -> None:
        self._was_on: bool | None = None  # whether `stop` is to enable the collector again; None before `start`
        self._whole = time.monotonic()

    def start(self) -> None:
        if self._was_on is None:
            self._was_on = gc.isenabled()
            gc.disable()
            gc.freeze()  # what there is at the start stays: it need not be looked through again and again

    def tick(self) -> None:
        """A portion, when as much was allocated as the collector itself would wait for."""
        if self._was_on is None:
            return
        counts, thresholds = gc.get_count(), gc.get_threshold()
        if counts[0] > thresholds[0]:
            gc.collect(1 if counts[1] > thresholds[1] else 0)
            if time.monotonic() - self._whole > _WHOLE:
                self._whole = time.monotonic()
                gc.collect()

    def stop(self) -> None:
        if self._was_on is not None:
            gc.unfreeze()
            if self._was_on:
                gc.enable()
            self._was_on = None
