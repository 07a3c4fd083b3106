"""Builds the application, owns the exception hooks and the orderly shutdown."""

from __future__ import annotations

import ctypes.util
import logging
import os
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import shiboken6
from PySide6.QtCore import QSettings, QStandardPaths, QTimer
from PySide6.QtGui import QIcon, QPixmapCache
from PySide6.QtWidgets import QApplication

from lifbench.engine.runner import Engine
from lifbench.experiments.registry import experiments
from lifbench.files import formats, setup_toml
from lifbench.gui.autosave import Autosave
from lifbench.gui.bench import Bench
from lifbench.gui.main_window import MainWindow
from lifbench.model.recording import run
from lifbench.model.setup import Setup
from lifbench.quantities import LifbenchError
from lifbench.resources import resource

__all__ = ["build", "main"]

_log = logging.getLogger("lifbench")


def display_problem() -> str:
    """One sentence if no window can be shown here: without a display Qt would abort the process."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM", "xcb").split(":")[0] not in ("xcb", "wayland"):
        return ""
    if os.environ.get("WAYLAND_DISPLAY"):
        return ""
    display = os.environ.get("DISPLAY", "")
    advice = "there is no display here to show a window on; 'lifbench run SETUP.toml' needs none, QT_QPA_PLATFORM=offscreen neither"
    if not display:
        return advice
    host, _, number = display.rpartition(":")
    if host not in ("", "unix"):
        return ""
    name = "/tmp/.X11-unix/X" + number.split(".")[0]
    for address in (name, "\0" + name):
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(address)
            except OSError:
                continue
            if ctypes.util.find_library("xcb-cursor") is None:
                return "the system library libxcb-cursor0 is missing, which Qt needs to show a window; install it first"
            return ""
    return advice


def build(settings: QSettings, setup: Setup | None = None, autosave: Autosave | None = None) -> MainWindow:
    """The window around a fresh bench and engine, not yet begun."""
    setup = setup or experiments()[0].setup()
    engine = Engine(setup)
    return MainWindow(Bench(engine, setup), engine, settings, autosave)


class _Hooks:
    """Errors that nobody caught: into the log, and in words into the window."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._old = (sys.excepthook, threading.excepthook)
        sys.excepthook = self._main
        threading.excepthook = self._thread

    def _main(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._window.close()
            return
        _log.error("not caught: %s", "".join(traceback.format_exception(kind, error, trace)))
        if not isinstance(error, LifbenchError):
            error = Exception(f"something went wrong that should not ({kind.__name__}: {error})")
        self._window.say(f"{error}. The bench goes on and the setup is kept; please tell the developers.")

    def _thread(self, args: threading.ExceptHookArgs) -> None:
        # not the GUI thread: no Qt here, the log only
        text = traceback.format_exception(args.exc_type, args.exc_value, args.exc_traceback)
        _log.error("not caught in %s: %s", args.thread, "".join(text))

    def remove(self) -> None:
        sys.excepthook, threading.excepthook = self._old


def _application() -> QApplication:
    application = QApplication.instance() or QApplication(sys.argv[:1])
    application.setApplicationName("lifbench")
    application.setOrganizationName("lifbench")
    application.setStyle("Fusion")
    application.setWindowIcon(QIcon(str(resource("icon.svg"))))
    QPixmapCache.setCacheLimit(128 * 1024)  # the plots' axes are cached as pictures; at 2x they are large
    return application


def _autosave() -> Autosave:
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppDataLocation)
    return Autosave(Path(folder) / "recovered_setup.toml")


def main(arguments: Sequence[str]) -> int:
    """Open the bench; ``arguments`` may hold one file, or ``--offscreen-demo FOLDER [FILE]``. Returns the exit status."""
    arguments = list(arguments)
    logging.basicConfig(level=logging.WARNING, format="lifbench: %(message)s")
    demo = None
    if arguments[:1] == ["--offscreen-demo"]:
        if len(arguments) < 2:
            sys.stderr.write("lifbench: --offscreen-demo needs a folder\n")
            return 2
        demo, arguments = Path(arguments[1]), arguments[2:]
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    setup = None
    if arguments:
        try:
            setup = setup_toml.load(arguments[0])
        except LifbenchError as error:
            sys.stderr.write(f"lifbench: {arguments[0]}: {error}\n")
            return 2
    problem = display_problem()
    if problem:
        sys.stderr.write(f"lifbench: {problem}\n")
        return 2
    application = _application()
    if demo is not None:
        return _demo(application, demo, setup)
    autosave = _autosave()
    recovered = autosave.recover() if setup is None else None
    window = build(QSettings(), autosave=autosave)
    hooks = _Hooks(window)
    for number in (signal.SIGINT, signal.SIGTERM):
        # Python runs its handlers between byte codes: the frame clock comes by 60 times a second
        signal.signal(number, lambda *_: window.close())
    window.show()
    window.begin()
    if setup is not None:
        window.bench.set_setup(setup, text="open")
        window.bench.restart()
    elif recovered is not None:
        window.bench.set_setup(recovered, text="recover")
        window.say("lifbench did not end well last time. The setup of then is back on the bench; Undo takes you to the demo.")
    status = application.exec()
    ended = window.shut_down()
    hooks.remove()
    _take_apart(window)
    return int(status) if ended else 1


def _take_apart(window: MainWindow) -> None:
    """Let Qt's objects go in their own order while the application lives: at the interpreter's end they may go in any, and crash."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    shiboken6.delete(window)


def _demo(application: QApplication, folder: Path, setup: Setup | None) -> int:
    """The same window for a few seconds, driven; leaves a screenshot and a trace."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        sys.stderr.write(f"lifbench: {folder} cannot be made: {error.strerror}\n")
        return 2
    window = build(QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat), None)
    window.resize(1366, 768)
    window.show()
    window.begin()
    if setup is not None:
        window.bench.set_setup(setup)
    bench, picture, trace = window.bench, folder / "screenshot.png", folder / "trace.csv"
    script = [
        (900, lambda: bench.change("cell.membrane_capacitance", 150.0)),
        (300, window.stimulus.pulse),
        (300, window.experiment.run),
        (900, lambda: bench.select("circuit.capacitor")),
        (300, window.scope.fit),
        (600, lambda: window.grab().save(str(picture))),
        (0, window.close),
    ]

    def step() -> None:
        _, action = script.pop(0)
        action()
        if script:
            QTimer.singleShot(script[0][0], step)

    QTimer.singleShot(script[0][0], step)
    application.setQuitOnLastWindowClosed(True)
    application.exec()
    ended, setup = window.shut_down(), bench.setup
    _take_apart(window)
    try:
        formats.write(run(setup), trace)
    except LifbenchError as error:
        sys.stderr.write(f"lifbench: {error}\n")
        return 2
    if not picture.is_file():
        sys.stderr.write(f"lifbench: {picture} could not be written\n")
        return 2
    print(f"screenshot: {picture}")
    print(f"trace: {trace}")
    return 0 if ended else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
