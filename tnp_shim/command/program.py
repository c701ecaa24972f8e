"""The commands and their options. Knows click and the other modules of the command."""

from __future__ import annotations

import contextlib
import io
import json
import sys
from collections.abc import Iterable
from typing import Any

import click

import tnp_shim
from tnp_shim.command import (
    checking,
    comparison,
    environment,
    explaining,
    inventory,
    running,
    stored_report,
    tables,
    tracebacks,
)
from tnp_shim.command.errors import BadInput
from tnp_shim.command.recording import Recorder
from tnp_shim.command.script import located, located_module


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(tnp_shim.__version__, prog_name="tnp-shim")
def tnp_shim_command() -> None:
    """Run NumPy scripts on TensorFlow as they are; check and explain them."""


@tnp_shim_command.command(context_settings={"allow_interspersed_args": False})
@click.option("-m", "--module", is_flag=True, help="SCRIPT is the name of a module, as with `python -m`.")
@click.option(
    "--compile", "compiled", multiple=True, metavar="NAME", help="Compile this function of the script."
)
@click.option("--compile-all", is_flag=True, help="Compile all functions at the top level of the script.")
@click.option("--graph", is_flag=True, help="Run the whole script as one graph.")
@click.option("--jit", is_flag=True, help="Compile with XLA what is compiled.")
@click.option("--compare", is_flag=True, help="Run it on NumPy too, and print which variables differ.")
@click.option("--report", is_flag=True, help="Print what was called of NumPy, line by line.")
@click.argument("script")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def run(
    module: bool,
    compiled: tuple[str, ...],
    compile_all: bool,
    graph: bool,
    jit: bool,
    compare: bool,
    report: bool,
    script: str,
    arguments: tuple[str, ...],
) -> None:
    """Run SCRIPT with tnp_shim in the place of NumPy.

    The script and the modules beside it get tnp_shim where they import NumPy; installed packages get NumPy.
    Exit code and tracebacks are the script's own. Tables are printed on standard error.
    """
    if graph and (compiled or compile_all):
        raise BadInput("--graph makes one graph of all; leave --compile and --compile-all out")
    if jit and not (graph or compiled or compile_all):
        raise BadInput("--jit compiles graphs: add --graph, --compile NAME or --compile-all")
    found = located_module(script) if module else located(script)
    way = running.Way(compiled, compile_all, graph, jit)
    recorder = Recorder(found.own) if report else None
    copied = _Copied(sys.stdout)
    with contextlib.redirect_stdout(copied) if compare else contextlib.nullcontext():  # type: ignore[type-var]
        outcome = running.run(found, arguments, way, recorder)
    for function in outcome.compiled if jit else ():
        for failure in function.compile_failures:
            name = script if graph else function.python_function.__name__
            click.echo(f"tnp-shim: {name} runs without XLA: {failure.reason.splitlines()[0]}", err=True)
    if recorder is not None:
        tables.show_sites(recorder.sites.values())
    if compare:
        _compare(found, arguments, outcome, copied.text.getvalue())
    sys.exit(outcome.exit_code)


class _Copied:
    """A stream that keeps what is written to it."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.text = io.StringIO()

    def write(self, text: str) -> int:
        self.text.write(text)
        written: int = self._stream.write(text)
        return written

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _compare(script: Any, arguments: tuple[str, ...], ours: running.Outcome, printed: str) -> None:
    told = io.StringIO()
    with contextlib.redirect_stdout(told), contextlib.redirect_stderr(io.StringIO()):
        numpys = running.run_on_numpy(script, arguments)
    if type(ours.error) is not type(numpys.error):
        ends = [f"into {tracebacks.told(run.error)}" if run.error else "to its end" for run in (ours, numpys)]
        click.echo(f"tnp-shim: ours ran {ends[0]}, NumPy's {ends[1]}", err=True)
    within = [name for name in ours.within if numpys.names.pop(name, None) is not None]
    if within:
        names = ", ".join(within)
        click.echo(f"not compared, being within loops or branches of the graph only: {names}", err=True)
    found, compared = comparison.differences(ours.names, numpys.names)
    tables.show_comparison(found, compared, (ours.seconds, numpys.seconds), told.getvalue() == printed)


@tnp_shim_command.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.argument("script")
def check(as_json: bool, script: str) -> None:
    """List what SCRIPT uses of NumPy without running it; exit code 1 where there are gaps.

    The modules beside the script that it imports are read too.
    """
    uses, files = inventory.inventory(located(script))
    found = checking.document(script, files, uses)
    if as_json:
        click.echo(json.dumps(found, indent=1, ensure_ascii=False))
    else:
        checking.show(found)
    sys.exit(1 if found["gaps"] else 0)


@tnp_shim_command.command(context_settings={"allow_interspersed_args": False})
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.argument("target", metavar="FILE:FUNCTION")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def explain(as_json: bool, target: str, arguments: tuple[str, ...]) -> None:
    """Tell how a function is traced: loops, branches, routes, host calls, kernels, XLA.

    ARGUMENTS are Python expressions with the names of the file and `np`: 'np.ones((3, 3))' 5. The file is
    imported for it, so what it does at its top level is done.
    """
    found = explaining.explained(target, arguments)
    if isinstance(found, BaseException):
        sys.exit(running.Outcome(error=found).exit_code)
    click.echo(json.dumps(found.to_dict(), indent=1, ensure_ascii=False) if as_json else str(found))


@tnp_shim_command.command()
@click.option("--name", help="What is known of one name: `linalg.norm`.")
@click.option("--open", "opened", is_flag=True, help="Open the page of the report, where there is one.")
def conformance(name: str | None, opened: bool) -> None:
    """Print how far the names of NumPy are like NumPy's, from the report that is shipped."""
    if name is not None:
        try:
            click.echo(tnp_shim.support(name))
        except KeyError as error:
            raise BadInput(str(error)) from None
    elif opened:
        page = stored_report.page()
        if page is None:
            raise BadInput(f"no page of the report is here; it is made by: {stored_report.MADE_BY}")
        click.launch(str(page))
        click.echo(str(page))
    else:
        stored_report.show()


@tnp_shim_command.command()
def env() -> None:
    """Print versions, devices and settings."""
    tables.show_lines("tnp-shim", environment.found())
