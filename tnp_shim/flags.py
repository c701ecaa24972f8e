"""`ndarray.flags`: the memory layout, as NumPy would have it. Knows the array, no functions."""

from __future__ import annotations

from typing import Any

from tnp_shim.array import Array

_OWNDATA, _WRITEABLE = 0x0004, 0x0400
"""The bits of `num` that a shadow does not tell."""

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

    behaved = property(lambda self: self.writeable, doc="Whether the array is aligned and writeable.")

    @property
    def carray(self) -> bool:
        """Whether the array is writeable and in C order."""
        return self.writeable and self.c_contiguous

    @property
    def farray(self) -> bool:
        """Whether the array is writeable and in Fortran order, and not in C order."""
        return self.writeable and self.fnc

    @property
    def num(self) -> int:
        """All flags in one number."""
        bits = self._array._cell.shadow().flags.num & ~(_OWNDATA | _WRITEABLE)
        return bits | _OWNDATA * self.owndata | _WRITEABLE * self.writeable

    def __getitem__(self, key: str) -> Any:
        name = _SHORT.get(key, key.lower())
        try:
            return getattr(self, name)
        except AttributeError:
            raise KeyError("Unknown flag") from None

    def __setitem__(self, key: str, value: Any) -> None:
        name = _SHORT.get(key, key.lower())
        if name != "writeable":
            raise KeyError("Unknown flag")
        self.writeable = value

    def __repr__(self) -> str:
        names = ("C_CONTIGUOUS", "F_CONTIGUOUS", "OWNDATA", "WRITEABLE", "ALIGNED", "WRITEBACKIFCOPY")
        return "".join(f"  {name} : {self[name]}\n" for name in names)
