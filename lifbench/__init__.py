"""lifbench: a virtual lab bench for the leaky integrate-and-fire neuron.

The scripting face needs numpy only; no Qt is imported::

    import lifbench
    setup = lifbench.load("my_setup.toml")
    recording = lifbench.run(setup)
    recording["V_mV"]            # (sweeps, n) array, mV
    recording.spike_times_ms[0]  # spike times of the first sweep, ms
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

__all__ = ["LifbenchError", "Recording", "Setup", "__version__", "load", "run"]

_HOMES = {
    "LifbenchError": "lifbench.quantities",
    "Recording": "lifbench.model.recording",
    "Setup": "lifbench.model.setup",
    "load": "lifbench.files.setup_toml",
    "run": "lifbench.model.recording",
}

if TYPE_CHECKING:
    from lifbench.files.setup_toml import load
    from lifbench.model.recording import Recording, run
    from lifbench.model.setup import Setup
    from lifbench.quantities import LifbenchError


def __getattr__(name: str) -> Any:
    # Lazy, so that `import lifbench` costs nothing and the layers below never import their roof.
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'lifbench' has no attribute {name!r}")
