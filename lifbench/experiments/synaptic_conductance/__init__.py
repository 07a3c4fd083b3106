"""Synaptic conductance: an EPSP, and what a silent shunt does to it."""

from lifbench.experiments.experiment import Experiment
from lifbench.experiments.synaptic_conductance.protocol import PROTOCOLS, demo

EXPERIMENT = Experiment(
    key="synaptic_conductance",
    title="Synaptic conductance",
    order=30,
    package=__name__,
    setup=demo,
    protocols=PROTOCOLS,
    scope={"time_div": 20.0, "mode": "auto", "scales": {"V": [5.0, -60.0], "I": [20.0, 0.0]}},
)
