"""Sums of products over labelled axes, lowered to as few matrix products as possible. Knows tensors only.

The axes of an operand carry labels (any hashable values), as the letters of `einsum` do.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import tensorflow as tf

from tnp_shim.indexing.checks import asserted
from tnp_shim.kernels import shapes
from tnp_shim.kernels.arithmetic import multiply
from tnp_shim.kernels.elementwise import HALVES
from tnp_shim.kernels.products import diagonal, matrix_product, sum_over
from tnp_shim.promotion import constant
from tnp_shim.tensorflow_internals import gen_array_ops, gen_math_ops

Labels: TypeAlias = tuple[Hashable, ...]
Operand: TypeAlias = tuple[tf.Tensor, Labels]
"""A tensor and the labels of its axes."""


def transpose(x: tf.Tensor, permutation: Sequence[int]) -> tf.Tensor:
    """The tensor with its axes in another order."""
    if tuple(permutation) == tuple(range(len(permutation))):
        return x
    return gen_array_ops.transpose(x, constant(tuple(permutation), tf.int32))


@dataclass(frozen=True)
class _MatrixPlan:
    """How two operands become one matrix product: labels in the order that each is brought into."""

    swapped: bool
    batch: Labels
    left: Labels
    summed: Labels
    right: Labels
    transpose_first: bool
    transpose_second: bool

    @property
    def first(self) -> tuple[Labels, Labels]:
        """The rows and the columns of the first matrix as it arrives."""
        return (self.summed, self.left) if self.transpose_first else (self.left, self.summed)

    @property
    def second(self) -> tuple[Labels, Labels]:
        """The rows and the columns of the second matrix as it arrives."""
        return (self.right, self.summed) if self.transpose_second else (self.summed, self.right)

    def transposes(self, first: Labels, second: Labels, wanted: Labels | None) -> int:
        """How many operands, and the result, are transposed on the way."""
        arriving = (self.batch + sum(self.first, ()), self.batch + sum(self.second, ()))
        result = self.batch + self.left + self.right
        return (arriving[0] != first) + (arriving[1] != second) + (wanted is not None and result != wanted)


@functools.lru_cache(maxsize=1024)
def _matrix_plan(
    x_labels: Labels, y_labels: Labels, kept: Labels, ordered: bool, complex_numbers: bool
) -> _MatrixPlan:
    """The plan with the fewest transposes; of equal ones the plainest."""
    plans: list[tuple[int, bool, int, int, _MatrixPlan]] = []
    for swapped in (False, True):
        first, second = (y_labels, x_labels) if swapped else (x_labels, y_labels)
        shared = [label for label in first if label in second]
        left = tuple(label for label in first if label not in second)
        right = tuple(label for label in second if label not in first)
        batches = {tuple(a for a in order if a in shared and a in kept) for order in (first, second)}
        sums = [tuple(a for a in order if a in shared and a not in kept) for order in (first, second)]
        # BatchMatMulV2 would conjugate what it transposes
        flags = (False,) if complex_numbers and any(batches) else (False, True)
        for batch, summed, flag1, flag2 in itertools.product(sorted(batches, key=str), sums, flags, flags):
            plan = _MatrixPlan(swapped, batch, left, summed, right, flag1, flag2)
            cost = plan.transposes(first, second, kept if ordered else None)
            plans.append((cost, swapped, flag1 + flag2, len(plans), plan))
    return min(plans)[-1]


def _in_order(operand: Operand, order: Labels) -> tf.Tensor:
    x, labels = operand
    return transpose(x, [labels.index(label) for label in order])


def _merged(x: tf.Tensor, groups: Sequence[int]) -> tf.Tensor:
    """The tensor with groups of so many neighbouring axes each made one axis."""
    if all(count == 1 for count in groups):
        return x
    sizes = iter(shapes.lengths(x))
    merged = [shapes.product(itertools.islice(sizes, count)) for count in groups]
    unknown = [i for i, size in enumerate(merged) if not isinstance(size, int)]
    if len(unknown) == 1 and all(merged[i] for i in range(len(merged)) if i != unknown[0]):
        merged[unknown[0]] = -1
    return shapes.reshape(x, merged)


def _matrix_contraction(x: Operand, y: Operand, kept: Labels, ordered: bool) -> Operand:
    dtype = x[0].dtype
    plan = _matrix_plan(x[1], y[1], kept, ordered, dtype.is_complex)
    first, second = (y, x) if plan.swapped else (x, y)
    batch = [1] * len(plan.batch)
    rows1, columns1 = plan.first
    rows2, columns2 = plan.second
    arriving1 = _in_order(first, plan.batch + rows1 + columns1)
    arriving2 = _in_order(second, plan.batch + rows2 + columns2)
    product = matrix_product(
        _merged(arriving1, [*batch, len(rows1), len(columns1)]),
        _merged(arriving2, [*batch, len(rows2), len(columns2)]),
        plan.transpose_first,
        plan.transpose_second,
    )
    if len(plan.left) != 1 or len(plan.right) != 1:
        sizes = shapes.lengths(product)[: len(batch)]
        for operand, labels in ((first, plan.left), (second, plan.right)):
            sizes += [shapes.length(operand[0], operand[1].index(label)) for label in labels]
        product = shapes.reshape(product, sizes)
    labels = plan.batch + plan.left + plan.right
    return (_in_order((product, labels), kept), kept) if ordered else (product, labels)


def _aligned(operand: Operand, order: Labels) -> tf.Tensor:
    """The operand with its axes in order, and an axis of length 1 for each label that it lacks."""
    x, labels = operand
    present = tuple(label for label in order if label in labels)
    x = _in_order(operand, present)
    missing_in_front = next((i for i, label in enumerate(order) if label in labels), len(order))
    if present == order[missing_in_front:]:
        return x  # broadcasting puts axes in front
    sizes = iter(shapes.lengths(x))
    return shapes.reshape(x, [next(sizes) if label in labels else 1 for label in order])


def _summed_out(operand: Operand, labels: Iterable[Hashable]) -> Operand:
    x, present = operand
    dropped = set(labels)
    axes = [axis for axis, label in enumerate(present) if label in dropped]
    return sum_over(x, axes), tuple(label for label in present if label not in dropped)


def _size(operand: Operand, label: Hashable) -> int | None:
    return operand[0].shape[operand[1].index(label)]


def _broadcast_ones(x: Operand, y: Operand, kept: Labels) -> list[Hashable]:
    """The labels to be summed that have length 1 in one operand and not in the other."""
    shared = [label for label in x[1] if label in y[1] and label not in kept]
    sizes = [(label, _size(x, label), _size(y, label)) for label in shared]
    return [label for label, n, m in sizes if n is not None and m is not None and n != m and 1 in (n, m)]


_MOST_AXES_TO_BROADCAST = 5
"""TensorFlow's elementwise kernels refuse to broadcast operands that take turns along more axes."""


def contract(x: Operand, y: Operand, kept: Labels, ordered: bool = True) -> Operand:
    """The products of two operands, summed over all labels but those kept.

    The kept labels are all of one of the operands at least. The result has them in the order given, or
    (not `ordered`) in the order that costs least.
    """
    ones = _broadcast_ones(x, y, kept)
    x = _summed_out(
        x, [label for label in x[1] if label not in kept and (label not in y[1] or label in ones)]
    )
    y = _summed_out(
        y, [label for label in y[1] if label not in kept and (label not in x[1] or label in ones)]
    )
    summed = tuple(label for label in x[1] if label in y[1] and label not in kept)
    if not summed and len(kept) <= _MOST_AXES_TO_BROADCAST:
        return multiply(_aligned(x, kept), _aligned(y, kept)), kept
    same_labels = set(x[1]) == set(y[1])
    known_equal = all(_size(x, label) == _size(y, label) is not None for label in summed)
    if summed and same_labels and known_equal and x[0].dtype not in HALVES:
        order = kept + summed
        products = multiply(_in_order(x, order), _in_order(y, order))
        return sum_over(products, range(len(kept), len(order))), kept
    return _matrix_contraction(x, y, kept, ordered)


def collapsed(operand: Operand) -> Operand:
    """The diagonals of axes that have the same label; ValueError where their lengths differ."""
    x, labels = operand
    for label in dict.fromkeys(labels):
        while labels.count(label) > 1:
            first = labels.index(label)
            second = labels.index(label, first + 1)
            x = _with_same_size(x, first, second)
            others = [axis for axis in range(len(labels)) if axis not in (first, second)]
            x = diagonal(transpose(x, [*others, first, second]))
            labels = (*(labels[axis] for axis in others), label)
    return x, labels


def _with_same_size(x: tf.Tensor, first: int, second: int) -> tf.Tensor:
    """The tensor, if two axes have one length; an error, when the graph runs at the latest, if not."""
    message = f"axes {first} and {second} of an operand have one label and different lengths"
    n, m = shapes.length(x, first), shapes.length(x, second)
    if not (isinstance(n, int) and isinstance(m, int)):
        return asserted(x, gen_math_ops.equal(shapes.as_length(n), shapes.as_length(m)), message, ValueError)
    if n != m:
        raise ValueError(message)
    return x


def einsum(operands: Sequence[Operand], output: Labels, path: Sequence[Sequence[int]]) -> tf.Tensor:
    """The sum of products over the labels that are not in the output.

    `path`: for each step the positions of the operands that are contracted; their product is put last.
    """
    remaining = [collapsed(operand) for operand in operands]
    for positions in path:
        chosen = [remaining[position] for position in positions]
        remaining = [operand for i, operand in enumerate(remaining) if i not in positions]
        while len(chosen) > 1:
            x, y, *chosen = chosen
            others = set(output).union(*(labels for _, labels in (*remaining, *chosen)))
            last = not remaining and not chosen
            kept = output if last else tuple(a for a in dict.fromkeys(x[1] + y[1]) if a in others)
            chosen.insert(0, contract(x, y, kept, ordered=last))
        remaining += chosen
    (operand,) = remaining
    operand = _summed_out(operand, [label for label in operand[1] if label not in output])
    return _in_order(operand, output)
