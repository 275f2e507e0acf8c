"""python -m autograd: see autograd/command_line/main.py."""

import sys

from autograd.command_line.main import main

if __name__ == "__main__":
    sys.exit(main())
