"""A scroll area for forms that come and go, and that brings into view what must be read."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

__all__ = ["FormArea", "follow_in_tab_order", "guard_wheel"]


class FormArea(QScrollArea):
    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # its controls have it, and are scrolled to

    def put(self, form: QWidget) -> None:
        """Show a form in place of the present one."""
        old = self.takeWidget()
        if old is not None:
            old.hide()
            old.setParent(self)  # or Python would own it, and could destroy it at any time
            old.deleteLater()  # not at once: it may be in the middle of a signal of its own
        self.setWidget(form)
        follow_in_tab_order(self, form)

    @staticmethod
    def reveal(widget: QWidget) -> None:
        """Scroll so that ``widget`` is seen, once the layout has made room for it; nothing happens outside a scroll area."""
        area = widget.parentWidget()
        while area is not None and not isinstance(area, QScrollArea):
            area = area.parentWidget()
        if area is not None:
            QTimer.singleShot(0, widget, lambda: area.ensureWidgetVisible(widget, 0, 4))


def follow_in_tab_order(before: QWidget, form: QWidget) -> None:
    """Tab goes from ``before`` through the controls of ``form``: what is made late would come last otherwise."""
    for child in form.findChildren(QWidget):
        if child.focusPolicy() & Qt.FocusPolicy.TabFocus and child.focusProxy() is None and child.window() is before.window():
            QWidget.setTabOrder(before, child)
            before = child


class _WheelGuard(QObject):
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel and not watched.hasFocus():
            event.ignore()
            return True
        return False


def guard_wheel(widget: QWidget) -> None:
    """The wheel changes ``widget`` only when it has the focus: a page being scrolled must not change what passes under the pointer."""
    widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    widget.installEventFilter(_WheelGuard(widget))
