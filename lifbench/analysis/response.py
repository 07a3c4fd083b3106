"""The size and speed of a response, as read between two cursors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Response", "measure_response"]


@dataclass(frozen=True)
class Response:
    """``amplitude``: from the baseline to the value farthest from it, signed, in the trace's unit. ``peak_ms``: how long after
    the first sample that is reached. ``rise_ms``: from 10 % to 90 % of the amplitude, None where the trace does not pass both."""

    amplitude: float
    peak_ms: float
    rise_ms: float | None


def measure_response(values: NDArray[np.floating], interval_ms: float, baseline: float | None = None) -> Response | None:
    """Measure (n,) samples ``interval_ms`` apart; the baseline is the first sample unless given. None below three samples.

    Crossings of 10 % and 90 % are interpolated between samples.
    """
    V = np.asarray(values, dtype=float)
    if V.size < 3 or not np.isfinite(V).all():
        return None
    change = V - (V[0] if baseline is None else baseline)
    peak = int(np.argmax(np.abs(change)))
    amplitude = float(change[peak])
    if amplitude == 0.0:
        return Response(0.0, 0.0, None)
    share = change[: peak + 1] / amplitude
    crossings = []
    for level in (0.1, 0.9):
        above = np.flatnonzero(share >= level)
        if not above.size or above[0] == 0:
            return Response(amplitude, peak * interval_ms, None)
        k = int(above[0])
        crossings.append(k - 1 + (level - share[k - 1]) / (share[k] - share[k - 1]))
    return Response(amplitude, peak * interval_ms, float(crossings[1] - crossings[0]) * interval_ms)
