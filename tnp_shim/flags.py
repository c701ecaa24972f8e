"""`ndarray.flags`: the memory layout, as NumPy would have it. Knows the array, no functions."""

from __future__ import annotations

from typing import Any

from tnp_shim.array import Array

_SHORT = {
    "C": "c_contiguous",
    "F": "f_contiguous",
    "O": "owndata",
    "W": "writeable",
    "A": "aligned",
    "X": "writebackifcopy",
    "B": "behaved",
    "CA": "carray",
    "FA": "farray",
}


class flagsobj:
    """The flags of an array; `writeable` can be set."""

    def __init__(self, array: Array) -> None:
        self._array = array

    def __getattr__(self, name: str) -> Any:
        return getattr(self._array._cell.shadow().flags, name)

    @property
    def owndata(self) -> bool:
        """Whether the array is no view."""
        return self._array._base is None

    @property
    def writeable(self) -> bool:
        """Whether elements can be assigned."""
        return self._array._writeable

    @writeable.setter
    def writeable(self, value: Any) -> None:
        base = self._array._base
        if value and ((base is not None and not base._writeable) or self._array._cell.read_only):
            raise ValueError("cannot set WRITEABLE flag to True of this array")
        self._array._writeable = bool(value)

    def __getitem__(self, key: str) -> Any:
        name = _SHORT.get(key, key.lower())
        if name not in ("owndata", "writeable") and not hasattr(self._array._cell.shadow().flags, name):
            raise KeyError("Unknown flag")
        return getattr(self, name)

    def __setitem__(self, key: str, value: Any) -> None:
        name = _SHORT.get(key, key.lower())
        if name != "writeable":
            raise KeyError("Unknown flag")
        self.writeable = value

    def __repr__(self) -> str:
        names = ("C_CONTIGUOUS", "F_CONTIGUOUS", "OWNDATA", "WRITEABLE", "ALIGNED", "WRITEBACKIFCOPY")
        return "\n".join(f"  {name} : {self[name]}" for name in names)
