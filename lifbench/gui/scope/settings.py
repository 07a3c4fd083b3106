"""What a tab keeps of its scope, as plain values fit for JSON; read back from files that a person may have edited. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from lifbench.gui.scope.acquisition import MODES, Acquisition
from lifbench.gui.scope.scales import Scale, default_scales

__all__ = ["FLAGS", "ScopeSettings"]

FLAGS = {"show_spikes": True, "show_refractory": True, "show_target": False, "show_raster": False}  # with their defaults


@dataclass
class ScopeSettings:
    """The defaults are those of a new tab."""

    time_div: float = 50.0
    mode: str = "auto"
    pre: float = 0.0
    keep: int = 2
    average: bool = False
    source: str = "sweep"
    rising: bool = True
    level: float = -55.0
    scales: dict[str, tuple[float, float]] = field(default_factory=dict)  # (units per division, middle) by pane
    extra: tuple[str, ...] = ()
    flags: dict[str, bool] = field(default_factory=dict)

    @classmethod
    def read(cls, plain: Any) -> ScopeSettings:
        """From `plain`; what makes no sense as a whole gives the defaults."""
        try:
            return cls._read(dict(plain))
        except (KeyError, TypeError, ValueError, IndexError, OverflowError, AttributeError):
            return cls()

    @classmethod
    def _read(cls, plain: dict[str, Any]) -> ScopeSettings:
        told = vars(cls()) | plain
        new = cls(
            time_div=_number(told["time_div"], 0.01, 1e5),
            mode=MODES[MODES.index(told["mode"])],
            pre=_number(told["pre"], 0.0, 0.95),
            keep=int(_number(told["keep"], 1, 100)),
            average=bool(told["average"]),
            source=str(told["source"]),
            rising=bool(told["rising"]),
            level=_number(told["level"], -1e9, 1e9),
            extra=tuple(str(name) for name in told["extra"]),
        )
        known = default_scales()
        for pane, (div, middle) in dict(told["scales"]).items():
            if pane in known:
                new.scales[pane] = _number(div, 1e-6, 1e7), _number(middle, -1e9, 1e9)
        new.flags = {name: bool(plain[name]) for name in FLAGS if name in plain}
        return new

    @classmethod
    def of(cls, a: Acquisition, scales: dict[str, Scale], extra: set[str], flags: dict[str, bool]) -> ScopeSettings:
        return cls(
            a.time_div, a.mode, a.pre, a.keep, a.average, a.source, a.rising, a.level,
            {name: (scale.div, scale.middle) for name, scale in scales.items()}, tuple(sorted(extra)), flags,
        )  # fmt: skip

    def plain(self) -> dict[str, Any]:
        out = {
            name: getattr(self, name) for name in ("time_div", "mode", "pre", "keep", "average", "source", "rising", "level")
        } | self.flags  # fmt: skip
        return out | {"extra": list(self.extra), "scales": {name: list(pair) for name, pair in self.scales.items()}}

    def give(self, a: Acquisition, scales: dict[str, Scale]) -> None:
        """Set acquisition and scales; scales that are not told get their defaults."""
        a.time_div, a.mode, a.pre, a.keep, a.average = self.time_div, self.mode, self.pre, self.keep, self.average
        a.watch(self.source, self.rising, self.level)
        for name, default in default_scales().items():
            scales[name].div, scales[name].middle = self.scales.get(name, (default.div, default.middle))


def _number(value: Any, low: float, high: float) -> float:
    found = float(value)
    if not low <= found <= high:
        raise ValueError(value)
    return found
