"""The decisions of packaging/bootstrap.py, without installing anything."""

import importlib.util
from pathlib import Path

import pytest

_PATH = Path(__file__).parents[2] / "packaging" / "bootstrap.py"


@pytest.fixture
def bootstrap(tmp_path, monkeypatch):
    spec = importlib.util.spec_from_file_location("bootstrap", _PATH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "ROOT", str(tmp_path))
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    return module


def test_an_old_python_is_told_so(bootstrap):
    with pytest.raises(bootstrap.Stop, match=r"Python 3\.11 or newer is needed, this is 3\.9"):
        bootstrap.check_python((3, 9, 2))
    bootstrap.check_python((3, 11, 0))


def test_missing_libraries_are_named_by_package(bootstrap):
    missing = bootstrap.missing_packages(True, loads=lambda name: name not in ("libGL.so.1", "libxcb-cursor.so.0"))
    assert missing == ["libgl1", "libxcb-cursor0"]
    assert bootstrap.missing_packages(False, loads=lambda name: name != "libxcb-cursor.so.0") == []
    assert "apt-get install -y --no-install-recommends libgl1" in bootstrap.libraries_advice(["libgl1"])


def test_libraries_that_may_not_be_installed_stop_with_the_line_to_run(bootstrap, monkeypatch):
    monkeypatch.setattr(bootstrap.sys, "platform", "linux")
    monkeypatch.setattr(bootstrap, "missing_packages", lambda window: ["libegl1"])
    monkeypatch.setattr(bootstrap, "may_install", lambda: None)
    with pytest.raises(bootstrap.Stop, match="sudo apt-get install -y --no-install-recommends libegl1"):
        bootstrap.ensure_libraries(window=False)


def test_the_environment_is_remade_when_the_project_file_changes(bootstrap, tmp_path):
    python = Path(bootstrap.venv_python(bootstrap.venv_folder(), False))
    python.parent.mkdir(parents=True)
    python.touch()
    assert not bootstrap.is_current("")  # an interrupted install leaves no stamp
    Path(bootstrap.stamp_path("")).write_text(bootstrap.fingerprint(""))
    assert bootstrap.is_current("") == (bootstrap.os.name != "nt")
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'other'\n")
    assert not bootstrap.is_current("")


@pytest.mark.parametrize(
    ("environment", "answer"),
    [
        ({}, False),
        ({"WAYLAND_DISPLAY": "wayland-0"}, True),
        ({"DISPLAY": ":98765"}, False),
        ({"DISPLAY": ":0", "QT_QPA_PLATFORM": "offscreen"}, False),
    ],
)
def test_a_display_is_only_believed_when_it_answers(bootstrap, monkeypatch, environment, answer):
    monkeypatch.setattr(bootstrap.sys, "platform", "linux")
    assert bootstrap.display_answers(environment) is answer


def test_the_python_of_the_environment_on_windows(bootstrap):
    assert Path(bootstrap.venv_python("venv", True)).name == "python.exe"


def test_unknown_words_are_answered_with_the_usage(bootstrap, capsys):
    assert bootstrap.main(["fly"]) == 2
    assert "usage" in capsys.readouterr().err
