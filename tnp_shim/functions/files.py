"""Arrays to files and text, and back. Knows the array; NumPy reads and writes.

A file is written beside the one that it replaces: if writing fails, the old file is as it was.
"""

from __future__ import annotations

import contextlib
import io
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy

from tnp_shim.declaration import arrays, describe
from tnp_shim.functions.handed_on import known, ours

_REASON = "files and text are on the host"
_host = {"route": "host", "reason": _REASON}


def _is_path(file: Any) -> bool:
    return isinstance(file, (str, os.PathLike))


@contextlib.contextmanager
def _replacing(path: str) -> Iterator[str]:
    """The path of a new file, which takes the place of the one at `path` if nothing fails."""
    target = os.path.realpath(path)
    if os.path.exists(target) and not os.path.isfile(target):  # a device or a pipe
        yield path
        return
    folder, name = os.path.split(target)
    # the end of the name stays, because NumPy compresses by it
    new = os.path.join(folder, f".{secrets.token_hex(8)}-{name}")
    try:
        yield new
        if os.path.exists(target):
            os.chmod(new, os.stat(target).st_mode & 0o7777)
        os.replace(new, target)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(new)


def _written(file: Any, ending: str, write: Callable[[Any], None]) -> None:
    """Write to a path, or to an open file at once."""
    if _is_path(file):
        path = os.fspath(file)
        with _replacing(path if path.endswith(ending) else path + ending) as new:
            write(new)
        return
    whole = io.BytesIO()
    write(whole)
    file.write(whole.getvalue())


@arrays(numpy.save, **_host)
def save(file: Any, arr: Any, allow_pickle: bool = True) -> None:
    """Write an array to a file in NumPy's `.npy` format, which NumPy reads, too.

    `file` is a path, to which `.npy` is added, or a file open for writing bytes. If this fails, an old file
    is still there. The value must be known: eagerly, that is.
    """
    value = known(arr, "np.save")
    _written(file, ".npy", lambda new: numpy.save(new, value, allow_pickle=allow_pickle))


def _saved_together(name: str) -> Any:
    function = getattr(numpy, name)

    @arrays(function, **_host)
    def saver(file: Any, *args: Any, allow_pickle: bool = True, **kwds: Any) -> None:
        values, named = known(args, f"np.{name}"), known(kwds, f"np.{name}")
        _written(file, ".npz", lambda new: function(new, *values, allow_pickle=allow_pickle, **named))

    packed = "compressed" if name == "savez_compressed" else "uncompressed"
    describe(
        saver,
        f"Write arrays to one {packed} file in NumPy's `.npz` format; see `save`.\n\n"
        "Arrays without a name are called arr_0, arr_1, ...",
    )
    saver.__module__ = __name__
    return saver


savez = _saved_together("savez")
savez_compressed = _saved_together("savez_compressed")


@arrays(numpy.savetxt, **_host)
def savetxt(fname: Any, X: Any, *args: Any, **kwargs: Any) -> None:
    """Write an array of one or two dimensions as text; if this fails, an old file is still there."""
    value = known(X, "np.savetxt")
    if _is_path(fname):
        with _replacing(os.fspath(fname)) as new:
            numpy.savetxt(new, value, *args, **kwargs)
    else:
        numpy.savetxt(fname, value, *args, **kwargs)


class ArchiveOfArrays(Mapping[str, Any]):
    """The arrays of an `.npz` file by their names, read when they are asked for; close it after use."""

    def __init__(self, archive: Any) -> None:
        self._archive = archive

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._archive, name)

    def __getitem__(self, name: str) -> Any:
        return ours(self._archive[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._archive)

    def __len__(self) -> int:
        return len(self._archive)

    def __contains__(self, name: object) -> bool:
        return name in self._archive

    def __enter__(self) -> ArchiveOfArrays:
        return self

    def __exit__(self, *error: Any) -> None:
        self._archive.close()

    def __repr__(self) -> str:
        return repr(self._archive)


@arrays(numpy.load, **_host)
def load(file: Any, *args: Any, **kwargs: Any) -> Any:
    """What `save`, `savez` or NumPy wrote: an array, or the arrays of an `.npz` file by name.

    Pickled objects are refused unless `allow_pickle=True`. What no tensor can hold, and what `mmap_mode`
    maps, are NumPy's own arrays.
    """
    value = numpy.load(file, *args, **kwargs)
    return ArchiveOfArrays(value) if isinstance(value, numpy.lib.npyio.NpzFile) else ours(value)


def _reader(name: str, doc: str) -> Any:
    function = getattr(numpy, name)

    @arrays(function, **_host)
    def reader(*args: Any, **kwargs: Any) -> Any:
        return ours(function(*known(args, f"np.{name}"), **known(kwargs, f"np.{name}")))

    describe(reader, f"{doc}; a real NumPy array if no tensor can hold it.")
    reader.__module__ = __name__
    return reader


loadtxt = _reader("loadtxt", "An array of the numbers in a text file")
genfromtxt = _reader("genfromtxt", "An array of the fields in a text file, of which some may be missing")
fromfile = _reader("fromfile", "An array of the bytes or the numbers in a file")


def fromstring(string: Any, dtype: Any = float, count: int = -1, *, sep: str, like: Any = None) -> Any:
    """An array of the numbers in a text, which `sep` separates.

    Notes
    -----
    The source is `numpy.fromstring`: shapes, dtypes and errors are its own.
    Route: host, NumPy reads the text. There is no gradient.
    """
    return ours(numpy.fromstring(string, dtype, count, sep=sep))
