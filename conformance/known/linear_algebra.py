"""Known differences of linalg. Knows what an exception is."""

from __future__ import annotations

from conformance.exceptions import Known

KNOWN: tuple[Known, ...] = (
    Known(
        "eigenvalues-complex-while-tracing",
        "linalg.eig linalg.eigvals",
        "graph unknown xla vmap loop",
        "NumPy gives real numbers where all imaginary parts happen to be zero; the dtype of a tensor in a "
        "graph is settled before there are values",
        text=r"dtype \w+ of complex\d+, NumPy's is float\d+",
        kind="dtype",
        stumble="In a traced function `linalg.eig` and `linalg.eigvals` give complex numbers also where all "
        "eigenvalues are real; take `.real`, or `linalg.eigh` for a Hermitian matrix.",
    ),
    Known(
        "rank-of-vectors-while-tracing",
        "linalg.matrix_rank",
        "graph unknown xla vmap loop",
        "NumPy gives a Python integer for an array of fewer than two axes; it depends on the values, which a "
        "graph does not have while it is traced, so the result is a tensor",
        text=r"^result: np\.int64\([01]\), NumPy gives [01]$",
        when=lambda call: any(len(recipe.shape) < 2 for recipe in call.recipes()),
    ),
    Known(
        "layout-of-out-while-tracing",
        "linalg.multi_dot dot ndarray.dot",
        "unknown",
        "whether an array whose size is unknown while tracing is contiguous is not known either",
        text="no error, NumPy raises ValueError\\('output array is not acceptable",
    ),
    Known(
        "solutions-for-nothing",
        "linalg.solve",
        "*",
        "a system without right-hand sides has no solutions to compute, so its matrix is not looked at",
        text="no error, NumPy raises LinAlgError\\('Singular matrix'",
        when=lambda call: any(0 in recipe.shape for recipe in call.recipes()),
    ),
    Known(
        "logarithms-of-determinants-near-one",
        "linalg.slogdet",
        "*",
        "the logarithm of a determinant of about 1 is what rounding leaves of zero",
        text=r"np\.float\d\d\(-?\d(\.\d+)?e-(1[5-9]|0[78])\), NumPy gives",
    ),
    Known(
        "eigenvalues-real-by-rounding",
        "linalg.eig linalg.eigvals",
        "eager",
        "NumPy gives real numbers where all imaginary parts happen to be zero, which rounding decides",
        text=r"dtype (float|complex)\d+ of \w+, NumPy's is (float|complex)\d+",
        kind="dtype",
    ),
    Known(
        "condition-of-singular-matrices",
        "linalg.cond",
        "*",
        "the least singular value of a singular matrix is what rounding leaves of zero, here and in NumPy",
        text=r"(inf|e\+(0[7-9]|[1-9]\d))\), NumPy gives np\.float\d\d\((inf|[\d.]+e\+(0[7-9]|[1-9]\d))\)"
        r"|(e-(0[7-9]|[1-9]\d)|0\.0)\), NumPy gives np\.float\d\d\((0\.0|[\d.]+e-(0[7-9]|[1-9]\d))\)",
    ),
    Known(
        "bounds-for-empty-matrices",
        "linalg.pinv",
        "unknown",
        "NumPy does not look at the bound where the matrix is empty, which is not known while tracing",
        text=r"tracing: UFuncTypeError|array type float16|"
        r"dtype float\d+ of float\d+, NumPy's is (bool|float16|u?int\d+)",
    ),
)
