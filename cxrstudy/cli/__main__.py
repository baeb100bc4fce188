"""``python -m cxrstudy.cli`` is ``cxrstudy``."""

import sys

from cxrstudy.cli import app

if __name__ == "__main__":
    sys.exit(app())
