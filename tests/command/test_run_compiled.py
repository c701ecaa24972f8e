"""`tnp-shim run` with functions or the whole script compiled: the same results, prints and tracebacks."""

from __future__ import annotations

from pathlib import Path

import pytest
from invoking import command, python, ran, script, written

from tnp_shim.command import comparison, running
from tnp_shim.command.script import located


def names_of(path: str, *arguments: str, **way: object) -> dict[str, object]:
    """The names of a script after it was run."""
    outcome = running.run(located(path), arguments, running.Way(**way))  # type: ignore[arg-type]
    assert outcome.error is None, outcome.error
    return outcome.names


@pytest.mark.parametrize(
    ("options", "counts"),
    [
        ((), "3 15 3 3"),
        (("--compile", "integrate"), "1 5 3 3"),
        (("--compile", "decay"), "3 1 3 3"),
        (("--compile", "decay", "--compile", "integrate"), "1 1 3 3"),
        (("--compile", "Cell.halved"), "3 15 3 1"),
        (("--compile-all",), "1 1 3 3"),
        (("--compile-all", "--jit"), "1 1 3 3"),
    ],
)
def test_functions_are_traced_once(options: tuple[str, ...], counts: str) -> None:
    assert ran("run", *options, script("functions.py")).stdout == f"{counts}\n3.639184 [1]\n"


def test_what_xla_refuses_is_told(tmp_path: Path) -> None:
    text = """import numpy as np
def told(x):
    print("sum", x.sum())
    return x * 2
y = told(np.ones(3))
"""
    for options in (("--compile", "told"), ("--graph",)):
        result = ran("run", *options, "--jit", written(tmp_path, text))
        assert result.stdout == "sum 3.0\n"
        name = "told" if "--compile" in options else str(tmp_path / "written.py")
        assert result.stderr.startswith(f"tnp-shim: {name} runs without XLA: ")
        assert len(result.stderr.splitlines()) == 1


def test_a_method_is_compiled() -> None:
    # an object of the script's own is a constant, so it is traced for each
    assert ran("run", "--compile", "Cell.grown", script("functions.py")).stdout.startswith("3 15 1 3\n")


def test_imports_within_compiled_functions_are_redirected(tmp_path: Path) -> None:
    text = """def f(x):
    import numpy as inner
    from numpy.linalg import norm
    return inner.sqrt(x) + norm(x)
import numpy as np
print(float(f(np.ones(4)).sum()))
"""
    assert ran("run", "--compile-all", written(tmp_path, text)).stdout == "12.0\n"
    assert ran("run", "--graph", written(tmp_path, text.replace("float", ""))).exit_code == 0


@pytest.mark.parametrize("jit", [False, True])
def test_the_whole_script_as_one_graph(jit: bool, capfd: pytest.CaptureFixture[str]) -> None:
    ours = running.run(located(script("heat.py")), (), running.Way(graph=True, jit=jit))
    theirs = running.run_on_numpy(located(script("heat.py")), ())
    assert ours.error is None
    for name in ours.within:
        del theirs.names[name]
    found, compared = comparison.differences(ours.names, theirs.names)
    assert [each for each in found if not each.within] == [] and compared >= 10
    assert set(ours.within) == {"v", "step"}
    assert capfd.readouterr().out == "done\ndone\n"


def test_a_graph_has_the_names_of_the_script(tmp_path: Path) -> None:
    text = '''"""A script."""; from math import *; from numpy import (
    zeros as made,
    arange,
)
from __future__ import annotations
import numpy as np
count = 0
wide: dict[str,
  float] = (
  {})
bracketed: int = (3)
scale: float = 2.0
later: int
class Body:
    mass: float = 3.0
    def __init__(self): self.a = np.ones(2) * scale
    def energy(self): return self.mass * (self.a ** 2).sum()
def counted():
    global count, unseen
    count += 1
    unseen = "é"
    return count
body = Body(); first = counted()
squares = [k * k for k in range(3)]
if (n := len(squares)) > 2: kind = "long"
try:
    np.ones(2).reshape(3)
except ValueError as error:
    told = str(error)
with np.errstate(all="ignore"):
    root = np.sqrt(np.arange(2.0))
for i, (a, b) in enumerate(zip([1, 2], [3, 4])):
    product = a * b
longer = """two
lines"""; shorter = f"{n}"
energy = body.energy() * cos(0)
if energy > 1e9:
    never = energy
x = made(3); x[arange(2)] += 1
del a
'''
    text = text.replace("from __future__ import annotations\n", "")
    path = written(tmp_path, text)
    ours = names_of(path, graph=True)
    theirs = running.run_on_numpy(located(path), ()).names
    assert comparison.differences(ours, theirs)[0] == []
    assert {name for name in ours if name != "__warningregistry__"} == set(theirs)
    assert ours["longer"] == "two\nlines" and ours["count"] == 1 and ours["told"] == theirs["told"]


def test_a_graph_depends_on_values_that_are_not_known_while_tracing(tmp_path: Path) -> None:
    text = """import tensorflow as tf
import numpy as np
start = np.asarray(tf.random.uniform((), 1, 2, dtype="float64"))
x = start * 1
steps = 0
while x < 10:
    x = x * 2
    steps += 1
if steps > 2:
    ending = "x"
    value = x.copy()
else:
    ending = "x"
    value = -x
    temporary = x + 1
for i in np.arange(3):
    inner = start + i
    if inner > 0:
        last = inner
def doubled(values):
    for each in values:
        yield each * 2
def recursive(n):
    return n if n == 0 else recursive(n - 1)
twice = list(doubled([1, 2]))
ok = value / start == 2.0 ** steps
"""
    ours = names_of(written(tmp_path, text), graph=True)
    assert bool(ours["ok"]) and int(ours["steps"]) in (3, 4)
    assert ours["twice"] == [2, 4] and "temporary" not in ours  # type: ignore[call-overload]


@pytest.mark.parametrize("options", [("--graph",), ("--compile", "outer"), ("--compile-all",)])
def test_a_traceback_has_the_lines_of_the_script(options: tuple[str, ...]) -> None:
    ours, theirs = command("run", *options, script("failing.py")), python(script("failing.py"))
    assert ours.exit_code == 1
    assert _lines(ours.stderr) == _lines(theirs.stderr)


def _lines(text: str) -> list[str]:
    """A traceback without the lines that point into a line."""
    return [line for line in text.splitlines() if set(line) - set(" ~^")]


def test_a_graph_prints_when_it_runs_in_the_order_of_the_script(tmp_path: Path) -> None:
    text = """import numpy as np
x = np.arange(3.0)
print("first", x)
print("second")
for i in range(30):
    x = x + i
    if i % 10 == 0:
        print(i, x.sum())
print([x[0], {"a": x.mean()}], sep="-", end="|\\n")
"""
    path = written(tmp_path, text)
    assert ran("run", "--graph", path).stdout == python(path).stdout


def test_a_syntax_that_a_graph_cannot_have_is_told(tmp_path: Path) -> None:
    result = command("run", "--graph", written(tmp_path, "x: (float) = (\n    1.0)\n"))
    assert result.exit_code == 2
    assert result.stderr == "tnp-shim: --graph cannot take off the annotation in line 1\n"


@pytest.mark.parametrize("options", [("--graph",), ("--compile", "f")])
@pytest.mark.parametrize("way", ["mine", "singular", "interrupt", "exit"])
def test_errors_of_every_class_are_shown_as_they_were_raised(way: str, options: tuple[str, ...]) -> None:
    ours, theirs = command("run", *options, script("raising.py"), way), python(script("raising.py"), way)
    assert ours.exit_code == (130 if way == "interrupt" else theirs.returncode)
    assert _lines(ours.stderr) == _lines(theirs.stderr)
