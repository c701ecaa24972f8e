"""`explain` tells what becomes of a function in a graph, as text and as data."""

from __future__ import annotations

import json

import numpy
import rolled_programs as programs
import tensorflow as tf

import tnp_shim as np


def with_print(a, n):
    for i in range(n):
        a[i] = np.sin(a[i])
    if a[0] > 0:
        print(a[0])
    while a.sum() > 1.0:
        a *= 0.5
    return a


def test_loops_functions_and_host_calls():
    found = np.explain(with_print, numpy.ones(20), 20)
    start = with_print.__code__.co_firstlineno
    assert [(d.kind, d.decision, d.line - start) for d in found.decisions] == [
        ("for", "rolled", 1),
        ("if", "traced", 3),
        ("while", "traced", 5),
    ]
    assert all(d.file == __file__ for d in found.decisions)
    assert ("sin", "native", 2) in [(u.name, u.route, u.line - start) for u in found.functions]
    assert found.host_calls == (f"test_explain.py:{start + 4}: print",)
    assert not found.gpu
    assert not found.xla
    assert "PyFunc" in found.xla_reason


def test_a_program_that_compiles():
    found = np.explain(programs.cholesky, np, numpy.eye(20), 20)
    assert found.gpu
    assert found.xla
    assert found.host_calls == ()
    data = found.to_dict()
    assert json.dumps(data)
    assert data["decisions"][-1]["decision"] == "rolled"
    assert "XLA: yes" in str(found)
    assert "cholesky" not in str(found)


def test_an_op_without_a_gpu_kernel_is_named():
    found = np.explain(lambda x: tf.strings.as_string(tf.convert_to_tensor(x)), np.ones(3))
    assert any(words.startswith("AsString") for words in found.without_gpu)


def test_nothing_is_run_or_written():
    a = np.ones(20)
    np.explain(with_print, a, 20)
    assert numpy.array_equal(a, numpy.ones(20))
