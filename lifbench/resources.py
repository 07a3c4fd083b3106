"""Where resources/ is: inside the wheel, beside the package in a checkout, or in a frozen application."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

__all__ = ["resource"]


def resource(name: str) -> Traversable:
    """The data file ``name`` ("icon.svg"). Raises FileNotFoundError, naming it, if the installation lacks it."""
    inside = files("lifbench").joinpath("_resources", *name.split("/"))
    if inside.is_file():
        return inside
    beside = Path(__file__).parent.parent.joinpath("resources", *name.split("/"))
    if beside.is_file():
        return beside
    raise FileNotFoundError(f"the data file {name} is missing from this installation of lifbench")
