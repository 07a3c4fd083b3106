"""Numbers with units: read what people write, write what people read, refuse the wrong dimension.

One coherent unit system inside the program: mV, ms, pA, pF, nS (and MΩ, Hz, rad at the edges), so that
pA/nS = mV and pF/nS = ms without a factor. Everything that comes from a file or a keyboard passes here.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal, InvalidOperation

__all__ = ["UNITS", "LifbenchError", "QuantityError", "format_exact", "format_number", "format_quantity", "parse_quantity"]


class LifbenchError(Exception):
    """Anything a person or a file can get wrong, said in one sentence.

    Attributes
    ----------
    key : str
        Dotted name of what is wrong (``"cell.threshold"``), or "" when it is the whole.
    message : str
        What is wrong and what is accepted; one line, no full stop at the end.
    """

    def __init__(self, message: str, key: str = "") -> None:
        self.message = " ".join(str(message).split())
        self.key = key
        super().__init__(f"{key}: {self.message}" if key else self.message)

    def under(self, prefix: str) -> LifbenchError:
        """The same error with ``prefix`` put before its key."""
        return type(self)(self.message, f"{prefix}.{self.key}" if self.key else prefix)


class QuantityError(LifbenchError):
    """A text that is not a quantity of the wanted dimension."""


# unit -> (dimension in words, base symbol, power of ten of the unit in base units, an example)
UNITS: dict[str, tuple[str, str, int, str]] = {
    "mV": ("a voltage", "V", -3, "-70 mV"),
    "ms": ("a time", "s", -3, "5 ms"),
    "pA": ("a current", "A", -12, "100 pA"),
    "pF": ("a capacitance", "F", -12, "200 pF"),
    "nS": ("a conductance", "S", -9, "10 nS"),
    "MΩ": ("a resistance", "Ω", 6, "100 MΩ"),
    "Hz": ("a frequency", "Hz", 0, "10 Hz"),
    "rad": ("an angle", "rad", 0, "90 deg"),
    "fC": ("a charge", "C", -15, "3 fC"),
    "mV/ms": ("a rate of change", "V/s", 0, "10 mV/ms"),
    "": ("a plain number", "", 0, "1.5"),
}

_PREFIXES = {"": 0, "f": -15, "p": -12, "n": -9, "µ": -6, "u": -6, "m": -3, "k": 3, "K": 3, "M": 6, "G": 9}
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:,[0-9]{3})+")
_LONGEST = 80  # characters: nobody writes a longer quantity, and a file may hold anything


def _spelling(text: str) -> str:
    """One spelling for the many that keyboards give: minus, micro and ohm signs, spaces."""
    for old, new in (("\u2212", "-"), ("\u2013", "-"), ("\u03bc", "µ"), ("\u2126", "Ω"), ("\u00a0", " "), ("\u202f", " ")):
        text = text.replace(old, new)
    return text.strip()


def _symbols() -> dict[str, str]:
    """Spelling of a base symbol -> base symbol. Case decides only between s (second) and S (siemens)."""
    out = {"V": "V", "v": "V", "A": "A", "a": "A", "F": "F", "Hz": "Hz", "hz": "Hz", "HZ": "Hz", "s": "s", "S": "S"}
    out |= {"sec": "s", "C": "C", "rad": "rad", "V/s": "V/s"}
    out |= dict.fromkeys(("Ω", "ω", "Ohm", "ohm", "OHM", "Ohms", "ohms"), "Ω")
    return out


_SYMBOLS = _symbols()
_WORDS = {base: (words, unit) for unit, (words, base, _, _) in UNITS.items()}


def _read_unit(text: str, unit: str) -> tuple[str, int] | None:
    """(base symbol, power of ten) that ``text`` names, or None. ``unit`` lets a lone prefix ("200 p") pass."""
    base = UNITS[unit][1]
    if text == unit:
        return base, UNITS[unit][2]
    if text in ("mV/ms", "V/s"):
        return "V/s", 0
    if text in _PREFIXES and text and base not in ("", "rad", "V/s"):
        return base, _PREFIXES[text]
    for symbol, meant in _SYMBOLS.items():
        if text.endswith(symbol) and text[: -len(symbol)] in _PREFIXES:
            return meant, _PREFIXES[text[: -len(symbol)]]
    return None


def parse_quantity(text: str, unit: str, *, bare: bool = False) -> float:
    """The value of ``text`` in ``unit``.

    Parameters
    ----------
    text : str
        ``"0.2 nA"``, ``"0,2 nA"``, ``"200 p"``, ``"100 MOhm"``, ``"-70mV"``, ``"90 deg"``.
    unit : str
        A key of `UNITS`; it decides the dimension and the scale of the answer.
    bare : bool
        Whether a number without unit is taken to be in ``unit``: yes for a form that shows the unit beside
        the field, no for a file.

    Returns
    -------
    float
        Rounded once, from the decimal text: ``"2.3 nA"`` is exactly ``2300.0`` pA.

    Raises
    ------
    QuantityError
        In words, with what is accepted.
    """
    words, base, power, example = UNITS[unit]
    accepted = f"{words} such as {example!r} is expected" if unit else "a plain number is expected"
    if not isinstance(text, str):
        if isinstance(text, (int, float)) and not isinstance(text, bool):
            raise QuantityError(f"{text!r} has no unit; write it as a string with its unit, {accepted}")
        raise QuantityError(f"this is not a quantity; {accepted}")
    said = _spelling(text)
    shown = said if len(said) <= 40 else said[:37] + "..."
    if not said:
        raise QuantityError(f"nothing is written here; {accepted}")
    if len(said) > _LONGEST:
        raise QuantityError(f"'{shown}' is too long to be a quantity; {accepted}")
    if re.match(r"[+-]?(nan|inf)", said, re.IGNORECASE):
        raise QuantityError(f"'{shown}' is not a finite number; {accepted}")
    match = _NUMBER.match(said)
    if match is None:
        raise QuantityError(f"'{shown}' does not begin with a number; {accepted}")
    digits, rest = match.group(), said[match.end() :].strip()
    if _GROUPED.fullmatch(digits):
        raise QuantityError(f"'{shown}' can be read in two ways; write the number without thousands separators")
    shift = 0
    factor = 1.0
    if not rest:
        if unit and not bare:
            raise QuantityError(f"'{shown}' has no unit; {accepted}")
    elif unit == "rad" and rest in ("deg", "°", "degrees"):
        factor = math.pi / 180.0
    elif not unit:
        raise QuantityError(f"'{shown}' has a unit where none belongs; {accepted}")
    else:
        found = _read_unit(rest, unit)
        if found is None:
            raise QuantityError(f"'{shown}': '{rest[:12]}' is not a unit known here; {accepted}")
        if found[0] != base:
            raise QuantityError(f"'{shown}' is {_WORDS[found[0]][0]}; {accepted}")
        shift = found[1] - power
    try:
        value = float(Decimal(digits.replace(",", ".")).scaleb(shift)) * factor
    except (InvalidOperation, OverflowError, ValueError):
        raise QuantityError(f"'{shown}' is not a number that can be used; {accepted}") from None
    if not math.isfinite(value):
        raise QuantityError(f"'{shown}' is not a finite number; {accepted}")
    return value + 0.0 if value else 0.0  # no minus zero


def format_number(value: float, digits: int = 4) -> str:
    """``value`` for the eye: ``digits`` significant digits, no exponent between 1e-4 and 1e6, a true minus sign."""
    if not math.isfinite(value):
        return "–"
    if value == 0:
        return "0"
    size = math.floor(math.log10(abs(value)))
    if -5 < size < 6:
        text = f"{value:.{max(0, digits - 1 - size)}f}"
        if "." in text:
            text = text.rstrip("0").rstrip(".")
        text = text if text not in ("-0", "") else "0"
    else:
        text = f"{value:.{digits - 1}e}"
        mantissa, exponent = text.split("e")
        text = f"{mantissa.rstrip('0').rstrip('.') if '.' in mantissa else mantissa}e{int(exponent)}"
    return text.replace("-", "\u2212")


def format_quantity(value: float, unit: str, digits: int = 4) -> str:
    """For the eye: ``format_quantity(-70.0, "mV") == "−70 mV"``."""
    return f"{format_number(value, digits)} {unit}".rstrip()


def format_exact(value: float, unit: str) -> str:
    """For a file: the shortest text that `parse_quantity` reads back as the same float."""
    number = repr(float(value))
    number = number.removesuffix(".0")
    return f"{number} {unit}".rstrip()
