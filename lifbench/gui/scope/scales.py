"""Units per division in 1-2-5 steps, and position, of each pane of the screen. No Qt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["SEQUENCE", "Scale", "default_scales", "next_in_sequence"]

SEQUENCE = tuple(m * 10.0**e for e in range(-3, 6) for m in (1.0, 2.0, 5.0))


def next_in_sequence(value: float, steps: int) -> float:
    """``steps`` further in 1-2-5."""
    at = int(np.argmin(np.abs(np.log(np.array(SEQUENCE)) - np.log(value))))
    return SEQUENCE[min(max(at + steps, 0), len(SEQUENCE) - 1)]


@dataclass
class Scale:
    """How one pane maps its unit to its height.

    Attributes
    ----------
    unit, label : str
    div, middle : float
        Units per division, and the value at mid-height.
    divisions : int
        Of the pane's height.
    least, most : float
        Between which `div` is stepped.
    finest : float
        The smallest `div` that `fit` chooses: a trace of nothing shall not become a trace of rounding.
    from_zero : bool
        Whether the pane begins a little below zero (conductances are never negative).
    """

    unit: str
    label: str
    div: float
    middle: float
    divisions: int
    least: float
    most: float
    finest: float
    from_zero: bool = False

    @property
    def per_division(self) -> str:
        return f"{self.div:g} {self.unit}/div"

    @property
    def range(self) -> tuple[float, float]:
        """(bottom, top) of the pane."""
        half = 0.5 * self.divisions * self.div
        return self.middle - half, self.middle + half

    def step(self, steps: int) -> None:
        """``steps`` more (or less) per division."""
        self.div = min(self.most, max(self.least, next_in_sequence(self.div, steps)))
        if self.from_zero:
            self.middle = self._above_zero()

    def move_to(self, bottom: float, top: float) -> None:
        """Take the position of a pane that was dragged; the units per division stay."""
        self.middle = 0.5 * (bottom + top)

    def fit(self, low: float, high: float) -> None:
        """So that low … high fill the pane but for half a division on each side."""
        size = max((high - (0.0 if self.from_zero else low)) / (self.divisions - (0.5 if self.from_zero else 1)), self.finest)
        step = next_in_sequence(size, 0)
        self.div = min(self.most, next_in_sequence(size, 1) if step < size * (1.0 - 1e-9) else step)
        self.middle = self._above_zero() if self.from_zero else round((low + high) / self.div) * 0.5 * self.div

    def _above_zero(self) -> float:
        return (0.5 * self.divisions - 0.3) * self.div


def default_scales() -> dict[str, Scale]:
    """By pane: V, command current, membrane currents, conductances, dV/dt."""
    return {
        "V": Scale("mV", "V (mV)", 10.0, -55.0, 8, 0.1, 100.0, 1.0),
        "I": Scale("pA", "I in (pA)", 100.0, 150.0, 4, 1.0, 1e5, 10.0),
        "m": Scale("pA", "I_m out (pA)", 100.0, 0.0, 4, 1.0, 1e5, 10.0),
        "g": Scale("nS", "g (nS)", 2.0, 3.4, 4, 0.01, 1000.0, 0.01, from_zero=True),
        "d": Scale("mV/ms", "dV/dt (mV/ms)", 1.0, 0.0, 4, 0.01, 1e4, 0.01),
    }
