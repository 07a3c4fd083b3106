"""The axis of every plot in the window."""

from __future__ import annotations

import pyqtgraph as pg

__all__ = ["Axis"]


class Axis(pg.AxisItem):
    """Numbers with a true minus sign, as in the rest of the window; no automatic prefixes."""

    def __init__(self, orientation: str, **kwargs) -> None:
        super().__init__(orientation, **kwargs)
        self.enableAutoSIPrefix(False)

    def tickStrings(self, values, scale, spacing):
        return [text.replace("-", "−") for text in super().tickStrings(values, scale, spacing)]
