"""Units: what people write is understood, what has no meaning is refused in words."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifbench.quantities import UNITS, LifbenchError, format_exact, format_number, format_quantity, parse_quantity


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("0.2 nA", "pA", 200.0), ("0,2 nA", "pA", 200.0), ("200 p", "pF", 200.0), ("200p", "pF", 200.0), ("100 MOhm", "MΩ", 100.0),
        ("100 MΩ", "MΩ", 100.0), ("100 M\u2126", "MΩ", 100.0), ("0.1 GΩ", "MΩ", 100.0), ("\u221270 mV", "mV", -70.0), ("-0.07 V", "mV", -70.0),
        ("2.3 nA", "pA", 2300.0), ("5 µS", "nS", 5000.0), ("5 \u03bcS", "nS", 5000.0), ("0.5 s", "ms", 500.0), ("1e-3 mA", "pA", 1e6),
        ("90 deg", "rad", math.pi / 2), ("1 kHz", "Hz", 1000.0), (".5 mV", "mV", 0.5), ("200 pa", "pA", 200.0), ("1.5", "", 1.5),
    ],
)  # fmt: skip
def test_what_people_write(text, unit, value):
    assert parse_quantity(text, unit) == value


@pytest.mark.parametrize(
    ("text", "unit", "words"),
    [
        ("100 mV", "pF", "is a voltage; a capacitance"), ("5 mS", "ms", "is a conductance; a time"), ("5 ms", "nS", "is a time; a conductance"),
        ("250", "pA", "has no unit"), ("nan mV", "mV", "not a finite number"), ("inf mV", "mV", "not a finite number"), ("-inf", "mV", "not a finite"),
        ("1,000 pA", "pA", "two ways"), ("", "pA", "nothing is written"), ("ten pA", "pA", "does not begin with a number"),
        ("10 furlongs", "ms", "not a unit known"), ("1e999 mV", "mV", "finite"), ("1" * 90, "mV", "too long"), (5, "mV", "has no unit"),
        (None, "mV", "not a quantity"), (True, "mV", "not a quantity"), ("3 mV", "", "a unit where none belongs"),
    ],
)  # fmt: skip
def test_what_has_no_meaning_is_refused_in_words(text, unit, words):
    with pytest.raises(LifbenchError, match=words):
        parse_quantity(text, unit)


def test_a_form_may_take_a_bare_number():
    assert parse_quantity("250", "pA", bare=True) == 250.0


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(sorted(UNITS)))
def test_exact_text_reads_back_as_the_same_float(value, unit):
    assert parse_quantity(format_exact(value, unit), unit) == value


@given(st.text(max_size=60), st.sampled_from(sorted(UNITS)))
def test_any_text_gives_a_finite_number_or_words(text, unit):
    try:
        assert math.isfinite(parse_quantity(text, unit))
    except LifbenchError as error:
        assert error.message
        assert "\n" not in str(error)


def test_numbers_for_the_eye():
    assert format_quantity(-70.0, "mV") == "\u221270 mV"
    assert format_number(0.1 + 0.2) == "0.3"
    assert format_number(1234.0) == "1234"
    assert format_number(math.inf) == "–"
    assert format_number(-0.0) == "0"
