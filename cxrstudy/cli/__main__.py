"""``python -m cxrstudy.cli`` runs the command ``cxrstudy``."""

import sys

from cxrstudy.cli import app

if __name__ == "__main__":
    sys.exit(app())
