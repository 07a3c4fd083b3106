"""Light, dark and projector: colours (Okabe–Ito, chosen per ground), type sizes, pen widths, and the Qt style sheet.

V, I and g keep one colour each everywhere: trace, circuit, numbers, equation. Colour is never the only sign.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["THEMES", "Theme"]


@dataclass(frozen=True)
class Theme:
    """All sizes in logical pixels or points; colours as #rrggbb."""

    name: str
    ground: str
    panel: str
    raised: str
    line: str
    text: str
    faint: str
    accent: str
    on_accent: str
    warning: str
    potential: str
    current: str
    conductance: str
    leak: str
    capacitive: str
    spike: str
    threshold: str
    synapses: tuple[str, ...]
    family: tuple[str, ...]
    grid: str
    base_pt: float
    pen: float

    def sweep_colour(self, sweep: int, sweeps: int) -> str:
        """Colours of a family in order, from the first sweep to the last, however many."""
        anchors = self.family[:5]
        at = (sweep % max(sweeps, 1)) / max(sweeps - 1, 1) * (len(anchors) - 1)
        k = min(int(at), len(anchors) - 2)
        low, high = (bytes.fromhex(c[1:]) for c in anchors[k : k + 2])
        return "#" + bytes(round(a + (b - a) * (at - k)) for a, b in zip(low, high, strict=True)).hex()

    @property
    def dark(self) -> bool:
        return int(self.ground[1:3], 16) < 128


LIGHT = Theme(
    name="light", ground="#ffffff", panel="#f6f7f9", raised="#ffffff", line="#d5d9e0", text="#1b1f27", faint="#5b6472",
    accent="#0072b2", on_accent="#ffffff", warning="#b3400a", potential="#0072b2", current="#b3400a", conductance="#00795a",
    leak="#5a2ca8", capacitive="#005060", spike="#a3006b", threshold="#a3006b", synapses=("#00795a", "#7d5f00", "#8a3ffc", "#005f99"),
    family=("#0072b2", "#00795a", "#7d5f00", "#b3400a", "#a3006b", "#5b3a8c", "#1b1f27"), grid="#c9ced6", base_pt=10.0, pen=1.0,
)  # fmt: skip
DARK = Theme(
    name="dark", ground="#14171c", panel="#1b1f26", raised="#242a33", line="#3a424e", text="#e9edf3", faint="#a3adba",
    accent="#56b4e9", on_accent="#10131a", warning="#ff9d57", potential="#56b4e9", current="#ff9d57", conductance="#2fd1a2",
    leak="#e3c8ff", capacitive="#a8f3f0", spike="#f08cc4", threshold="#f08cc4", synapses=("#2fd1a2", "#f0e442", "#b79bff", "#7cc4f5"),
    family=("#56b4e9", "#2fd1a2", "#f0e442", "#ff9d57", "#f08cc4", "#b79bff", "#e9edf3"), grid="#39414d", base_pt=10.0, pen=1.0,
)  # fmt: skip
PROJECTOR = Theme(
    name="projector", ground="#ffffff", panel="#ffffff", raised="#ffffff", line="#8a93a0", text="#000000", faint="#3b424d",
    accent="#005a8f", on_accent="#ffffff", warning="#9a3300", potential="#005a8f", current="#9a3300", conductance="#006349",
    leak="#3d1a8f", capacitive="#00382f", spike="#85005a", threshold="#85005a", synapses=("#006349", "#5f4800", "#6a1fd0", "#004a78"),
    family=("#005a8f", "#006349", "#5f4800", "#9a3300", "#85005a", "#452a70", "#000000"), grid="#aab1bb", base_pt=11.5, pen=3.0,
)  # fmt: skip

THEMES: dict[str, Theme] = {theme.name: theme for theme in (LIGHT, DARK, PROJECTOR)}
