"""Names, kinds and defaults of parameters are NumPy's, and every public function says what it does."""

from __future__ import annotations

import inspect
import operator
from typing import Any

import numpy
import pytest

import tnp_shim
from tnp_shim.declaration.documentation import FORMS, gradients

OWNERS = ("linalg", "fft", "emath", "ndarray")

DIFFERENCES = {
    "fromstring": "NumPy's own tells no signature",
    "linalg.LinAlgError": "NumPy's own tells no signature",
    "flatiter": "NumPy's cannot be made of an array but by `a.flat`",
    "ufunc": "NumPy's are made in C; ours are made of a body over tensors",
    "test": "np.test runs NumPy's tests of itself",
    "ndarray.getfield": "names raw memory and is refused",
    "ndarray.setfield": "names raw memory and is refused",
}
"""The names whose signature is not NumPy's, and why."""


def found(namespace: Any, name: str) -> Any:
    """The object of a dotted name, or None."""
    try:
        return operator.attrgetter(name)(namespace)
    except AttributeError:
        return None


def names() -> list[str]:
    """Everything that can be called, in `numpy` and its submodules for numbers."""
    lists = {"linalg": numpy.linalg.__all__, "fft": numpy.fft.__all__, "emath": numpy.emath.__all__}
    lists["ndarray"] = [name for name in vars(numpy.ndarray) if not name.startswith("_")]
    dotted = [f"{owner}.{name}" for owner in OWNERS for name in lists[owner]]
    return sorted(name for name in [*numpy.__all__, *dotted] if callable(found(numpy, name)))


def parameters(function: Any) -> list[tuple[str, Any, str]] | None:
    """What `inspect.signature` tells, in a form that compares; None where it tells nothing."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return None
    return [(p.name, p.kind, repr(p.default)) for p in signature.parameters.values()]


NAMES = names()


@pytest.mark.parametrize("name", NAMES)
def test_parameters_are_numpys(name):
    expected = parameters(found(numpy, name))
    actual = parameters(found(tnp_shim, name))
    alike = expected is not None and actual == expected
    assert alike or name in DIFFERENCES, f"{name}: {actual}, NumPy's are {expected}"
    assert not alike or name not in DIFFERENCES, f"{name} is listed, but has NumPy's parameters"


def test_every_listed_difference_is_a_name():
    assert set(DIFFERENCES) <= set(NAMES)
    assert len(NAMES) > 550


def test_methods_take_what_their_signatures_say():
    """A signature that is shown must also be obeyed: an argument by name for each parameter of a method."""
    x = tnp_shim.array([[3.0, 1.0], [2.0, 4.0]])
    given: dict[str, Any] = {"axis": 0, "out": None, "keepdims": True, "kind": "stable", "mode": "clip"}
    given |= {"order": "C", "stable": None, "dtype": "float64", "ddof": 1, "decimals": 1, "offset": 0}
    given |= {"side": "left", "sorter": None, "axis1": 0, "axis2": 1, "where": True, "copy": True}
    for name in ("all", "any", "argmax", "argmin", "cumsum", "mean", "std", "sum", "var", "trace", "round"):
        method = getattr(x, name)
        for parameter in inspect.signature(method).parameters.values():
            if parameter.kind is not inspect.Parameter.VAR_KEYWORD:
                expected = getattr(numpy.asarray(x), name)(**{parameter.name: given[parameter.name]})
                actual = method(**{parameter.name: given[parameter.name]})
                numpy.testing.assert_allclose(numpy.asarray(actual), expected, rtol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_there_is_a_docstring(name):
    ours = found(tnp_shim, name)
    if ours is None or name in DIFFERENCES:
        return
    text = inspect.getdoc(ours) or ""
    assert len(text) >= 15, f"{name}: {text!r}"
    declared = name.partition(".")[0] != "ndarray" and not isinstance(ours, type)
    if declared and ours is not found(numpy, name):
        for words in ("Parameters\n----------", "Notes\n-----", "Route: ", "See Also\n--------\nnumpy."):
            assert words in text, f"{name}: {words!r} is not in\n{text}"
        for parameter in inspect.signature(ours).parameters.values():
            assert parameter.name in text.partition("Notes\n")[0], f"{name}: nothing of {parameter.name}"


def test_documentation_of_one_function():
    assert inspect.getdoc(tnp_shim.roll) == inspect.cleandoc(
        """
        The elements moved along axes (None: of the flattened array), the last ones coming in first.

        The shifts may be unknown while tracing. Differentiable.

        Parameters
        ----------
        a : array_like
        shift
        axis : int or tuple of int, default None

        Notes
        -----
        The source is `numpy.roll`: shapes, dtypes and errors are its own.
        Route: native, operations of TensorFlow.
        First and second gradients are those of NumPy's function.

        See Also
        --------
        numpy.roll
        tnp_shim.support("roll") : how it does in graphs, under XLA, on GPUs and with gradients.
        """
    )


def test_gradients_are_told_from_the_report():
    assert gradients("sin") == "First and second gradients are those of NumPy's function."
    assert gradients("argmax").startswith("There is no gradient")
    assert gradients("no such function") == ""
    assert "Tensor" in FORMS
