"""Files read whole, and written beside, then renamed: one is there whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from lifbench.quantities import LifbenchError

__all__ = ["read_bytes", "said_plainly", "temporary_path", "writing"]


def said_plainly(error: OSError) -> str:
    """The system's reason, as part of a sentence."""
    return (error.strerror or str(error) or type(error).__name__).lower()


def read_bytes(path: Path) -> bytes:
    """The whole file. Raises LifbenchError, one sentence, if it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise LifbenchError(f"{path} cannot be read: {said_plainly(error)}") from None


@contextmanager
def writing(path: Path) -> Iterator[BinaryIO]:
    """A binary file that replaces ``path`` when the block ends well; otherwise ``path`` is as it was.

    Raises LifbenchError, one sentence, if it cannot be written.
    """
    with temporary_path(path) as beside, beside.open("wb") as stream:
        yield stream


@contextmanager
def temporary_path(path: Path) -> Iterator[Path]:
    """As `writing`, for libraries that open files themselves: what is written to the path given replaces ``path``."""
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=f".part{path.suffix[:8]}", dir=path.parent)
        os.close(handle)
        yield Path(temporary)
        with open(temporary, "rb+") as stream:
            os.fsync(stream.fileno())
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(temporary, 0o666 & ~mask)  # mkstemp makes it private; an exported trace is for sharing
        os.replace(temporary, path)
        temporary = None
    except OSError as error:
        raise LifbenchError(f"{path} cannot be written: {said_plainly(error)}") from None
    finally:
        if temporary is not None:
            with suppress(OSError):
                os.unlink(temporary)
