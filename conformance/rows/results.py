"""The word for `out=`: an array for the result of the arguments before it. Knows the words and NumPy."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.choosing import Chooser
from conformance.outcomes import Container, Leaf, of_numpy
from conformance.recipes import Call, Recipe
from conformance.vocabulary import Argument, Array, Seen


@dataclass(frozen=True)
class Out(Argument):
    """An array of the shape that NumPy's result has, and of its dtype or one of `others`.

    It stands behind all arguments that tell the shape.
    """

    name: str
    others: tuple[str, ...] = ("float64", "complex128", "int8")
    layouts: tuple[str, ...] | None = None

    def _leaf(self, seen: Seen) -> Leaf:
        args = tuple(value for key, value in seen.items() if isinstance(key, int))
        keywords = tuple((key, value) for key, value in seen.items() if isinstance(key, str))
        result = of_numpy(Call(self.name, args, keywords)).result
        if isinstance(result, Container):
            result = result.items[0]
        if result is None or result.dtype is None:
            return Leaf("array", None, "float64", (3,))
        return Leaf("array", None, result.dtype.name, result.shape)

    def draw(self, choose: Chooser, seen: Seen, label: str) -> Recipe:
        leaf = self._leaf(seen)
        own = not self.others or choose.among(f"{label}.own", (True, True, False))
        dtype = leaf.dtype if own else choose.among(f"{label}.other", self.others)
        return Array((dtype,), ("ordinary",), [leaf.shape], (0, 32), layouts=self.layouts).draw(
            choose, seen, label
        )

    def spoil(self, choose: Chooser, seen: Seen, label: str) -> Recipe:
        leaf = self._leaf(seen)
        return Array((leaf.dtype,), ("ordinary",), [(*leaf.shape, 2)], rank=(0, 32)).draw(choose, seen, label)
