"""Explains a function of a script: loads the file, makes the arguments, asks the facade."""

from __future__ import annotations

import importlib.util
import inspect
import operator
import os
import sys
from typing import Any

import tnp_shim
from tnp_shim.command import rewriting, tracebacks
from tnp_shim.command.errors import BadInput
from tnp_shim.command.numpy_names import numpy_names
from tnp_shim.command.redirection import redirected
from tnp_shim.command.script import Script, located, main_module, surroundings
from tnp_shim.explain import Explanation


def _found(target: str) -> tuple[Script, str]:
    """The script and the function's name of `file.py:function`."""
    file, colon, name = target.rpartition(":")
    if not colon or not name or os.sep in name:
        raise BadInput(f"{target}: expected FILE:FUNCTION, as in script.py:step")
    script = located(file)
    rewriting.chosen(script.tree(), [name], everything=False, option="explain")
    return script, name


def _argument(text: str, namespace: dict[str, Any]) -> Any:
    try:
        return eval(text, namespace)
    except Exception as error:
        raise BadInput(f"{text}: {tracebacks.told(error)}") from None


def _needed(function: Any, given: int) -> str:
    """The parameters that have no argument, as text."""
    parameters = list(inspect.signature(function).parameters.values())
    missing = [
        parameter.name
        for parameter in parameters[given:]
        if parameter.default is inspect.Parameter.empty
        and parameter.kind in (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    ]
    return ", ".join(missing)


def _called(script: Script, name: str, arguments: tuple[str, ...]) -> Explanation:
    """Import the file, and explain the function."""
    module = sys.modules[_stem(script)]
    names = numpy_names()
    with redirected(script.own, names):
        exec(compile(script.tree(), script.file, "exec", dont_inherit=True), vars(module))
        function = operator.attrgetter(name)(module)
        scope = {"np": names, "numpy": names} | vars(module)
        values = [_argument(text, scope) for text in arguments]
        if missing := _needed(function, len(values)):
            raise BadInput(f"{name} needs {missing}: give an expression for each, like 'np.ones(3)'")
        return tnp_shim.explain(function, *values)


def _stem(script: Script) -> str:
    return os.path.splitext(os.path.basename(script.file))[0]


def explained(target: str, arguments: tuple[str, ...]) -> Explanation | BaseException:
    """What is told of a function, called with arguments that are expressions in the file's names.

    Or what the file or the function raised, whose traceback is printed.
    """
    script, name = _found(target)
    module = main_module(script)
    module.__name__ = _stem(script)
    module.__spec__ = importlib.util.spec_from_file_location(module.__name__, script.file)
    with surroundings(script, (), sys.modules["__main__"]):
        sys.modules[module.__name__] = module
        try:
            return _called(script, name, arguments)
        except BadInput:
            raise
        except BaseException as error:
            shown = tracebacks.Shown()
            tracebacks.strip(error, shown)
            tracebacks.show(error, shown)
            return error
