"""Where a function crosses zero."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["root"]


def root(f: Callable[[float], float], low: float, high: float) -> float:
    """The root of a function that is negative at ``low`` and not at ``high``: Illinois, then bisection, to the last bit."""
    f_low, f_high = f(low), f(high)
    if f_high <= 0.0:
        return high
    if f_low >= 0.0:
        return low
    side = 0
    for count in range(200):
        middle = (low * f_high - high * f_low) / (f_high - f_low) if count < 60 else 0.5 * (low + high)
        if not low < middle < high:
            middle = 0.5 * (low + high)
            if not low < middle < high:
                break
        f_middle = f(middle)
        if f_middle == 0.0:
            return middle
        if f_middle < 0.0:
            low, f_low = middle, f_middle
            if side < 0:
                f_high *= 0.5
            side = -1
        else:
            high, f_high = middle, f_middle
            if side > 0:
                f_low *= 0.5
            side = 1
        if high - low <= 4e-16 * max(abs(low), abs(high)):
            break
    return high
