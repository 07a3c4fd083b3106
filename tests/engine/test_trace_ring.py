"""The ring: what was written is read back, bounded, and its buckets do not shimmer."""

import numpy as np
import pytest

from lifbench.engine.trace_ring import TraceRing


def filled(count, megabytes=1.0, seed=0, start=0):
    ring = TraceRing(("V_mV", "refractory"), 0.05, start=start, megabytes=megabytes)
    rng = np.random.default_rng(seed)
    V = rng.normal(size=count)
    at = 0
    while at < count:
        n = int(rng.integers(1, 9000))
        ring.append({"V_mV": V[at : at + n], "refractory": V[at : at + n] > 1})
        at += n
    return ring, V.astype(np.float32)


@pytest.mark.parametrize("count", [10, 5000, 300_000])
def test_read_gives_back_the_latest_samples(count):
    ring, V = filled(count)
    first, values = ring.read("V_mV", 0, ring.total)
    np.testing.assert_array_equal(values, V[first:])
    assert ring.total == count
    assert ring.total - first <= ring.capacity


@pytest.mark.parametrize("columns", [1, 7, 100, 1000, 100_000])
def test_window_is_the_minimum_and_maximum_of_its_buckets(columns):
    ring, V = filled(90_000, megabytes=4.0)
    x, low, high = ring.window("V_mV", 1234, 81_234, columns)
    bucket = 1 if x.size == 80_000 else round(float(x[1] - x[0])) if x.size > 1 else 65536
    assert bucket & (bucket - 1) == 0
    for k in (0, x.size // 2, max(0, x.size - 2)):
        start = 1234 + k if bucket == 1 else (1234 // bucket + k) * bucket
        part = V[start : min(start + bucket, 90_000)]
        if start + bucket <= 81_234:
            assert low[k] == part.min()
            assert high[k] == part.max()


def test_memory_is_bounded_and_flat():
    ring, _ = filled(10)
    room = ring.capacity
    for _ in range(40):
        ring.append({"V_mV": np.zeros(20_000), "refractory": np.zeros(20_000)})
    assert ring.capacity == room
    assert ring.total - ring.first <= room


def test_a_frozen_spike_keeps_height_and_column_while_the_view_scrolls():
    ring = TraceRing(("V_mV",), 0.05, megabytes=8.0)
    V = np.full(400_000, -70.0)
    V[200_000] = 30.0
    ring.append({"V_mV": V})
    span, columns = 40_000, 700
    for shift in range(100):
        first = 170_000 + 13 * shift
        x, _, high = ring.window("V_mV", first, first + span, columns)
        top = int(np.argmax(high))
        assert high[top] == 30.0
        np.testing.assert_array_equal((x / 32) % 1, 0.5)  # buckets stand still while the view moves over them
        assert abs(x[top] - 200_000) * columns / span <= 1.0


def test_a_count_may_begin_late_and_what_is_not_held_is_left_out():
    ring, V = filled(100, start=5000)
    assert ring.first == 5000
    first, values = ring.read("V_mV", 0, 10_000)
    assert first == 5000
    np.testing.assert_array_equal(values, V)
    assert ring.window("V_mV", 0, 10, 10)[0].size == 0


@pytest.mark.parametrize("columns", [3, 20, 400])
def test_what_was_never_written_shows_in_no_bucket(columns):
    """A ring that begins in the middle of a bucket, as after a change of tab: no minimum or maximum of zero."""
    ring = TraceRing(("V_mV",), 0.05, start=1_234_567, megabytes=8.0)
    for size in (7, 300, 9000):
        ring.append({"V_mV": np.full(size, -70.0)})
        _, low, high = ring.window("V_mV", 0, ring.total, columns)
        assert set(low.tolist()) | set(high.tolist()) == {-70.0}
