"""A failing case as a program that users can run. Knows calls."""

from __future__ import annotations

import re
import textwrap

from conformance.recipes import decode

DECORATORS = {
    "unknown": "@tf.function(autograph=False, input_signature=[{specs}])\n",
    "xla": "@tf.function(autograph=False, jit_compile=True)\n",
    **dict.fromkeys(("gradient", "second gradient", "forward", "vmap"), ""),
}
"""What the function is decorated with, in modes where it is not an ordinary tf.function."""

PLAIN = "@tf.function(autograph=False)\n"

USES = {
    "gpu": """\
        graph = call.get_concrete_function(*bases).graph
        print(sorted({op.type for op in graph.get_operations()}))
        """,
    "gradient": """\
        with tf.GradientTape() as tape:
            tape.watch(bases)
            result = call(*bases)
        print(tape.gradient(result, bases))
        """,
    "second gradient": """\
        with tf.GradientTape() as outer:
            outer.watch(bases)
            with tf.GradientTape() as tape:
                tape.watch(bases)
                result = call(*bases)
            slopes = tape.gradient(result, bases)
        print(outer.gradient(slopes, bases))
        """,
    "forward": """\
        with tf.autodiff.ForwardAccumulator(bases, [tf.ones_like(base) for base in bases]) as forward:
            result = call(*bases)
        print(forward.jvp(result))
        """,
    "vmap": """\
        batches = [tf.stack([base, base]) for base in bases]
        print(tf.vectorized_map(lambda rows: call(*rows), batches))
        """,
}
"""What is done with the function, in modes where that is more than calling it."""

CALLED = "print(call(*bases))\n"


def parts(code: str) -> tuple[list[str], list[str], list[str]]:
    """Of a call as code: the functions it is given, the bases of its arrays, and what is done with them."""
    lines = code.splitlines()
    start = next((i for i, line in enumerate(lines) if line.startswith("base0 = ")), len(lines) - 1)
    bases = [line for line in lines[start:] if re.match(r"base\d+ = ", line)]
    return lines[:start], bases, [line for line in lines[start:] if line not in bases]


def reproduction(call: str, code: str, mode: str) -> str:
    """A program that repeats a case, which is given encoded and as code, in a mode."""
    functions, bases, body = parts(code)
    if mode == "eager" or not bases:
        *before, last = body
        return "\n".join(["import tnp_shim as np\n", *functions, *bases, *before, f"print({last})"])
    names = [base.partition(" ")[0] for base in bases]
    arrays = [recipe.base() for recipe in decode(call).recipes() if recipe.of is None]
    specs = ", ".join(f"tf.TensorSpec({[None] * a.ndim}, '{a.dtype.name}')" for a in arrays)
    *before, last = body
    inside = [*(f"{name} = np.array({name})" for name in names), *before, f"return {last}"]
    return "\n".join(
        [
            "import numpy\nimport tensorflow as tf\nimport tnp_shim as np\n",
            *functions,
            *(base.replace("np.array(", "numpy.array(", 1) for base in bases),
            f"bases = [tf.constant(base) for base in ({', '.join(names)},)]\n\n",
            DECORATORS.get(mode, PLAIN).format(specs=specs) + f"def call({', '.join(names)}):",
            textwrap.indent("\n".join(inside), "    "),
            "\n",
            textwrap.dedent(USES.get(mode, CALLED)).rstrip(),
        ]
    )
