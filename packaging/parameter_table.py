"""Writes docs/parameters.md from the declarations: ``python packaging/parameter_table.py``. A test keeps the two together."""

from pathlib import Path

from lifbench.model.cell import Cell
from lifbench.model.clamp import EPOCH_SHAPES, Clamp
from lifbench.model.reference_cells import REFERENCE_CELLS
from lifbench.model.setup import RecordingSettings
from lifbench.model.synapse import SYNAPSE_KINETICS, Poisson
from lifbench.parameters import parameters_of


def table(cls):
    """Markdown rows of one declaration."""
    rows = ["| key | symbol | default | range | what |", "|---|---|---|---|---|"]
    for name, p in parameters_of(cls).items():
        if p.kind == "quantity":
            default = "required" if p.required else "–" if p.default is None else p.format(p.default)
            limits = p.range_text
        else:
            default = "required" if p.required else "–" if p.kind == "values" else str(p.default).lower()
            limits = ", ".join(p.choices) if p.choices else p.range_text if p.kind in ("count", "values") else "true, false"
        key = f"`{name}`" + (" (+ `_increment`)" if p.increments else "")
        rows.append(f"| {key} | {p.symbol or '–'} | {default} | {limits} | {p.description} |")
    return "\n".join(rows)


def document():
    """The whole page."""
    parts = [
        "# Parameters",
        "Every key of a setup file, from the declarations themselves. Ranges are what the program can do.",
        "## [cell]",
        table(Cell),
    ]
    parts += [
        "With another `model` than `lif` only `initial_potential` is free:",
        "| model | cell | source | C (pF) | g_L (nS) | E_L (mV) |\n|---|---|---|---|---|---|\n"
        + "\n".join(
            f"| `{c.name}` | {c.title} | {c.source} | {c.capacitance:g} | {c.leak_conductance:g} | {c.leak_reversal:g} |"
            for c in REFERENCE_CELLS.values()
        ),
    ]
    parts += ["## [recording]", table(RecordingSettings), "## [clamp]", table(Clamp)]
    for shape, cls in EPOCH_SHAPES.items():
        parts += [f'### [[clamp.epochs]] shape = "{shape}"', " ".join(cls.__doc__.split()), table(cls)]
    for kinetics, cls in SYNAPSE_KINETICS.items():
        parts += [f'### [[synapses]] kinetics = "{kinetics}"', " ".join(cls.__doc__.split()), table(cls)]
    parts += ["### poisson", table(Poisson)]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    (Path(__file__).parents[1] / "docs" / "parameters.md").write_text(document(), encoding="utf-8")
