"""The circuit panel: schematic, equation, balance, inspector, and a list of the parts for keyboard and screen reader."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QComboBox, QFrame, QGraphicsView, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from lifbench.engine.messages import Status
from lifbench.gui.bench import Bench
from lifbench.gui.circuit.derivation import DerivationDialog
from lifbench.gui.circuit.equation import EquationStrip
from lifbench.gui.circuit.inspector import Inspector, nudge
from lifbench.gui.circuit.parts import SpikeSwitch
from lifbench.gui.circuit.phase_plane import PhasePlaneDialog
from lifbench.gui.circuit.scene import CircuitScene
from lifbench.gui.theme import LIGHT, Theme

__all__ = ["CircuitPanel"]

_NUMBERS = 0.08  # s between refreshes of the numbers


class _View(QGraphicsView):
    """Always shows the whole circuit, as large as fits."""

    def __init__(self, scene: CircuitScene) -> None:
        super().__init__(scene)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumHeight(124)
        self.setAccessibleName("Equivalent circuit of the membrane")

    def fit(self) -> None:
        self.fitInView(self.sceneRect(), Qt.AspectRatioMode.KeepAspectRatio)

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        self.fit()


class CircuitPanel(QWidget):
    """Shows the engine's present instant, or the instant under the scope's cursor."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self.setObjectName("panel.circuit")
        self.setMinimumWidth(360)
        self._bench = bench
        self._theme = LIGHT
        self._instant: Status | None = None
        self._since = 1.0
        self.scene = CircuitScene(bench, self._theme)
        self.scene.nudge = lambda path, steps: nudge(bench, path, steps)
        self._view = _View(self.scene)
        self._strip = EquationStrip(bench, self._theme)
        self.inspector = Inspector(bench)
        self._derivation: DerivationDialog | None = None
        self._plane: PhasePlaneDialog | None = None
        self.parts_list = QComboBox()
        self.parts_list.setObjectName("circuit.parts")
        self.parts_list.setAccessibleName("Parts of the circuit")
        self.parts_list.setToolTip("Choose a part to edit it")
        self.parts_list.activated.connect(self._chosen)
        derive = QPushButton("Derive it")
        derive.setObjectName("circuit.derive")
        derive.setToolTip("From the circuit to the equation, one step at a time")
        derive.clicked.connect(self.show_derivation)
        plane = QPushButton("Rest is stable")
        plane.setObjectName("circuit.phase_plane")
        plane.setToolTip("dV/dt against V: why V comes back, and where to")
        plane.clicked.connect(self.show_phase_plane)
        top = QHBoxLayout()
        top.setContentsMargins(8, 4, 8, 0)
        top.setSpacing(5)
        self.parts_list.setMinimumContentsLength(8)
        self.parts_list.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        top.addWidget(self.parts_list, 1)
        top.addWidget(derive)
        top.addWidget(plane)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(top)
        layout.addWidget(self._view, 1)
        layout.addWidget(self._strip)
        layout.addWidget(self.inspector)
        bench.setup_changed.connect(self._follow)
        bench.highlight_changed.connect(lambda _: self.scene.repaint_all())
        bench.selection_changed.connect(self._selected)
        bench.instant_changed.connect(self._at)
        self._list_parts()

    def apply_theme(self, theme: Theme) -> None:
        self._theme = self.scene.theme = theme
        self._view.setBackgroundBrush(QColor(theme.ground))
        self._strip.apply_theme(theme)
        for window in (self._derivation, self._plane):
            if window is not None:
                window.apply_theme(theme)
        self.scene.repaint_all()

    def on_frame(self, frame) -> None:
        """Called by the frame clock: move the charge, now and then the numbers."""
        status = self._instant or frame.status
        if status is None:
            return
        for part in self.scene.parts:
            if isinstance(part, SpikeSwitch):
                part.flash = 1.0 if len(frame.spikes) else part.flash * 0.5 ** (frame.wall_dt / 0.08)
        moving = status.running and self._instant is None
        self.scene.animate(status, frame.wall_dt if moving else 0.0)
        self._since += frame.wall_dt
        if self._since >= _NUMBERS:
            self._since = 0.0
            self.scene.refresh(status)
            self._strip.show_status(status)
            if self._derivation is not None and self._derivation.isVisible():
                self._derivation.show_status(status)
        if self._plane is not None and self._plane.isVisible():
            self._plane.show_status(status)

    def show_derivation(self) -> None:
        if self._derivation is None:
            self._derivation = DerivationDialog(self._bench, self._theme, self)
            self._put_aside(self._derivation, self._derivation.minimumWidth())
        self._derivation.show()
        self._derivation.raise_()

    def show_phase_plane(self) -> None:
        if self._plane is None:
            self._plane = PhasePlaneDialog(self._bench, self._theme, self)
            self._put_aside(self._plane, self._plane.sizeHint().width())
        self._plane.show()
        self._plane.raise_()

    def _put_aside(self, dialog: QWidget, width: int) -> None:
        """Over the experiment, not over the circuit and the trace that it speaks of."""
        corner = self.window().frameGeometry().topRight()
        dialog.move(corner.x() - width - 24, corner.y() + 150)

    def _at(self, instant: Status | None) -> None:
        self._instant = instant
        self._since = _NUMBERS

    def _follow(self, setup: object, path: str) -> None:
        self.scene.rebuild()
        self._view.fit()
        self._list_parts()
        self._reserve()
        self.scene.repaint_all()

    def _list_parts(self) -> None:
        self.parts_list.blockSignals(True)
        self.parts_list.clear()
        self.parts_list.addItem("Choose a part…", "")
        for part in self.scene.parts:
            self.parts_list.addItem(f"{part.title.removeprefix('Membrane ').capitalize()}: {part.value_text()}", part.key)
        self._mark(self._bench.selection)
        self.parts_list.blockSignals(False)

    def _mark(self, key: str) -> None:
        self.parts_list.setCurrentIndex(max(0, self.parts_list.findData(key)))

    def _chosen(self, index: int) -> None:
        key = self.parts_list.itemData(index)
        self._bench.select(key)
        if key:
            self.inspector.focus_first()

    def _reserve(self) -> None:
        """Ask for the height that all parts need: a splitter does not know that wrapped text grows when it is narrow."""
        strip = max(self._strip.heightForWidth(self.width()), self._strip.sizeHint().height())
        card = 0 if self.inspector.isHidden() else self.inspector.minimumSizeHint().height()
        self.setMinimumHeight(44 + self._view.minimumHeight() + strip + card)

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        self.inspector.set_room(self.height() - 380)
        self._reserve()

    def _selected(self, key: str) -> None:
        self._mark(key)
        self._reserve()
        self.scene.repaint_all()
