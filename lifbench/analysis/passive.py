"""Passive properties read off a recording."""

from __future__ import annotations

import numpy as np

from lifbench.analysis.fit import fit_exponential
from lifbench.model.clamp import Step
from lifbench.model.recording import Recording
from lifbench.quantities import LifbenchError

__all__ = ["membrane_time_constant"]

_LEAST_SAMPLES = 20
_LEAST_CHANGE = 1e-3  # mV


def membrane_time_constant(recording: Recording, sweep: int = 0) -> float | None:
    """τ_e in ms by an exponential fit to the first current step that V follows without a spike.

    None where there is no such step: a spike within it, another epoch or a changing synapse beside it, too few samples, or
    a course that is no exponential (misfit above a thousandth of its size).
    """
    setup = recording.setup
    clamp = setup.clamp.at_sweep(sweep)
    edges = np.array([t for epoch in clamp.epochs for t in (epoch.start, epoch.end)])
    time, spikes = recording.time_ms, recording.spike_times_ms[sweep]
    for epoch in sorted((e for e in clamp.epochs if isinstance(e, Step)), key=lambda e: e.start):
        later = edges[edges > epoch.start]
        end = min(float(later.min()), setup.recording.duration)
        if any(not isinstance(e, Step) and e.start < end and e.end > epoch.start for e in clamp.epochs):
            continue
        if ((spikes >= epoch.start - setup.cell.refractory_period) & (spikes < end)).any():
            continue
        inside = (time >= epoch.start) & (time < end)
        V = recording["V_mV"][sweep, inside]
        if V.size < _LEAST_SAMPLES or np.ptp(V) < _LEAST_CHANGE:
            continue
        thin = max(1, V.size // 2000)
        try:
            fit = fit_exponential(time[inside][::thin], V[::thin])
        except LifbenchError:
            continue
        if fit.residual < 1e-3 * abs(fit.amplitude) and fit.tau < 20.0 * (end - epoch.start):
            return fit.tau
    return None
