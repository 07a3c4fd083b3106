"""Charge that moves: along every stretch of wire dots travel with a speed proportional to its current, one scale for all.

No Qt here, so that it can be tested: `Charges.positions` are what the scene paints.
"""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["SPACING", "Charges", "Stretch"]

SPACING = 18.0  # px between dots
_FASTEST = 110.0  # px/s for the largest current on the scale


@dataclass
class Stretch:
    """A straight wire from (x0, y0) to (x1, y1) in scene px; a positive current runs that way."""

    x0: float
    y0: float
    x1: float
    y1: float
    current: str
    sign: float = 1.0
    phase: float = field(default=0.0)
    pA: float = field(default=0.0)

    @property
    def length(self) -> float:
        return abs(self.x1 - self.x0) + abs(self.y1 - self.y0)


class Charges:
    """All stretches and their common scale.

    Attributes
    ----------
    full_scale_pA : float
        The current whose dots move with full speed; 1-2-5 steps, so that it changes seldom.
    """

    def __init__(self) -> None:
        self.stretches: list[Stretch] = []
        self.full_scale_pA = 200.0
        self._peak = 200.0

    def speed(self, stretch: Stretch) -> float:
        """px/s, signed; exactly proportional to the current, the same factor for every stretch."""
        return _FASTEST * stretch.pA / self.full_scale_pA

    def advance(self, currents: dict[str, float], seconds: float) -> None:
        """Take over the currents (pA, by name) and move the dots on by ``seconds`` of wall time."""
        for stretch in self.stretches:
            stretch.pA = stretch.sign * currents.get(stretch.current, 0.0)
        largest = max((abs(s.pA) for s in self.stretches), default=0.0)
        self._peak = max(largest, self._peak * 0.5 ** (seconds / 1.0), 20.0)
        wanted = _round_up(self._peak)
        if wanted > self.full_scale_pA or self._peak < 0.3 * self.full_scale_pA:
            self.full_scale_pA = wanted
        for stretch in self.stretches:
            stretch.phase = (stretch.phase + self.speed(stretch) * seconds) % SPACING

    def positions(self) -> list[tuple[float, float]]:
        """Scene positions of all dots."""
        out = []
        for s in self.stretches:
            length = s.length
            if length <= 0.0:
                continue
            dx, dy = (s.x1 - s.x0) / length, (s.y1 - s.y0) / length
            at = s.phase
            while at <= length:
                out.append((s.x0 + dx * at, s.y0 + dy * at))
                at += SPACING
        return out


def _round_up(value: float) -> float:
    size = 1.0
    while True:
        for step in (1.0, 2.0, 5.0):
            if step * size >= value:
                return step * size
        size *= 10.0
