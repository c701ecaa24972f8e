"""The error of a command that cannot do what it was asked. Knows click only."""

from __future__ import annotations

from typing import IO, Any

import click


class BadInput(click.ClickException):
    """One line on standard error, and exit code 2."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(f"tnp-shim: {self.format_message()}", file=file, err=file is None)
