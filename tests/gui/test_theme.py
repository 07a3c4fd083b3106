"""Colours that are told apart by everyone, and read on their ground."""

import itertools

import numpy as np
import pytest

from lifbench.gui.theme import THEMES

# Machado, Oliveira & Fernandes 2009, full severity, on linear RGB
SIGHT = {
    "trichromat": np.eye(3),
    "protanope": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
    "deuteranope": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]),
}
ROLES = ("potential", "current", "conductance", "leak", "capacitive", "spike")


def linear(colour):
    c = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255.0
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    """CIE L*a*b*, D65."""
    to_xyz = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]])
    xyz = to_xyz @ rgb / np.array([0.95047, 1.0, 1.08883])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16.0 / 116.0)
    return np.array([116.0 * f[1] - 16.0, 500.0 * (f[0] - f[1]), 200.0 * (f[1] - f[2])])


def contrast(a, b):
    """WCAG 2 contrast ratio."""
    low, high = sorted(float(np.array([0.2126, 0.7152, 0.0722]) @ linear(c)) for c in (a, b))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("sight", list(SIGHT))
@pytest.mark.parametrize("theme", list(THEMES.values()), ids=lambda t: t.name)
def test_the_quantities_have_colours_that_can_be_told_apart(theme, sight):
    for a, b in itertools.combinations(ROLES, 2):
        seen = [lab(np.clip(SIGHT[sight] @ linear(getattr(theme, name)), 0.0, 1.0)) for name in (a, b)]
        assert np.linalg.norm(seen[0] - seen[1]) > 10.0, (a, b)


@pytest.mark.parametrize("theme", list(THEMES.values()), ids=lambda t: t.name)
def test_every_colour_is_read_on_its_ground(theme):
    for name in (*ROLES, "text", "faint", "accent", "warning", "threshold"):
        assert contrast(getattr(theme, name), theme.ground) >= 4.5, name
        assert contrast(getattr(theme, name), theme.panel) >= 4.5, name
    assert contrast(theme.on_accent, theme.accent) >= 4.5
    for colour in (*theme.synapses, *(theme.sweep_colour(k, 9) for k in range(9))):
        assert contrast(colour, theme.ground) >= 4.5, colour
