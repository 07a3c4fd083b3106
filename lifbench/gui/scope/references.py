"""Traces pinned to the screen, with the setup that made them: hover tells, a click on trace or chip brings the setup back."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from PySide6.QtWidgets import QHBoxLayout, QToolButton

from lifbench.gui.bench import Bench
from lifbench.gui.scope.plots import ScopeView
from lifbench.model.setup import Setup

__all__ = ["Reference", "References"]

_MOST = 4


@dataclass(frozen=True)
class Reference:
    """A trace (x in ms on the axis, y in mV) and the setup that made it."""

    x: np.ndarray
    y: np.ndarray
    setup: Setup


class References(QHBoxLayout):
    """Up to four of each tab; the oldest goes first. The layout holds a chip for each."""

    def __init__(self, bench: Bench, view: ScopeView) -> None:
        super().__init__()
        self._bench, self._view = bench, view
        self._by_tab: dict[str, list[Reference]] = {}
        bench.experiment_changed.connect(lambda _: self.draw())

    @property
    def pinned(self) -> list[Reference]:
        """Those of the tab in front."""
        return self._by_tab.setdefault(self._bench.experiment, [])

    def pin(self, x: np.ndarray | None, y: np.ndarray | None) -> None:
        """Keep a trace; nothing is pinned if there is none."""
        if x is not None and y is not None and len(x):
            self.pinned.append(Reference(x.copy(), y.copy(), self._bench.setup))
            del self.pinned[:-_MOST]
            self.draw()

    def clear(self) -> None:
        self.pinned.clear()
        self.draw()

    def tip(self, number: int) -> str:
        """What the reference ``number`` (from 0) differs in, and what a click does."""
        difference = _difference(self.pinned[number].setup, self._bench.setup)
        return f"Reference {number + 1}: {difference}\nClick to restore its setup."

    def draw(self) -> None:
        """Chips and curves anew; their tips tell the difference from the present setup."""
        rows = [(r.x, r.y, self.tip(number)) for number, r in enumerate(self.pinned)]
        for number, curve in enumerate(self._view.draw_references(rows)):
            curve.sigClicked.connect(lambda *_, n=number: self.restore(n))
        while self.count():
            self.takeAt(0).widget().deleteLater()
        for number in range(len(self.pinned)):
            chip = QToolButton()
            chip.setText(f"R{number + 1}")
            chip.setObjectName(f"scope.reference.{number + 1}")
            chip.setToolTip(self.tip(number))
            chip.setAccessibleName(f"Restore the setup of reference {number + 1}")
            chip.clicked.connect(lambda _=False, n=number: self.restore(n))
            self.addWidget(chip)

    def restore(self, number: int) -> None:
        self._bench.set_setup(self.pinned[number].setup, text=f"restore reference {number + 1}")


def _difference(then: Setup, now: Setup) -> str:
    """What differs between two setups, in a few words."""
    out = []
    for f in fields(then.cell):
        a, b = getattr(then.cell, f.name), getattr(now.cell, f.name)
        if a != b:
            out.append(f"{f.name.replace('_', ' ')} {a} (now {b})")
    if then.clamp != now.clamp:
        out.append("another stimulus")
    if then.synapses != now.synapses:
        out.append("other synapses")
    return "; ".join(out) or "the same setup as now"
