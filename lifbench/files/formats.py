"""Trace formats by suffix. A new format is one module ``trace_SUFFIX`` in this folder with ``write`` and ``read``."""

from __future__ import annotations

import pkgutil
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType

import lifbench.files as here
from lifbench.model.recording import Recording
from lifbench.quantities import LifbenchError

__all__ = ["check_suffix", "read", "suffixes", "write", "write_all"]


def suffixes() -> tuple[str, ...]:
    """The suffixes known, with their dot."""
    names = [m.name for m in pkgutil.iter_modules(here.__path__)]
    return tuple(f".{n.removeprefix('trace_')}" for n in sorted(names) if n.startswith("trace_"))


def _module(path: Path) -> ModuleType:
    check_suffix(path)
    return import_module(f"lifbench.files.trace_{path.suffix.lower()[1:]}")


def check_suffix(path: str | Path) -> None:
    """Raises LifbenchError if no format goes by this suffix."""
    suffix = Path(path).suffix.lower()
    if suffix not in suffixes():
        raise LifbenchError(f"the format {suffix or 'without suffix'!r} is not known; one of {', '.join(suffixes())}")


def write(recording: Recording, path: str | Path) -> None:
    """Write a recording in the format of the suffix. Raises LifbenchError; nothing is left half-written."""
    file = Path(path)
    _module(file).write(recording, file)


def write_all(recording: Recording, paths: Sequence[str | Path]) -> None:
    """Several files of one recording; suffixes and folders are checked before the first is written."""
    for path in paths:
        _module(Path(path))
        if Path(path).is_dir() or not Path(path).parent.is_dir():
            raise LifbenchError(f"{path} cannot be written: there is no such folder, or it is a folder itself")
    for path in paths:
        write(recording, path)


def read(path: str | Path) -> Recording:
    """Read a recording. Raises LifbenchError if the file is not what its suffix says."""
    file = Path(path)
    recording: Recording = _module(file).read(file)
    return recording
