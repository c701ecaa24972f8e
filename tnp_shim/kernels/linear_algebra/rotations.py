"""Rotations for XLA are to come; until then compiling says so. Knows TensorFlow only."""

from __future__ import annotations

from typing import NoReturn

import tensorflow as tf

from tnp_shim.errors import UnsupportedError


def _refused(name: str) -> NoReturn:
    raise UnsupportedError(f"linalg.{name} cannot be compiled by XLA: call it outside of jit_compile=True")


def of_hermitian(a: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    _refused("eigh")


def singular_system(a: tf.Tensor, full: bool) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    _refused("svd")


def singular_values(a: tf.Tensor) -> tf.Tensor:
    _refused("svdvals")
