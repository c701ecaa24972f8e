"""Where the command starts; all that it needs beyond the package's own dependencies is asked for here."""

from __future__ import annotations

import importlib
import sys

NEEDED = ("click", "libcst", "rich")
"""The packages of the extra `command`."""


def main() -> None:
    """Run the command; one line and exit code 2 where its extra is not installed."""
    try:
        program = importlib.import_module("tnp_shim.command.program")
    except ModuleNotFoundError as error:
        if error.name not in NEEDED:
            raise
        print(
            f"tnp-shim: the command needs {error.name}; install it with: pip install 'tnp_shim[command]'",
            file=sys.stderr,
        )
        sys.exit(2)
    program.tnp_shim_command(prog_name="tnp-shim")
