"""The setup on the bench, written now and then, so that a crash loses nothing; gone after a clean end."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

from lifbench.files import setup_toml
from lifbench.model.setup import Setup
from lifbench.quantities import LifbenchError

__all__ = ["Autosave"]

_EVERY = 3.0  # s


class Autosave:
    """Keeps ``path`` up to date while the bench is open."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._written: Setup | None = None
        self._last = time.monotonic()
        self.failed = False

    def recover(self) -> Setup | None:
        """The setup that a crash left behind, if there is one that can be read."""
        if not self.path.is_file():
            return None
        with suppress(LifbenchError):
            return setup_toml.load(self.path)
        return None

    def note(self, setup: Setup) -> None:
        """Write the setup if it changed and the last writing is long enough ago."""
        now = time.monotonic()
        if setup == self._written or now - self._last < _EVERY or self.failed:
            return
        self._last = now
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            setup_toml.save(setup, self.path)
            self._written = setup
        except (LifbenchError, OSError):
            self.failed = True  # a full or read-only disk: the bench goes on without

    def finish(self) -> None:
        """A clean end: nothing to recover."""
        with suppress(OSError):
            self.path.unlink(missing_ok=True)
