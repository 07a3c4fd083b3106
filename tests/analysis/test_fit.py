"""Fits on data whose answer is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifbench.analysis.fit import fit_exponential, fit_line, refine_peak
from lifbench.analysis.spikes import spike_statistics
from lifbench.quantities import LifbenchError


@given(
    tau=st.floats(1.0, 60.0), plateau=st.floats(-90.0, 20.0), amplitude=st.floats(0.5, 60.0), sign=st.sampled_from([-1, 1]),
    count=st.integers(40, 4000),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_an_exact_exponential_gives_back_its_tau(tau, plateau, amplitude, sign, count):
    t = np.linspace(0.0, 100.0, count)
    fit = fit_exponential(t, plateau + sign * amplitude * np.exp(-t / tau))
    assert fit.tau == pytest.approx(tau, rel=1e-7)
    assert fit.plateau == pytest.approx(plateau, abs=1e-6)
    assert fit.residual < 1e-9


def test_noise_moves_tau_little():
    t = np.linspace(0.0, 100.0, 2000)
    y = -70.0 + 10.0 * np.exp(-t / 20.0) + np.random.default_rng(0).normal(0, 0.05, t.size)
    fit = fit_exponential(t, y)
    assert fit.tau == pytest.approx(20.0, rel=0.01)
    assert fit.residual == pytest.approx(0.05, rel=0.1)


@pytest.mark.parametrize("values", [np.zeros(50), np.linspace(0, 1, 50), np.array([1.0, 2.0]), np.array([])])
def test_what_does_not_bend_is_refused_in_words(values):
    with pytest.raises(LifbenchError, match="no bend"):
        fit_exponential(np.arange(values.size, dtype=float), values)


def test_line_and_peak():
    assert fit_line(np.array([0.0, 1.0, 2.0]), np.array([1.0, 3.0, 5.0])) == pytest.approx((2.0, 1.0))
    with pytest.raises(LifbenchError):
        fit_line(np.array([1.0, 1.0]), np.array([1.0, 3.0]))
    t = np.arange(0.0, 10.0, 0.5)
    assert refine_peak(t, 4.0 - (t - 3.3) ** 2) == pytest.approx((3.3, 4.0))
    assert refine_peak(t, t) == (9.5, 9.5)


def test_rates_come_from_intervals():
    s = spike_statistics(np.array([100.0, 110.0, 120.0]), onset_ms=90.0)
    assert (s.count, s.latency_ms, s.mean_interval_ms, s.rate_hz, s.cv) == (3, 10.0, 10.0, 100.0, 0.0)
    one = spike_statistics(np.array([5.0]))
    assert (one.rate_hz, one.cv, one.latency_ms) == (None, None, 5.0)
    assert spike_statistics(np.array([])).latency_ms is None
