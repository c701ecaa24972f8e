"""How names are judged that make something to be used: iterators, functions, files. Knows NumPy only.

A use takes the name's object in a namespace and the bound call, and gives what both libraries must agree on.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy

from conformance.recipes import Call
from conformance.streams import SEEDED, seeded

MOST = 20
"""So many items of an iterator are looked at."""


def _called(make: Any, call: Call, count: int) -> Any:
    """The result of a made function: the first arguments make it, the others are given to it."""
    return make(*call.args[:count], **dict(call.keywords))(*call.args[count:])


def _items(make: Any, call: Call) -> list[Any]:
    """The first items of an iterator."""
    return [item for item, _ in zip(make(*call.args, **dict(call.keywords)), range(MOST), strict=False)]


def _broadcast(make: Any, call: Call) -> Any:
    made = make(*call.args)
    items = [item for item, _ in zip(made, range(MOST), strict=False)]
    return made.shape, made.size, made.nd, made.numiter, made.index, items


def _elements(make: Any, call: Call) -> list[Any]:
    """What `nditer` gives, as arrays of NumPy's: its elements are views of a buffer."""
    with make(*call.args, **dict(call.keywords)) as iterator:
        return [numpy.array(item) for item, _ in zip(iterator, range(MOST), strict=False)]


def _nested(make: Any, call: Call) -> list[Any]:
    outer, inner = make(*call.args, **dict(call.keywords))
    return [numpy.array(item) for _ in outer for item in inner][:MOST]


def _written(make: Any, call: Call, ending: str) -> Any:
    """What NumPy reads from the file that was written."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / f"file{ending}")
        make(path, *call.args, **dict(call.keywords))
        if ending == ".txt":
            return Path(path).read_text()
        found = numpy.load(path)
        return {name: found[name] for name in found.files} if ending == ".npz" else found


def _read(make: Any, call: Call, write: Callable[[str, Any], Any]) -> Any:
    """What is read from a file that NumPy wrote."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "file.npy")
        write(path, numpy.asarray(call.args[0]))
        return make(path, *call.args[1:], **dict(call.keywords))


def _as_text(path: str, array: Any) -> None:
    numpy.savetxt(path, numpy.atleast_1d(array), fmt="%.17g", delimiter=",")


def _sums_of_powers(roots: Any, call: Call) -> Any:
    """What does not depend on the order of roots, of which NumPy promises none."""
    found = roots(*call.args)
    return found.shape, found.sum(), (found * found).sum(), (found * found * found).sum()


def _adjoint(a: Any) -> Any:
    return a.mT.conj()


def _factored(cholesky: Any, call: Call) -> Any:
    """The factor of a positive definite matrix made of the argument; integers are taken as they are."""
    (a,) = call.args
    return cholesky(a if a.dtype.kind in "iu" else a @ _adjoint(a), **dict(call.keywords))


def _orthogonal(qr: Any, call: Call) -> Any:
    """What does not depend on the phases of the columns of q."""
    found = qr(*call.args, **dict(call.keywords))
    if dict(call.keywords).get("mode") == "raw":
        return found
    if not isinstance(found, tuple):
        return (found * found.conj()).real
    q, r = found.Q, found.R
    return (r * r.conj()).real, q @ r, _adjoint(q) @ q


def _singular(svd: Any, call: Call) -> Any:
    """What does not depend on the phases of singular vectors, nor on a choice among equal values."""
    found = svd(*call.args, **dict(call.keywords))
    if not isinstance(found, tuple):
        return found
    u, s, vh = found.U, found.S, found.Vh
    count = s.shape[-1]
    again = (u[..., :count] * s[..., None, :]) @ vh[..., :count, :]
    return s, again, _adjoint(u) @ u, vh @ _adjoint(vh)


def _hermitian(eigh: Any, call: Call) -> Any:
    """Eigenvalues, and the matrix that they and the vectors make."""
    found = eigh(*call.args, **dict(call.keywords))
    w, v = found.eigenvalues, found.eigenvectors
    return w, (v * w[..., None, :]) @ _adjoint(v)


def _sums_over_values(w: Any) -> Any:
    """Sums over eigenvalues, which come in any order; moved away from zero, so that they do not cancel."""
    moved = w + 16
    return moved.sum(-1), (moved * moved).sum(-1), (moved * moved * moved).sum(-1)


def _general(eig: Any, call: Call) -> Any:
    """Sums over eigenvalues, and whether each has its vector of length one."""
    found = eig(*call.args)
    w, v = found.eigenvalues, found.eigenvectors
    (a,) = call.args
    single = v.dtype.name in ("float32", "complex64")
    away = abs(a @ v - v * w[..., None, :])
    fit = (away <= (1e-3 if single else 1e-9)).all()
    lengths = abs((v * v.conj()).real.sum(-2) - 1)
    return _sums_over_values(w), fit, (lengths <= 1e-5).all()


USES: dict[str, Callable[[Any, Call], Any]] = {
    "vectorize": lambda make, call: _called(make, call, 1),
    "frompyfunc": lambda make, call: _called(make, call, 3).astype("float64"),
    "ndenumerate": _items,
    "broadcast": _broadcast,
    "nditer": _elements,
    "nested_iters": _nested,
    "roots": _sums_of_powers,
    "linalg.cholesky": _factored,
    "linalg.qr": _orthogonal,
    "linalg.svd": _singular,
    "linalg.eigh": _hermitian,
    "linalg.eig": _general,
    "linalg.eigvals": lambda eigvals, call: _sums_over_values(eigvals(*call.args)),
    "save": lambda save, call: _written(save, call, ".npy"),
    "savez": lambda save, call: _written(save, call, ".npz"),
    "savez_compressed": lambda save, call: _written(save, call, ".npz"),
    "savetxt": lambda save, call: _written(save, call, ".txt"),
    "load": lambda load, call: _read(load, call, numpy.save),
    "fromfile": lambda read, call: _read(read, call, lambda path, array: array.tofile(path)),
    "loadtxt": lambda read, call: _read(read, call, _as_text),
    "genfromtxt": lambda read, call: _read(read, call, _as_text),
    **{
        f"polynomial.{name}": lambda make, call: _called(make, call, 1)
        for name in ("Polynomial", "Chebyshev", "Legendre", "Laguerre", "Hermite", "HermiteE")
    },
    **{f"random.{name}": seeded for name in SEEDED},
}
"""The uses by name."""
FILLED_IN = {"save": ("file",), "savetxt": ("fname",)}
"""The parameters that a use itself gives."""
