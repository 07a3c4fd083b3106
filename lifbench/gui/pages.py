"""Help, key sheet and about: pages beside the bench, never in its way."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QTextBrowser, QVBoxLayout, QWidget

import lifbench
from lifbench.gui.actions import ActionSpec, key_sheet

__all__ = ["show_about", "show_help", "show_keys"]

_HELP = (
    "<h3>The bench in a minute</h3><p><b>Run</b> (Space) lets time flow; <b>Stop</b> holds it, and nothing is lost.</p>"
    "<p>Click a part of the <b>circuit</b>: its card opens below. Type “0.2 nA”, “200 p”, or just a number; wheel and arrow keys "
    "nudge. Every edit takes effect at once and can be undone.</p><p>The <b>stimulus</b> panel is the current clamp: epochs add up; "
    "drag their edges in the preview. <b>Pulse</b> (P) gives a pulse now.</p><p>On the <b>scope</b>, drag the lines V_th, V_reset "
    "and E_L, and the grip at the right edge to kick V. The wheel steps the time, with Ctrl the units per division. When stopped, drag "
    "the trace or the bar below it to scroll back; C shows cursors, and the circuit shows the instant under cursor t1. M writes what is "
    "measured into the notebook.</p>"
    "<p>The <b>experiment</b> on the right asks a question: predict, run, compare. <i>Theory</i> stays hidden until you ask.</p>"
    "<p>Current that you inject is positive when it depolarises; currents through the membrane are positive outward.</p>"
)


def _show(owner: QWidget, name: str, title: str, html: str) -> None:
    """The page of that name, made at its first showing."""
    dialog = owner.findChild(QDialog, name)
    if dialog is None:
        dialog = QDialog(owner)
        dialog.setObjectName(name)
        dialog.setWindowTitle(title)
        dialog.resize(600, 560)
        text = QTextBrowser()
        text.setOpenExternalLinks(True)
        text.setHtml(html)
        layout = QVBoxLayout(dialog)
        layout.addWidget(text)
    dialog.show()
    dialog.raise_()


def show_help(owner: QWidget) -> None:
    _show(owner, "help", "Help", _HELP)


def show_keys(owner: QWidget, specs: list[ActionSpec]) -> None:
    _show(owner, "keys", "Keys", f"<h3>Keys</h3>{key_sheet(specs)}")


def show_about(owner: QWidget) -> None:
    _show(
        owner,
        "about",
        "About lifbench",
        f"<h3>lifbench {lifbench.__version__}</h3><p>A virtual lab bench for the leaky integrate-and-fire neuron.</p>"
        "<p>Between spikes the membrane is the circuit on the left, solved exactly; a spike is where V meets V_th, located exactly, "
        "whatever the sample interval. What a spike looks like is drawn, not computed.</p><p>BSD-3-Clause licence.</p>",
    )
