"""The rooms: nothing below gui knows Qt, and `import lifbench` costs next to nothing."""

import subprocess
import sys

_BELOW = """
import importlib, pkgutil, sys, lifbench
for room in ("quantities", "parameters", "resources", "model", "analysis", "files", "engine", "experiments", "cli"):
    module = importlib.import_module(f"lifbench.{room}")
    for found in pkgutil.walk_packages(getattr(module, "__path__", []), module.__name__ + "."):
        importlib.import_module(found.name)
bad = sorted(m for m in sys.modules if m.split(".")[0] in ("PySide6", "PyQt6", "pyqtgraph"))
sys.exit(f"Qt came in: {bad}" if bad else 0)
"""


def run(code):
    return subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)


def test_nothing_below_gui_imports_qt():
    done = run(_BELOW)
    assert done.returncode == 0, done.stderr


def test_import_lifbench_brings_nothing_in():
    done = run("import sys, lifbench; lifbench.__version__; sys.exit('numpy' in sys.modules)")
    assert done.returncode == 0, done.stderr


def test_the_scripting_face():
    done = run(
        "import lifbench; s = lifbench.Setup(); r = lifbench.run(s.replace('clamp.holding_current', 300.0)); "
        "assert isinstance(r, lifbench.Recording); assert len(r.spike_times_ms[0]) > 5; print(r['V_mV'].shape)"
    )
    assert done.returncode == 0, done.stderr
