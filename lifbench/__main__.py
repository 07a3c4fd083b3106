"""python -m lifbench"""

import sys

from lifbench.cli import main

if __name__ == "__main__":
    sys.exit(main())
