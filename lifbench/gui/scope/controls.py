"""The row above the screen: time and units per division, trigger, and what is shown; and their menus."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QMenu, QToolButton, QWidget

from lifbench.gui.scope.acquisition import MODES, Acquisition
from lifbench.gui.scope.channels import always_shown, channel_title
from lifbench.gui.scope.plots import ScopeView

__all__ = ["Controls", "MenuActions"]

_KEEP = ((1, "Only the present sweep"), (2, "The last sweep stays, faint"), (5, "Overlay of the last 5 sweeps"), (20, "Overlay of the last 20 sweeps"))  # fmt: skip
_FLAGS = (
    ("show_spikes", "Spikes (drawn, not data)"), ("show_raster", "Spike raster"), ("show_refractory", "Refractory intervals"),
    ("show_target", "E_L + I·R, where V is driven"),
)  # fmt: skip
_PRE = (0.0, 0.1, 0.25, 0.5)


class MenuActions(Protocol):
    """What the menus call, and what they ask; the panel is one."""

    snapping: bool
    table_shown: bool
    clicking: bool

    def set_mode(self, mode: str) -> None: ...
    def set_source(self, source: str, rising: bool) -> None: ...
    def set_pre(self, share: float) -> None: ...
    def set_flag(self, name: str, on: bool) -> None: ...
    def set_keep(self, count: int) -> None: ...
    def set_average(self, on: bool) -> None: ...
    def set_snap(self, on: bool) -> None: ...
    def set_table(self, on: bool) -> None: ...
    def set_clicks(self, on: bool) -> None: ...
    def show_channel(self, channel: str, on: bool) -> None: ...
    def step_time(self, steps: int) -> None: ...
    def step_units(self, pane: str, steps: int) -> None: ...
    def force_trigger(self) -> None: ...
    def fit_tau(self) -> None: ...


class Controls(QHBoxLayout):
    """Steppers and menus over an acquisition and a view; they call a `MenuActions`."""

    def __init__(self, panel: QWidget, deeds: MenuActions, view: ScopeView, acquisition: Acquisition) -> None:
        super().__init__()
        self.setSpacing(5)
        self._deeds, self._view, self._acquisition = deeds, view, acquisition
        self.labels: dict[str, QLabel] = {}
        for name, title, step in (
            ("time", "Time per division", deeds.step_time),
            ("volts", "Millivolts per division", lambda n: deeds.step_units("V", n)),
            ("amps", "Picoamperes per division", lambda n: deeds.step_units("I", n)),
        ):
            self.addLayout(self._stepper(name, title, step))
        self.mode = QComboBox()
        self.mode.setObjectName("scope.trigger_mode")
        self.mode.setAccessibleName("Trigger mode")
        self.mode.addItems([m.capitalize() for m in MODES])
        self.mode.setToolTip("Roll: the trace runs along. Auto: waits for the trigger, else rolls. Normal: holds the last.")
        self.mode.currentIndexChanged.connect(lambda i: deeds.set_mode(MODES[i]))
        self.addWidget(self.mode)
        self.trigger_menu, self.show_menu = QMenu(panel), QMenu(panel)
        for name, text, menu, fill in (
            ("scope.trigger", "Trigger ▾", self.trigger_menu, self.fill_trigger_menu),
            ("scope.show", "Show ▾", self.show_menu, self.fill_show_menu),
        ):
            button = QToolButton()
            button.setObjectName(name)
            button.setText(text)
            button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
            button.setMenu(menu)
            menu.setToolTipsVisible(True)
            menu.aboutToShow.connect(fill)
            self.addWidget(button)
        self.addStretch(1)

    def _stepper(self, name: str, title: str, step: Callable[[int], None]) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(0)
        value = QLabel()
        value.setObjectName(f"scope.{name}_div")
        value.setAlignment(Qt.AlignmentFlag.AlignCenter)
        value.setAccessibleName(title)
        self.labels[name] = value
        for text, amount, word in (("−", -1, "less"), ("+", 1, "more")):
            button = QToolButton()
            button.setText(text)
            button.setObjectName(f"scope.{name}_div.{word}")
            button.setProperty("small", True)
            button.setAccessibleName(f"{title}: {word}")
            button.setToolTip(f"{title}: {word}")
            button.setAutoRepeat(True)
            button.clicked.connect(lambda _=False, a=amount: step(a))
            if amount > 0:
                row.addWidget(value)
            row.addWidget(button)
        return row

    def show_scales(self) -> None:
        """Write the labels, and the mode, without calling back."""
        self.labels["time"].setText(f"{self._acquisition.time_div:g} ms/div")
        self.labels["volts"].setText(self._view.scales["V"].per_division)
        self.labels["amps"].setText(self._view.scales["I"].per_division)
        self.mode.blockSignals(True)
        self.mode.setCurrentIndex(MODES.index(self._acquisition.mode))
        self.mode.blockSignals(False)

    def reserve(self) -> None:
        """As wide as the widest text, so that the row does not dance while stepping."""
        for label in self.labels.values():
            label.setMinimumWidth(label.fontMetrics().horizontalAdvance("500 pA/div") + 4)

    # ---- menus

    def _choices(self, menu: QMenu, entries: list[tuple[str, bool, Callable[[], None]]]) -> None:
        """Mutually exclusive entries: (text, whether it is chosen, what choosing it does)."""
        group = QActionGroup(menu)
        for text, chosen, slot in entries:
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(chosen)
            action.setActionGroup(group)
            action.triggered.connect(lambda _=False, s=slot: s())

    @staticmethod
    def _toggle(menu: QMenu, text: str, on: bool, slot: Callable[[bool], None]) -> None:
        action = menu.addAction(text)
        action.setCheckable(True)
        action.setChecked(on)
        action.toggled.connect(slot)

    def fill_trigger_menu(self) -> None:
        menu, a, deeds = self.trigger_menu, self._acquisition, self._deeds
        menu.clear()
        sources = [("Start of the sweep", "sweep"), *((f"Level of {channel_title(c)}", c) for c in self._view.traces)]
        self._choices(menu, [(t, a.source == s, lambda s=s: deeds.set_source(s, a.rising)) for t, s in sources])
        menu.addSeparator()
        edges = (("Rising through the level", True), ("Falling through the level", False))
        self._choices(menu, [(t, a.rising == r, lambda r=r: deeds.set_source(a.source, r)) for t, r in edges])
        menu.addSeparator()
        shares = [(f"{share:.0%} of the screen before the trigger", share) for share in _PRE]
        self._choices(menu, [(t, abs(a.pre - p) < 1e-3, lambda p=p: deeds.set_pre(p)) for t, p in shares])
        menu.addSeparator()
        menu.addAction("Force a trigger now", deeds.force_trigger)

    def fill_show_menu(self) -> None:
        menu, view, a, deeds = self.show_menu, self._view, self._acquisition, self._deeds
        menu.clear()
        for channel in view.traces:
            if not always_shown(channel):
                self._toggle(menu, channel_title(channel), channel in view.extra, lambda on, c=channel: deeds.show_channel(c, on))
        menu.addSeparator()
        for name, text in _FLAGS:
            self._toggle(menu, text, getattr(view, name), lambda on, n=name: deeds.set_flag(n, on))
        menu.addSeparator()
        self._choices(menu, [(text, a.keep == count, lambda k=count: deeds.set_keep(k)) for count, text in _KEEP])
        self._toggle(menu, "Average of these sweeps", a.average, deeds.set_average)
        menu.addSeparator()
        units = menu.addMenu("Units per division")
        for name, pane in view.panes.items():
            if pane.plot.isVisible():
                for word, steps in (("less", -1), ("more", 1)):
                    units.addAction(f"{pane.scale.label}: {word} per division", lambda n=name, s=steps: deeds.step_units(n, s))
        menu.addSeparator()
        self._toggle(menu, "Level cursors follow the trace", deeds.snapping, deeds.set_snap)
        self._toggle(menu, "Measurements of each trace", deeds.table_shown, deeds.set_table)
        self._toggle(menu, "Click at each spike (sound)", deeds.clicking, deeds.set_clicks)
        menu.addAction("Fit τ between the time cursors", deeds.fit_tau)
