"""Everything a person sees. Qt is imported here and in `lifbench.app` only, PySide6 before pyqtgraph."""

import os

# pyqtgraph prefers PyQt6 where that is installed too; two Qt bindings in one process abort it.
os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")
