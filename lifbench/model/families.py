"""Families: one run for each value of a parameter, or of a pair, through any concurrent.futures-like executor.

f–I, strength–duration, f–g … are all `sweep`s. A cluster's executor can be handed in: only ``submit`` is used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from lifbench.model.recording import Recording, run
from lifbench.model.setup import Setup
from lifbench.quantities import LifbenchError

__all__ = ["Cancelled", "Executor", "find_threshold", "sweep"]

_LEAST, _MOST = 1e-3, 1e7  # where `find_threshold` begins to look, and where it gives up; in the unit of the parameter


class Cancelled(LifbenchError):
    """The family was cancelled; what was done is dropped."""


class Executor(Protocol):
    """What is needed of an executor (PEP 3148)."""

    def submit(self, fn: Callable[..., Any], /, *args: Any) -> Any: ...


def sweep(
    setup: Setup,
    path: str,
    values: Sequence[float],
    measure: Callable[[Recording], Any] = Recording.rate_hz,
    *,
    second: tuple[str, Sequence[float]] | None = None,
    traces: bool | None = None,
    executor: Executor | None = None,
    progress: Callable[[int, int], object] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> list[Any]:
    """Run ``setup`` with the parameter ``path`` at each of ``values`` and measure each recording.

    Parameters
    ----------
    path, values
        As `Setup.replace` takes them: ``sweep(setup, "clamp.holding_current", [0, 100, 200])`` (pA) is an f–I curve.
    measure : callable(Recording)
        What is kept of each run; the rate from intervals (Hz, None below two spikes) unless said otherwise. For an
        executor of processes it must be importable.
    second : (path, values), optional
        A second parameter; the result is then a list of lists, one row for each of ``values``.
    traces : bool, optional
        Whether ``measure`` needs the channels, and not spike times alone; it does unless it is the rate.
    executor : optional
        Anything with ``submit``; without one the runs follow each other here.
    progress : callable(done, total), cancelled : callable() -> bool
        Runs done; and whether to stop, asked between runs and, without an executor, within them.

    Returns
    -------
    list
        In the order of ``values``.

    Raises
    ------
    LifbenchError
        If a value has no meaning (before anything runs) or a cell cannot be followed; `Cancelled` if cancelled.

    Examples
    --------
    >>> from lifbench.model.setup import Setup
    >>> rates = sweep(Setup(), "clamp.holding_current", [100.0, 300.0, 400.0])
    >>> [None if r is None else round(r, 2) for r in rates]
    [None, 49.2, 75.8]
    """
    if traces is None:
        traces = measure is not Recording.rate_hz
    setups = [setup.replace(path, value) for value in values]
    columns = 1
    if second is not None:
        columns = len(second[1])
        setups = [one.replace(second[0], value) for one in setups for value in second[1]]

    def stop(done: int, total: int) -> None:
        if cancelled():
            raise Cancelled("the family was cancelled")

    jobs = None if executor is None else [executor.submit(_one, one, measure, traces) for one in setups]
    found = []
    for number, one in enumerate(setups):
        if cancelled():
            for job in jobs or ():
                job.cancel()
            raise Cancelled("the family was cancelled")
        found.append(measure(run(one, stop, traces=traces)) if jobs is None else jobs[number].result())
        if progress is not None:
            progress(number + 1, len(setups))
    if second is None:
        return found
    return [found[k * columns : (k + 1) * columns] for k in range(len(values))]


def fires(recording: Recording) -> bool:
    """Whether there is a spike in any sweep."""
    return any(times.size for times in recording.spike_times_ms)


def find_threshold(
    setup: Setup,
    path: str,
    answers: Callable[[Recording], bool] = fires,
    *,
    start: float = 1.0,
    tolerance: float = 1e-9,
    traces: bool = False,
) -> float:
    """The value of ``path`` from which on the cell answers: found by doubling and halving, knowing nothing of the theory.

    Parameters
    ----------
    path, start
        A parameter, as `Setup.replace` takes it, and a first guess above 0 in its unit.
    answers : callable(Recording) -> bool
        False below, true from the threshold on; a spike unless said otherwise.
    tolerance : float
        Relative; the value returned answers, and the one a tolerance lower does not.
    traces : bool
        Whether ``answers`` needs the channels.

    Raises
    ------
    LifbenchError
        If nothing up to 1e7 (or the parameter's range) answers.

    Examples
    --------
    >>> from lifbench.model.setup import Setup
    >>> round(find_threshold(Setup(), "clamp.holding_current"), 3)  # pA; the rheobase is 200 pA, a run of 500 ms needs no more
    200.0
    """

    def answered(value: float) -> bool:
        return answers(run(setup.replace(path, value), traces=traces))

    high = start
    if answered(high):
        low = high
        while answered(low):
            high, low = low, 0.5 * low
            if low < _LEAST:
                return high
    else:
        while not answered(high):
            low, high = high, 2.0 * high
            if high > _MOST:
                raise LifbenchError("nothing the clamp can do makes the cell answer", path)
    while high - low > tolerance * high:
        middle = 0.5 * (low + high)
        if not low < middle < high:
            break
        if answered(middle):
            high = middle
        else:
            low = middle
    return high


def _one(setup: Setup, measure: Callable[[Recording], Any], traces: bool) -> Any:
    return measure(run(setup, traces=traces))
