"""Every action of the window, once: name, text, keys, what it does. Menus, tool bar, key sheet and tests read this list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

__all__ = ["ActionSpec", "key_sheet", "make_action"]


@dataclass(frozen=True)
class ActionSpec:
    """``name`` becomes the objectName ``action.NAME``; ``menu`` the menu it stands in ("" for none)."""

    name: str
    text: str
    keys: tuple[str, ...]
    menu: str
    tip: str
    slot: Callable[[], object]
    checkable: bool = False


def make_action(spec: ActionSpec, owner: QWidget) -> QAction:
    action = QAction(spec.text, owner)
    action.setObjectName(f"action.{spec.name}")
    action.setShortcuts([QKeySequence(k) for k in spec.keys])
    action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
    keys = f" ({', '.join(spec.keys)})" if spec.keys else ""
    action.setToolTip(f"{spec.tip}{keys}")
    action.setStatusTip(spec.tip)
    action.setCheckable(spec.checkable)
    action.triggered.connect(lambda _=False: spec.slot())
    return action


def key_sheet(specs: list[ActionSpec]) -> str:
    """The key sheet as rich text."""
    rows = "".join(f"<tr><td><b>{' &nbsp; '.join(s.keys)}</b></td><td>&nbsp;&nbsp;{s.tip}</td></tr>" for s in specs if s.keys)
    extra = (
        "<tr><td><b>Tab</b></td><td>&nbsp;&nbsp;From part to part, from field to field</td></tr>"
        "<tr><td><b>Enter</b></td><td>&nbsp;&nbsp;Open the card of the circuit part in focus</td></tr>"
        "<tr><td><b>↑ ↓, wheel</b></td><td>&nbsp;&nbsp;Nudge the part or field in focus</td></tr>"
    )
    return f"<table cellspacing=4>{rows}{extra}</table>"
