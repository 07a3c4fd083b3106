"""The Qt style sheet of a theme: calm, few borders, one accent."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPalette

from lifbench.gui.theme import Theme
from lifbench.resources import resource

__all__ = ["palette", "style_sheet"]


def palette(theme: Theme) -> QPalette:
    """Colours for what the style sheet does not reach (menus, dialogs)."""
    role = QPalette.ColorRole
    out = QPalette()
    for key, colour in (
        (role.Window, theme.panel), (role.WindowText, theme.text), (role.Base, theme.raised), (role.AlternateBase, theme.panel),
        (role.Text, theme.text), (role.Button, theme.raised), (role.ButtonText, theme.text), (role.ToolTipBase, theme.raised),
        (role.ToolTipText, theme.text), (role.Highlight, theme.accent), (role.HighlightedText, theme.on_accent),
        (role.PlaceholderText, theme.faint), (role.Link, theme.accent),
    ):  # fmt: skip
        out.setColor(key, QColor(colour))
    for key in (role.Text, role.ButtonText, role.WindowText):
        out.setColor(QPalette.ColorGroup.Disabled, key, QColor(theme.faint))
    return out


def style_sheet(theme: Theme) -> str:
    t = theme
    check, down = (str(resource(name)).replace("\\", "/") for name in ("check.svg", "down.svg"))
    return f"""
    * {{ font-size: {t.base_pt}pt; }}
    QMainWindow, QDialog, QWidget#centre {{ background: {t.panel}; }}
    QWidget {{ color: {t.text}; }}
    QWidget[card="true"] {{ background: {t.ground}; border: 1px solid {t.line}; border-radius: 6px; }}
    QLabel, QCheckBox {{ background: transparent; border: none; }}
    QLabel#panel\\.title, QLabel#card\\.title {{ font-weight: 600; }}
    QLabel#faint {{ color: {t.faint}; }}
    QLabel#refusal {{ color: {t.warning}; }}
    QLabel#scope\\.state {{ font-weight: 600; color: {t.accent}; padding: 0 6px; }}
    QLabel#scope\\.measurements, QLabel#scope\\.readout, QLabel#live {{ font-size: {t.base_pt * 0.92:.1f}pt; }}
    QFrame#circuit\\.inspector {{ background: {t.panel}; border: none; border-top: 1px solid {t.line}; }}
    QToolBar {{ background: {t.panel}; border: none; border-bottom: 1px solid {t.line}; spacing: 5px; padding: 3px 6px; }}
    QMenuBar, QStatusBar {{ background: {t.panel}; color: {t.text}; }}
    QMenuBar::item:selected, QMenu::item:selected {{ background: {t.accent}; color: {t.on_accent}; }}
    QMenu {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.line}; }}
    QMenu::item:disabled {{ color: {t.faint}; }}
    QStatusBar::item {{ border: none; }}
    QPushButton, QToolButton {{ background: {t.raised}; border: 1px solid {t.line}; border-radius: 4px; padding: 3px 8px; }}
    QToolButton {{ padding: 2px 6px; }}
    QToolButton[small="true"] {{ padding: 1px 3px; min-width: 13px; }}
    QCheckBox::indicator {{ width: 13px; height: 13px; border: 1px solid {t.faint}; border-radius: 3px; background: {t.raised}; }}
    QCheckBox::indicator:checked {{ background: {t.accent}; border-color: {t.accent}; image: url("{check}"); }}
    QCheckBox::indicator:focus {{ border: 2px solid {t.accent}; }}
    QComboBox::drop-down {{ border: none; width: 18px; }}
    QComboBox::down-arrow {{ image: url("{down}"); width: 12px; height: 12px; }}
    QToolButton::menu-indicator {{ image: none; }}
    QPushButton:hover, QToolButton:hover {{ border-color: {t.accent}; }}
    QPushButton:focus, QToolButton:focus, QComboBox:focus, QAbstractSpinBox:focus, QLineEdit:focus {{ border: 1px solid {t.accent}; }}
    QPushButton:pressed, QToolButton:pressed, QToolButton:checked {{ background: {t.accent}; color: {t.on_accent}; }}
    QPushButton:disabled, QToolButton:disabled {{ color: {t.faint}; }}
    QPushButton[primary="true"], QToolButton[primary="true"] {{
        background: {t.accent}; color: {t.on_accent}; border-color: {t.accent}; font-weight: 600; }}
    QPushButton[primary="true"]:disabled {{ background: {t.line}; color: {t.faint}; border-color: {t.line}; }}
    QComboBox, QLineEdit, QAbstractSpinBox {{
        background: {t.raised}; border: 1px solid {t.line}; border-radius: 4px; padding: 2px 5px;
        selection-background-color: {t.accent}; selection-color: {t.on_accent}; }}
    QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ width: 0; border: none; }}
    QScrollBar:vertical {{ width: 10px; background: transparent; margin: 0; }}
    QScrollBar:horizontal {{ height: 10px; background: transparent; margin: 0; }}
    QScrollBar::handle {{ background: {t.line}; border-radius: 4px; min-height: 24px; min-width: 24px; }}
    QScrollBar::handle:hover {{ background: {t.faint}; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    QComboBox QAbstractItemView {{ background: {t.raised}; color: {t.text}; selection-background-color: {t.accent}; }}
    QScrollArea, QScrollArea > QWidget > QWidget {{ background: transparent; }}
    QTextBrowser, QTableWidget {{ background: {t.ground}; color: {t.text}; border: none; gridline-color: {t.line}; }}
    QHeaderView::section {{ background: {t.panel}; color: {t.text}; border: none; border-bottom: 1px solid {t.line}; padding: 2px 4px; }}
    QTabBar {{ background: transparent; }}
    QTabBar::tab {{ background: transparent; color: {t.faint}; padding: 4px 10px; border: none; border-bottom: 2px solid transparent; }}
    QTabBar[tight="true"]::tab {{ padding: 4px 6px; }}
    QTabBar::tab:selected {{ color: {t.text}; border-bottom: 2px solid {t.accent}; font-weight: 600; }}
    QTabBar QToolButton {{ padding: 0; min-width: 18px; border-radius: 2px; }}
    QTabBar::tab:hover {{ color: {t.accent}; }}
    QTabWidget::pane {{ border: none; }}
    QSplitter::handle {{ background: {t.panel}; }}
    QSplitter::handle:hover {{ background: {t.accent}; }}
    QSlider::groove:horizontal {{ height: 4px; background: {t.line}; border-radius: 2px; }}
    QSlider::handle:horizontal {{ width: 14px; height: 14px; margin: -5px 0; border-radius: 7px; background: {t.accent}; }}
    QSlider::handle:horizontal:focus {{ border: 2px solid {t.text}; }}
    QProgressBar {{ border: 1px solid {t.line}; border-radius: 4px; text-align: center; background: {t.ground}; max-height: 16px; }}
    QProgressBar::chunk {{ background: {t.accent}; }}
    QToolTip {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.line}; }}
    QFrame#notice {{ background: {t.raised}; border: 1px solid {t.warning}; border-radius: 5px; }}
    """
