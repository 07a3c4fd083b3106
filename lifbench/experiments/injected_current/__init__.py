"""Injected current: charge and discharge, τ and R, threshold, strength and duration."""

from lifbench.experiments.experiment import Experiment
from lifbench.experiments.injected_current.protocol import PROTOCOLS, demo

EXPERIMENT = Experiment(
    key="injected_current",
    title="Injected current",
    order=10,
    package=__name__,
    setup=demo,
    protocols=PROTOCOLS,
    scope={"time_div": 50.0, "mode": "auto", "scales": {"V": [5.0, -60.0], "I": [100.0, 140.0]}},
)
