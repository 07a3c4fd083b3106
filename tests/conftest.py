"""Shared fixtures. A test that leaves a thread, a top-level window or a running timer behind fails."""

import os
import threading

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory, monkeypatch):
    """Settings and recovery files of a test go to a folder of its own."""
    home = tmp_path_factory.mktemp("home")
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(home))


@pytest.fixture(autouse=True)
def _nothing_left_behind(request):
    before = {t.ident for t in threading.enumerate()}
    yield
    left = [t.name for t in threading.enumerate() if t.ident not in before]
    assert not left, f"threads left running: {left}"


@pytest.fixture
def no_windows_left(qapp):
    """For GUI tests: no visible window and no running timer of ours at the end."""
    yield
    qapp.processEvents()
    visible = [w.objectName() or type(w).__name__ for w in qapp.topLevelWidgets() if w.isVisible()]
    assert not visible, f"windows left open: {visible}"
