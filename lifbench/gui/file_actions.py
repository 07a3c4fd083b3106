"""What the File menu does: open, save, export, picture. What goes wrong is said in the window, and the bench stays as it was."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QFileDialog, QWidget

from lifbench.engine.messages import JobDone
from lifbench.files import formats, setup_toml
from lifbench.gui.bench import Bench
from lifbench.gui.notice import Notice
from lifbench.gui.scope.panel import ScopePanel
from lifbench.model.recording import run
from lifbench.quantities import LifbenchError

__all__ = ["FileActions"]


def _with_suffix(name: str, suffix: str) -> Path:
    """The path as typed, with ``suffix`` if none was: or the next dialog's filter would hide the file."""
    path = Path(name)
    return path if path.suffix else path.with_name(path.name + suffix)


class FileActions:
    """Dialogs over ``window``; the methods without a dialog take the path."""

    def __init__(self, window: QWidget, bench: Bench, scope: ScopePanel, notice: Notice, settings: QSettings) -> None:
        self._window, self._bench, self._scope, self._notice, self._settings = window, bench, scope, notice, settings

    @property
    def _folder(self) -> Path:
        """Where the last file was; at first, at home."""
        folder = Path(str(self._settings.value("folder", "")))
        return folder if str(folder) != "." and folder.is_dir() else Path.home()

    def _went_well(self, path: Path) -> None:
        """What was said of an earlier attempt is over; the next dialog begins here."""
        self._notice.hide()
        self._settings.setValue("folder", str(path.resolve().parent))

    def choose_open(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self._window, "Open a setup", str(self._folder), "Setup (*.toml);;All files (*)")
        if name:
            self.open_file(Path(name))

    def open_file(self, path: Path) -> bool:
        """Open a setup; what is wrong with it is said in the window, and the bench stays as it was."""
        try:
            setup = setup_toml.load(path)
        except LifbenchError as error:
            self._notice.say(f"{path.name} was not opened: {error}. The bench is as it was.")
            return False
        self._went_well(path)
        self._bench.set_setup(setup, text=f"open {path.name}")
        self._bench.restart()
        self._scope.fit_soon()
        return True

    def choose_save(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self._window, "Save the setup", str(self._folder / "my_setup.toml"), "Setup (*.toml)")
        if name:
            self.save_file(_with_suffix(name, ".toml"))

    def save_file(self, path: Path) -> None:
        try:
            setup_toml.save(self._bench.setup, path)
        except LifbenchError as error:
            self._notice.say(f"The setup was not saved: {error}. It is still here; choose another folder.")
        else:
            self._went_well(path)
            self._bench.message.emit(f"Saved: {path.name}")

    def choose_export(self) -> None:
        suffixes = sorted(formats.suffixes(), key=lambda s: (s != ".csv", s))
        filters = ";;".join(f"{s[1:].upper()} (*{s})" for s in suffixes)
        name, chosen = QFileDialog.getSaveFileName(self._window, "Export the trace", str(self._folder / "trace.csv"), filters)
        if name:
            self.export(_with_suffix(name, next((s for s in suffixes if f"*{s}" in chosen), ".csv")))

    def export(self, path: Path) -> None:
        """Run the present setup offline, exactly, and write its trace; in the engine, so that nothing here waits."""
        setup = self._bench.setup
        try:
            formats.check_suffix(path)
        except LifbenchError as error:
            self._notice.say(f"The trace was not exported: {error}.")
            return

        def job():
            yield 0, 1
            recording = run(setup)
            yield 1, 1
            formats.write(recording, path)
            return recording.setup.recording.samples

        self._bench.message.emit(f"Exporting {path.name} …")
        self._bench.submit(job, lambda done: self._exported(path, done))

    def _exported(self, path: Path, done: JobDone) -> None:
        if done.error:
            self._notice.say(f"The trace was not exported: {done.error}. The bench is as it was; choose another place.")
        else:
            self._went_well(path)
            self._bench.message.emit(f"Exported: {path.name}, run exactly from the present setup")

    def choose_picture(self) -> None:
        filters = "PNG (*.png);;SVG (*.svg)"
        name, chosen = QFileDialog.getSaveFileName(
            self._window, "Save the scope's picture", str(self._folder / "scope.png"), filters
        )
        if name:
            try:
                self._scope.save_picture(str(_with_suffix(name, ".svg" if "svg" in chosen else ".png")))
            except LifbenchError as error:
                self._notice.say(f"The picture was not saved: {error}.")
