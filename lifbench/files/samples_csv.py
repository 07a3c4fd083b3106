"""A current of one's own from a CSV file: one column in pA, or time in ms and current in pA."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path

from lifbench.files.atomic import said_plainly
from lifbench.quantities import LifbenchError

__all__ = ["read_samples"]

_MOST = 2_000_000


def read_samples(path: Path) -> tuple[list[float], float | None]:
    """(values in pA, interval in ms or None when the file has no time column).

    A heading line is passed over; separators are comma, semicolon, tab or space; a decimal comma is understood
    where semicolons or tabs separate. Raises LifbenchError, one sentence, naming the line.
    """
    try:
        if path.stat().st_size > 100_000_000:
            raise LifbenchError(f"{path.name} is too large for a stimulus")
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise LifbenchError(f"{path.name} cannot be read: {said_plainly(error)}") from None
    except UnicodeDecodeError:
        raise LifbenchError(f"{path.name} is no text file; a CSV file with currents in pA is expected") from None
    rows: list[list[float]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            row = _numbers(line)
        except ValueError:
            if not rows and number <= 3:
                continue  # a heading
            raise LifbenchError(f"{path.name}, line {number}: {line.strip()[:40]!r} is not a number") from None
        if rows and len(row) != len(rows[0]):
            raise LifbenchError(f"{path.name}, line {number}: {len(rows[0])} columns are expected")
        rows.append(row)
        if len(rows) > _MOST:
            raise LifbenchError(f"{path.name} has more than {_MOST} values; fewer are needed")
    if not rows or len(rows[0]) not in (1, 2):
        raise LifbenchError(f"{path.name} holds no stimulus: one column in pA, or time in ms and current in pA, is expected")
    if len(rows[0]) == 1:
        return [row[0] for row in rows], None
    if len(rows) < 2:
        raise LifbenchError(f"{path.name} holds a single moment; two at least are needed")
    interval = (rows[-1][0] - rows[0][0]) / (len(rows) - 1)
    if interval <= 0 or any(abs(b[0] - a[0] - interval) > 0.01 * interval for a, b in pairwise(rows)):
        raise LifbenchError(f"{path.name}: the times must rise by equal steps")
    return [row[1] for row in rows], interval


def _numbers(line: str) -> list[float]:
    for separator in (";", "\t"):
        if separator in line:
            cells = [c.replace(",", ".") for c in line.split(separator)]
            break
    else:
        cells = line.split(",") if "," in line else line.split()
    values = [float(c) for c in cells if c.strip()]
    if not values or not all(math.isfinite(v) for v in values):
        raise ValueError(line)
    return values
