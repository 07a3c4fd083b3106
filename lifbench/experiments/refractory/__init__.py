"""Refractory behaviour: the f–I curve with and without an absolute refractory period."""

from lifbench.experiments.experiment import Experiment
from lifbench.experiments.refractory.protocol import PROTOCOLS, demo

EXPERIMENT = Experiment(
    key="refractory",
    title="Refractory",
    order=20,
    package=__name__,
    setup=demo,
    protocols=PROTOCOLS,
    scope={"time_div": 20.0, "mode": "auto", "scales": {"V": [5.0, -55.0], "I": [500.0, 400.0]}},
)
