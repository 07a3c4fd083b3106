"""A parameter is declared once; spin box, slider, tool tip, circuit label, range check, file key, header and docs follow.

A declaration is a dataclass field::

    @dataclass(frozen=True)
    class Cell(Declared):
        membrane_capacitance: float = quantity(200.0, "pF", "C_m", "what it is", hard=(0.1, 1e5), soft=(20, 1000))

`parameters_of(Cell)` then gives the `Parameter` of each, in order.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from lifbench.quantities import LifbenchError, format_exact, format_quantity, parse_quantity

__all__ = ["Declared", "Parameter", "choice", "flag", "parameters_of", "quantity", "values"]


@dataclass(frozen=True)
class Parameter:
    """What is known of one parameter.

    Attributes
    ----------
    name : str
        The file key and attribute name (``"membrane_capacitance"``).
    kind : str
        ``"quantity"``, ``"choice"``, ``"flag"``, ``"values"`` (an array with one unit) or ``"count"`` (an integer).
    symbol : str
        As written in equations, plain text with ``_`` for subscripts (``"C_m"``).
    unit : str
        A key of `quantities.UNITS`; the value is always held in it.
    default, required
        ``required`` parameters must be written in a setup file; the default then serves forms only.
    hard, soft : (float, float)
        What the physics and the integrator can do, and what a slider offers. Only hard refuses.
    log : bool
        Whether a slider is logarithmic.
    description, term : str
        One sentence for a tool tip; the term of ``C dV/dt = …`` it stands in ("leak", "capacitive", "clamp",
        "synaptic", "spike" or "").
    choices : tuple of str
        For ``"choice"``.
    increments : bool
        Whether ``NAME_increment`` (added per sweep) exists.
    above_zero : bool
        Whether zero itself is refused.
    optional : bool
        Whether None ("follows another parameter") is allowed.
    """

    name: str
    kind: str
    symbol: str
    unit: str
    default: Any
    description: str
    hard: tuple[float, float] = (-math.inf, math.inf)
    soft: tuple[float, float] = (0.0, 1.0)
    log: bool = False
    term: str = ""
    required: bool = False
    choices: tuple[str, ...] = ()
    increments: bool = False
    above_zero: bool = False
    optional: bool = False

    @property
    def label(self) -> str:
        """``membrane_capacitance`` -> ``Membrane capacitance``."""
        return self.name.replace("_", " ").capitalize()

    @property
    def range_text(self) -> str:
        """The hard range in words: ``"0.1 pF to 100000 pF"``."""
        low, high = self.hard
        if math.isinf(low) and math.isinf(high):
            return "any value"
        start = "above 0" if self.above_zero and low == 0 else format_quantity(low, self.unit, 6)
        return f"{start} to {format_quantity(high, self.unit, 6)}"

    def check(self, value: Any) -> Any:
        """``value`` in the declared type. Raises LifbenchError (keyed by the name) in words."""
        if value is None and self.optional:
            return None
        if self.kind == "choice":
            if value not in self.choices:
                raise LifbenchError(f"{str(value)[:40]!r} is not known; one of {', '.join(self.choices)}", self.name)
            return value
        if self.kind == "flag":
            if not isinstance(value, bool):
                raise LifbenchError("true or false is expected", self.name)
            return value
        if self.kind == "values":
            return tuple(self._number(v) for v in value)
        if self.kind == "count":
            if isinstance(value, bool) or not isinstance(value, int):
                raise LifbenchError("a whole number is expected", self.name)
            if not self.hard[0] <= value <= self.hard[1]:
                raise LifbenchError(f"{value} is outside {self.range_text}", self.name)
            return value
        return self._number(value)

    def _number(self, value: Any) -> float:
        if isinstance(value, bool):
            raise LifbenchError("a number is expected", self.name)
        try:
            number = float(value)
        except (TypeError, ValueError, OverflowError):
            raise LifbenchError("a number is expected", self.name) from None
        if not math.isfinite(number):
            raise LifbenchError("a finite number is expected", self.name)
        low, high = self.hard
        if not low <= number <= high or (self.above_zero and number <= 0):
            raise LifbenchError(f"{format_quantity(number, self.unit)} is outside {self.range_text}", self.name)
        return number + 0.0 if number else 0.0

    def parse(self, text: str, *, bare: bool = False) -> float:
        """`quantities.parse_quantity` with this unit, then `check`; errors carry the name as key."""
        try:
            number = parse_quantity(text, self.unit, bare=bare)
        except LifbenchError as error:
            raise error.under(self.name) from None
        return float(self._number(number) if self.kind == "values" else self.check(number))

    def format(self, value: float) -> str:
        return format_quantity(value, self.unit)

    def format_exact(self, value: float) -> str:
        return format_exact(value, self.unit)


def quantity(
    default: float | None,
    unit: str,
    symbol: str,
    description: str,
    *,
    hard: tuple[float, float],
    soft: tuple[float, float],
    log: bool = False,
    term: str = "",
    required: bool = False,
    increments: bool = False,
    above_zero: bool = False,
    optional: bool = False,
) -> Any:
    """Declare a number with a unit (a dataclass field)."""
    declared = {
        "kind": "quantity", "symbol": symbol, "unit": unit, "default": default, "description": description, "hard": hard,
        "soft": soft, "log": log, "term": term, "required": required, "increments": increments, "above_zero": above_zero,
        "optional": optional,
    }  # fmt: skip
    return field(default=default, metadata={"parameter": declared})


def count(default: int, symbol: str, description: str, *, hard: tuple[int, int], soft: tuple[int, int]) -> Any:
    """Declare a whole number."""
    declared = {
        "kind": "count", "symbol": symbol, "unit": "", "default": default, "description": description, "hard": hard, "soft": soft
    }  # fmt: skip
    return field(default=default, metadata={"parameter": declared})


def choice(default: str, choices: tuple[str, ...], symbol: str, description: str, *, required: bool = False) -> Any:
    """Declare one of several words."""
    declared = {
        "kind": "choice", "symbol": symbol, "unit": "", "default": default, "description": description, "choices": choices,
        "required": required,
    }  # fmt: skip
    return field(default=default, metadata={"parameter": declared})


def flag(default: bool, symbol: str, description: str, *, term: str = "") -> Any:
    """Declare a yes or no."""
    declared = {"kind": "flag", "symbol": symbol, "unit": "", "default": default, "description": description, "term": term}
    return field(default=default, metadata={"parameter": declared})


def values(unit: str, symbol: str, description: str, *, hard: tuple[float, float], required: bool = False) -> Any:
    """Declare an array of numbers with one unit, held as a tuple of floats."""
    declared = {
        "kind": "values", "symbol": symbol, "unit": unit, "default": (), "description": description, "hard": hard,
        "required": required,
    }  # fmt: skip
    return field(default=(), metadata={"parameter": declared})


def parameters_of(cls: type[Any]) -> dict[str, Parameter]:
    """Name -> Parameter of every declared field of the dataclass ``cls``, in order of declaration."""
    key: Any = cls
    return _declared(key)


@cache
def _declared(cls: Any) -> dict[str, Parameter]:
    return {f.name: Parameter(name=f.name, **f.metadata["parameter"]) for f in dataclasses.fields(cls) if "parameter" in f.metadata}


class Declared:
    """Base of the frozen dataclasses of parameters: each value is range-checked and normalised on construction."""

    @property
    def fixed(self) -> frozenset[str]:
        """Names of parameters that another parameter has fixed here: not to be edited, nor written to a file."""
        return frozenset()

    def __post_init__(self) -> None:
        for name, parameter in parameters_of(type(self)).items():
            object.__setattr__(self, name, parameter.check(getattr(self, name)))
