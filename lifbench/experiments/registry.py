"""Finds the experiments: every sub-package here that has an ``EXPERIMENT``."""

from __future__ import annotations

import pkgutil
from importlib import import_module

import lifbench.experiments as here
from lifbench.experiments.experiment import Experiment

__all__ = ["experiments"]


def experiments() -> list[Experiment]:
    """All experiments, in their order."""
    packages = [m.name for m in pkgutil.iter_modules(here.__path__) if m.ispkg]
    found = [import_module(f"lifbench.experiments.{name}").EXPERIMENT for name in packages]
    return sorted(found, key=lambda e: (e.order, e.key))
