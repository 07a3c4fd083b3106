"""A whole window, begun and running, and its orderly end."""

import gc

import pytest
from PySide6.QtCore import QSettings

from lifbench.app import build


@pytest.fixture
def window(qtbot, tmp_path, no_windows_left):
    w = build(QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat))
    w.resize(1366, 728)
    w.show()
    w.begin()
    qtbot.waitUntil(lambda: w.bench.status is not None and w.bench.status.sample > 200, timeout=10_000)
    yield w
    w.close()
    assert w.shut_down()
    w.deleteLater()
    qtbot.wait(1)
    gc.collect()  # here, and not in the thread of an engine that a later test starts


@pytest.fixture
def settled(qtbot):
    """Wait until the engine has taken the bench's latest setup."""

    def wait(window):
        qtbot.waitUntil(lambda: window.bench.status.setup_version == window.bench.version, timeout=10_000)
        return window.bench.status

    return wait
