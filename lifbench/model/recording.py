"""What a run gives: named channels with their units, spikes, and the setup that made them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lifbench.model.integrator import Integrator, channel_names
from lifbench.model.setup import Setup
from lifbench.quantities import LifbenchError

__all__ = ["Recording", "run"]

_BLOCK = 1 << 15


@dataclass(frozen=True)
class Recording:
    """All sweeps of one run.

    Attributes
    ----------
    setup : Setup
        Running it again gives the same numbers, bit for bit.
    time_ms : (n,)
        Sample k is at k · sample interval.
    data : mapping of channel name to (sweeps, n)
        ``V_mV``, ``I_inj_pA``, ``I_leak_pA``, ``I_C_pA``, ``I_switch_pA``, ``g_NAME_nS``, ``I_NAME_pA``: float64;
        ``refractory``: bool. Membrane currents are positive outward, injected current positive inward.
    spike_times_ms : tuple of (m,) arrays, one a sweep
        Exact, not on the sample grid.

    Examples
    --------
    >>> from lifbench.model.setup import Setup
    >>> recording = run(Setup().replace("clamp.holding_current", 300.0))
    >>> recording.channels
    ('V_mV', 'I_inj_pA', 'I_leak_pA', 'I_C_pA', 'I_switch_pA', 'refractory')
    >>> recording["V_mV"].shape, recording.time_ms.shape
    ((1, 10001), (10001,))
    >>> recording.spike_times_ms[0][:2].round(6).tolist()  # 20 ms · ln 3, then every 2 ms + 20 ms · ln 2.5
    [21.972246, 42.29806]
    >>> round(recording.rate_hz(), 3)  # Hz, from intervals
    49.199
    """

    setup: Setup
    time_ms: NDArray[np.float64]
    data: Mapping[str, NDArray[Any]]
    spike_times_ms: tuple[NDArray[np.float64], ...]

    @property
    def channels(self) -> tuple[str, ...]:
        """Channel names in the order of the CSV columns."""
        return tuple(self.data)

    @property
    def sweeps(self) -> int:
        return len(self.spike_times_ms)

    def __getitem__(self, channel: str) -> NDArray[Any]:
        """The channel, (sweeps, n). Raises LifbenchError if there is none of that name."""
        try:
            return self.data[channel]
        except KeyError:
            raise LifbenchError(f"there is no channel {channel!r}; there are {', '.join(self.data)}") from None

    def rate_hz(self, sweep: int = 0) -> float | None:
        """1000 / mean interspike interval of a sweep, Hz; None with fewer than two spikes."""
        times = self.spike_times_ms[sweep]
        return None if times.size < 2 else float(1000.0 * (times.size - 1) / (times[-1] - times[0]))


def _channels(names: tuple[str, ...], sweeps: int, n: int) -> dict[str, NDArray[Any]]:
    """An empty (sweeps, n) array for each channel, in one piece of memory: first touching many small pages costs as much as the model."""
    numbers = np.empty((len(names), sweeps, n))
    data: dict[str, NDArray[Any]] = dict(zip(names, numbers, strict=True))
    if "refractory" in data:
        data["refractory"] = np.empty((sweeps, n), dtype=bool)
    return data


def run(setup: Setup, progress: Callable[[int, int], object] | None = None, *, traces: bool = True) -> Recording:
    """Run all sweeps of ``setup``, each from V(0).

    Parameters
    ----------
    setup : Setup
    progress : callable(done, total), optional
        Told of samples done; an exception it raises ends the run.
    traces : bool
        False: spike times alone, exact as ever and much faster; the recording then has no channels.

    Raises
    ------
    LifbenchError
        If the cell cannot be followed (absurdly fast firing), or memory does not suffice.

    Examples
    --------
    The passive cell charges towards E_L + R I with τ = R C = 20 ms:

    >>> from lifbench.model.setup import Setup
    >>> setup = Setup().replace("cell.spiking", False).replace("clamp.holding_current", 100.0)
    >>> V = run(setup)["V_mV"][0]
    >>> float(V[-1].round(6)), float(V[400].round(6))  # after 500 ms, after 20 ms
    (-60.0, -63.678794)
    """
    recording = setup.recording
    n, sweeps = recording.samples, recording.sweeps
    names = channel_names(setup) if traces else ()
    try:
        data = _channels(names, sweeps, n)
    except MemoryError:
        raise LifbenchError("this recording does not fit into memory; a longer sample interval is needed", "recording") from None
    spikes = []
    last = recording.duration * (1.0 + 1e-12)  # a spike at the very end is in, however it was rounded
    for sweep in range(sweeps):
        integrator = Integrator(setup, sweep)
        found = []
        while integrator.position < n:
            if traces:
                here = slice(integrator.position, min(integrator.position + _BLOCK, n))
                block = integrator.advance(here.stop - here.start, {name: data[name][sweep, here] for name in names}, last)
                found.append(block.spike_times_ms)
            else:
                found.append(integrator.skip(min(_BLOCK, n - integrator.position), last))
            if progress is not None:
                progress(sweep * n + integrator.position, sweeps * n)
        times = np.concatenate(found)
        spikes.append(np.minimum(times[times <= last], recording.duration))
    return Recording(setup, recording.time_ms if traces else np.empty(0), data, tuple(spikes))
