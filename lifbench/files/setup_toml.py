"""The setup file: TOML in and out, from the declarations alone; a new parameter needs no edit here.

Quantities are strings with their unit; errors are LifbenchErrors keyed with the dotted path in the file.
"""

from __future__ import annotations

import dataclasses
import difflib
import math
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomli_w

from lifbench.files.atomic import said_plainly, writing
from lifbench.model.cell import Cell
from lifbench.model.clamp import EPOCH_SHAPES, Clamp, Epoch, Samples
from lifbench.model.setup import RecordingSettings, Setup
from lifbench.model.synapse import SYNAPSE_KINETICS, KernelSynapse, Poisson, Synapse
from lifbench.parameters import Parameter, parameters_of
from lifbench.quantities import LifbenchError, format_exact, parse_quantity

__all__ = ["dumps", "load", "loads", "save"]

_LARGEST = 50_000_000  # bytes
_VERSION = 1


def load(path: str | Path) -> Setup:
    """Read a setup file. Raises LifbenchError if it cannot be read or is not a setup.

    Examples
    --------
    >>> from pathlib import Path
    >>> _ = Path("my_setup.toml").write_text('lifbench = 1\\n[cell]\\nmembrane_resistance = "0.2 GΩ"', encoding="utf-8")
    >>> setup = load("my_setup.toml")
    >>> setup.cell.membrane_resistance  # MΩ
    200.0
    >>> save(setup, "again.toml")
    >>> load("again.toml") == setup
    True
    """
    file = Path(path)
    try:
        if file.is_dir():
            raise LifbenchError("this is a folder; a setup file is expected")
        if file.stat().st_size > _LARGEST:
            raise LifbenchError("this file is too large to be a setup")
        raw = file.read_bytes()
    except OSError as error:
        raise LifbenchError(f"this file cannot be read: {said_plainly(error)}") from None
    except ValueError:
        raise LifbenchError("this is not the name of a file") from None
    try:
        return loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise LifbenchError("this is not a lifbench setup: a text file in UTF-8 is expected") from None


def loads(text: str) -> Setup:
    """Read a setup from TOML text. Raises LifbenchError."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise LifbenchError(f"this is not TOML: {error}") from None
    except (RecursionError, ValueError, OverflowError):
        raise LifbenchError("this is not TOML that can be read") from None
    return _setup(table)


def save(setup: Setup, path: str | Path) -> None:
    """Write a setup file. Raises LifbenchError; an existing file is then as it was."""
    with writing(Path(path)) as stream:
        stream.write(dumps(setup).encode())


# ---- reading


def _setup(table: Mapping[str, Any]) -> Setup:
    _known(table, ("lifbench", "cell", "recording", "clamp", "synapses"), "")
    version = table.get("lifbench")
    if version is None:
        raise LifbenchError("the line 'lifbench = 1' is missing; is this a lifbench setup?", "lifbench")
    if version != _VERSION or isinstance(version, bool):
        raise LifbenchError(f"version {str(version)[:20]!r} is not known here; 1 is expected", "lifbench")
    recording = _read(RecordingSettings, _table(table, "recording"), "recording")
    cell = _read(Cell, _table(table, "cell"), "cell")
    clamp_table = _table(table, "clamp")
    _known(clamp_table, (*parameters_of(Clamp), "epochs"), "clamp")
    epochs = tuple(
        _epoch(item, f"clamp.epochs.{i}", recording) for i, item in enumerate(_tables(clamp_table, "epochs", "clamp.epochs"))
    )
    plain = {k: v for k, v in clamp_table.items() if k != "epochs"}
    clamp = dataclasses.replace(_read(Clamp, plain, "clamp"), epochs=epochs)
    synapses = tuple(_synapse(item, f"synapses.{i}") for i, item in enumerate(_tables(table, "synapses", "synapses")))
    return Setup(cell, clamp, synapses, recording)


def _table(table: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = table.get(key, {})
    if not isinstance(found, dict):
        raise LifbenchError(f"a section is expected, written [{key}]", key)
    return found


def _tables(table: Mapping[str, Any], key: str, path: str) -> list[Mapping[str, Any]]:
    found = table.get(key, [])
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise LifbenchError(f"a list of sections is expected, each written [[{path}]]", path)
    return found


def _known(table: Mapping[str, Any], names: tuple[str, ...], path: str) -> None:
    for key in table:
        if key not in names:
            near = difflib.get_close_matches(key, names, 1)
            hint = f"; {near[0]!r} is near" if near else f"; known are {', '.join(names)}"
            shown = "".join(c if c.isprintable() else "?" for c in key[:60])
            raise LifbenchError(f"this key is not known{hint}", f"{path}.{shown}" if path else shown)


def _value(parameter: Parameter, value: Any, path: str) -> Any:
    try:
        if parameter.kind == "quantity":
            if parameter.unit == "" and isinstance(value, (int, float)) and not isinstance(value, bool):
                return parameter.check(value)
            return parameter.check(parse_quantity(value, parameter.unit))
        if parameter.kind == "values":
            return _values(parameter, value)
        return parameter.check(value)
    except LifbenchError as error:
        raise LifbenchError(error.message, path) from None
    except (RecursionError, OverflowError):
        raise LifbenchError("this value cannot be used", path) from None


def _values(parameter: Parameter, value: Any) -> tuple[float, ...]:
    if not parameter.unit:
        if not isinstance(value, list):
            raise LifbenchError("a list of numbers is expected, such as [1.0, 2.5]")
        return tuple(parameter.check(value))
    form = f'{{ values = [1.0, 2.5], unit = "{parameter.unit}" }} is expected'
    if not isinstance(value, dict) or set(value) != {"values", "unit"} or not isinstance(value["values"], list):
        raise LifbenchError(form)
    if not isinstance(value["unit"], str):
        raise LifbenchError(f"the unit must be a text; {form}")
    unit = value["unit"]
    parse_quantity(f"1 {unit}", parameter.unit)  # refuses a wrong dimension in words
    numbers = value["values"]
    if any(isinstance(n, bool) or not isinstance(n, (int, float)) for n in numbers):
        raise LifbenchError(f"the values must be numbers; {form}")
    if unit == parameter.unit:
        return tuple(parameter.check(numbers))
    if not all(math.isfinite(n) for n in numbers if isinstance(n, float)):
        raise LifbenchError("finite numbers are expected")
    return tuple(parameter.check([parse_quantity(f"{n!r} {unit}", parameter.unit) for n in numbers]))


def _read(cls: type[Any], table: Mapping[str, Any], path: str, **more: Any) -> Any:
    """An instance of a declared dataclass from its table."""
    declared = parameters_of(cls)
    _known(table, tuple(declared), path)
    given = {name: _value(declared[name], value, f"{path}.{name}") for name, value in table.items()}
    for name, parameter in declared.items():
        if parameter.required and name not in given and name not in more.get("excused", ()):
            raise LifbenchError(f"this key is missing; {parameter.label.lower()} is needed here", f"{path}.{name}")
    more.pop("excused", None)
    try:
        made = cls(**given, **more)
    except LifbenchError as error:
        raise error.under(path) from None
    for name in made.fixed & given.keys():
        if getattr(made, name) != given[name]:
            raise LifbenchError("this is fixed in a reference cell; without it the file is right", f"{path}.{name}")
    return made


def _epoch(table: Mapping[str, Any], path: str, recording: RecordingSettings) -> Epoch:
    cls: type[Epoch] = _kind(table, "shape", EPOCH_SHAPES, path)
    declared = parameters_of(cls)
    incremented = {n for n, p in declared.items() if p.increments}
    allowed = (*declared, *(f"{n}_increment" for n in declared if n in incremented))
    rest = {k: v for k, v in table.items() if k != "shape"}
    _known(rest, ("shape", *allowed), path)
    increments = []
    plain: dict[str, Any] = {}
    excused = set()
    for key, value in rest.items():
        name = key.removesuffix("_increment")
        if key.endswith("_increment") and name in incremented:
            try:
                increments.append((name, parse_quantity(value, declared[name].unit)))
            except LifbenchError as error:
                raise LifbenchError(error.message, f"{path}.{key}") from None
            if name not in rest and not declared[name].above_zero:
                excused.add(name)
        else:
            plain[key] = value
    for name in excused:
        plain[name] = format_exact(0.0, declared[name].unit)
    if "start" not in plain:
        plain["start"] = "0 ms"
    if "duration" not in plain:
        start = _value(declared["start"], plain["start"], f"{path}.start")
        left = recording.duration - start
        if cls is Samples and isinstance(plain.get("values"), dict) and "interval" in plain:
            interval = _value(declared["interval"], plain["interval"], f"{path}.interval")
            count = len(_value(declared["values"], plain["values"], f"{path}.values"))
            if not count:
                raise LifbenchError("at least one value is needed", f"{path}.values")
            left = interval * count
        if left <= 0:
            raise LifbenchError("the epoch would begin after the end of the recording", f"{path}.start")
        plain["duration"] = format_exact(left, "ms")
    epoch: Epoch = _read(cls, plain, path, increments=tuple(increments))
    return epoch


def _synapse(table: Mapping[str, Any], path: str) -> Synapse:
    cls: type[Synapse] = _kind(table, "kinetics", SYNAPSE_KINETICS, path)
    kernel = issubclass(cls, KernelSynapse)
    extra = ("kinetics", "name", "poisson") if kernel else ("kinetics", "name")
    _known(table, (*extra, *parameters_of(cls)), path)
    rest = {k: v for k, v in table.items() if k not in extra}
    more: dict[str, Any] = {}
    name = table.get("name")
    if not isinstance(name, str):
        raise LifbenchError('a name is needed, such as "excitatory"', f"{path}.name")
    more["name"] = name
    if "poisson" in table:
        if not isinstance(table["poisson"], dict):
            raise LifbenchError('{ rate = "50 Hz", start = "0 ms", stop = "500 ms" } is expected', f"{path}.poisson")
        more["poisson"] = _read(Poisson, table["poisson"], f"{path}.poisson")
    synapse: Synapse = _read(cls, rest, path, **more)
    return synapse


def _kind(table: Mapping[str, Any], key: str, kinds: Mapping[str, type[Any]], path: str) -> type[Any]:
    word = table.get(key)
    if not isinstance(word, str) or word not in kinds:
        said = "this key is missing" if word is None else f"{str(word)[:40]!r} is not known"
        raise LifbenchError(f"{said}; one of {', '.join(kinds)}", f"{path}.{key}")
    return kinds[word]


# ---- writing


def dumps(setup: Setup) -> str:
    """The setup as TOML; `loads` gives back an equal setup, to the last bit."""
    clamp = _plain(setup.clamp)
    if setup.clamp.epochs:
        clamp["epochs"] = [_epoch_table(epoch) for epoch in setup.clamp.epochs]
    document: dict[str, Any] = {
        "lifbench": _VERSION,
        "cell": _plain(setup.cell),
        "recording": _plain(setup.recording),
        "clamp": clamp,
    }
    if setup.synapses:
        document["synapses"] = [_synapse_table(synapse) for synapse in setup.synapses]
    return tomli_w.dumps(document)


def _plain(declared: Any) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name, parameter in parameters_of(type(declared)).items():
        value = getattr(declared, name)
        if value is None or name in declared.fixed or (parameter.kind == "values" and not value):
            continue
        if parameter.kind == "values":
            out[name] = {"values": list(value), "unit": parameter.unit} if parameter.unit else list(value)
        elif parameter.kind == "quantity":
            out[name] = parameter.format_exact(value)
        else:
            out[name] = value
    return out


def _epoch_table(epoch: Epoch) -> dict[str, Any]:
    declared = parameters_of(type(epoch))
    steps = {f"{name}_increment": format_exact(amount, declared[name].unit) for name, amount in epoch.increments}
    return {"shape": epoch.shape, **_plain(epoch), **steps}


def _synapse_table(synapse: Synapse) -> dict[str, Any]:
    out: dict[str, Any] = {"name": synapse.name, "kinetics": synapse.kinetics, **_plain(synapse)}
    if isinstance(synapse, KernelSynapse) and synapse.poisson is not None:
        out["poisson"] = _plain(synapse.poisson)
    return out
