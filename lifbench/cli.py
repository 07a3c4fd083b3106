"""The command line: ``lifbench [FILE]``, ``run``, ``convert``, ``check``. Bad input is one line on stderr and exit status 2."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import lifbench
from lifbench.quantities import LifbenchError, format_number

__all__ = ["main"]


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        sys.stderr.write(f"lifbench: {' '.join(message.split())}; 'lifbench --help' tells more\n")
        raise SystemExit(2)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line. Returns the exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    # Errors and tables carry Ω and µ: a console in another encoding must not turn them into a traceback.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        if arguments and arguments[0] in ("run", "convert", "check"):
            return {"run": _run, "convert": _convert, "check": _check}[arguments[0]](arguments[1:])
        return _bench(arguments)
    except BrokenPipeError:
        # the reader went away (`| head`): nothing is wrong, and Python must not complain at exit either
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130


def _refuse(error: LifbenchError, file: str = "") -> int:
    sys.stdout.flush()
    sys.stderr.write(f"lifbench: {file}: {error}\n" if file else f"lifbench: {error}\n")
    return 2


def _bench(arguments: list[str]) -> int:
    parser = _Parser(
        prog="lifbench",
        description="A virtual lab bench for the leaky integrate-and-fire neuron.",
        epilog="lifbench run SETUP.toml [-o FILE]... [--json]: run with no window.  lifbench convert IN OUT: between trace formats.  "
        "lifbench check: the closed-form cases on this machine.",
    )
    parser.add_argument("file", nargs="?", metavar="FILE", help="a setup to open")
    parser.add_argument("--version", action="version", version=f"lifbench {lifbench.__version__}")
    options = parser.parse_args(arguments)
    try:
        from lifbench.app import main as open_bench
    except ImportError as error:
        reason = " ".join(str(error).split())
        return _refuse(LifbenchError(f"the window cannot be shown, since Qt does not load: {reason}"))
    status: int = open_bench([options.file] if options.file else [])
    return status


def _run(arguments: list[str]) -> int:
    parser = _Parser(prog="lifbench run", description="Run a setup with no window.")
    parser.add_argument("setup", metavar="SETUP.toml")
    parser.add_argument("-o", "--output", metavar="FILE", action="append", default=[], help="format by suffix; may be given again")
    parser.add_argument("--json", action="store_true", help="print the result as JSON on stdout")
    options = parser.parse_args(arguments)
    from lifbench.files import formats, setup_toml
    from lifbench.model.recording import run

    for output in options.output:
        try:
            formats.check_suffix(output)
        except LifbenchError as error:
            return _refuse(error, output)
    try:
        recording = run(setup_toml.load(options.setup))
    except LifbenchError as error:
        return _refuse(error, options.setup)
    try:
        formats.write_all(recording, options.output)
    except LifbenchError as error:
        return _refuse(error)
    result = _result(recording)
    if options.json:
        print(json.dumps(result))
    else:
        _table(result, recording)
        for output in options.output:
            print(f"written: {output}")
    sys.stdout.flush()
    return 0


def _result(recording: Any) -> dict[str, Any]:
    """What ``--json`` prints. Rates come from intervals; latency is from the start of the first epoch."""
    epochs = recording.setup.clamp.epochs
    sweeps = []
    for sweep, times in enumerate(recording.spike_times_ms):
        onset = min((e.start for e in recording.setup.clamp.at_sweep(sweep).epochs), default=0.0) if epochs else 0.0
        after = times[times >= onset]
        sweeps.append(
            {
                "sweep": sweep,
                "spike_times_ms": times.tolist(),
                "mean_rate_hz": recording.rate_hz(sweep),
                "latency_ms": float(after[0] - onset) if after.size else None,
            }
        )
    return {"lifbench": lifbench.__version__, "sweeps": sweeps}


def _table(result: dict[str, Any], recording: Any) -> None:
    from lifbench.analysis.passive import membrane_time_constant

    def text(value: float | None) -> str:
        return "–" if value is None else format_number(value, 6)

    print(f"{'sweep':>5}  {'spikes':>7}  {'rate (Hz)':>10}  {'latency (ms)':>12}  {'τ (ms)':>10}")
    for row in result["sweeps"]:
        rate, latency = text(row["mean_rate_hz"]), text(row["latency_ms"])
        tau = text(membrane_time_constant(recording, row["sweep"]))
        print(f"{row['sweep'] + 1:>5}  {len(row['spike_times_ms']):>7}  {rate:>10}  {latency:>12}  {tau:>10}")


def _convert(arguments: list[str]) -> int:
    parser = _Parser(prog="lifbench convert", description="Convert a trace from one format to another.")
    parser.add_argument("source", metavar="IN")
    parser.add_argument("target", metavar="OUT")
    options = parser.parse_args(arguments)
    from lifbench.files import formats

    try:
        formats.check_suffix(options.target)
        formats.write_all(formats.read(options.source), [options.target])
    except LifbenchError as error:
        return _refuse(error)
    return 0


def _check(arguments: list[str]) -> int:
    """Status 0 when every case is within its bound, 1 otherwise."""
    _Parser(prog="lifbench check", description="Run the closed-form cases on this machine.").parse_args(arguments)
    from lifbench.model.self_check import run_checks

    checks = run_checks()
    print(f"{'case':<40} {'error':>10} {'bound':>10}")
    for check in checks:
        verdict = "" if check.passed else "   NOT WITHIN ITS BOUND"
        print(f"{check.case:<40} {check.error:>10.1e} {check.bound:>10.0e} {check.unit}{verdict}")
    return 0 if all(check.passed for check in checks) else 1
