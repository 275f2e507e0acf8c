"""python -m nn: see nn/command_line/main.py."""

import sys

from nn.command_line.main import main

if __name__ == "__main__":
    sys.exit(main())
