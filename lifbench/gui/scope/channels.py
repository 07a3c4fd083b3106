"""Which channels of the trace ring the scope can show, in which pane, and under which name. No Qt."""

from __future__ import annotations

from lifbench.engine.messages import SLOPE
from lifbench.model.integrator import name_and_unit

__all__ = ["PANES", "always_shown", "channel_title", "pane_of"]

PANES = ("V", "I", "m", "g", "d")


def pane_of(channel: str) -> str:
    """The pane a channel is drawn in; "" for what is not a trace."""
    if channel == "refractory":
        return ""
    if channel == "V_mV":
        return "V"
    if channel == "I_inj_pA":
        return "I"
    if channel == SLOPE:
        return "d"
    return "g" if channel.startswith("g_") else "m"


def always_shown(channel: str) -> bool:
    """V, the command and the conductances; all others on wish."""
    return pane_of(channel) in ("V", "I", "g")


def channel_title(channel: str) -> str:
    """For menus, legends and tables: ``"I_leak"``, ``"dV/dt"``."""
    return "dV/dt" if channel == SLOPE else name_and_unit(channel)[0]
