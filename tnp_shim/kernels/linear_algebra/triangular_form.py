"""The iteration for XLA is to come; until then compiling says so. Knows TensorFlow only."""

from __future__ import annotations

import tensorflow as tf

from tnp_shim.errors import UnsupportedError


def eigensystem(a: tf.Tensor, vectors: bool) -> tuple[tf.Tensor, tf.Tensor]:
    raise UnsupportedError("linalg.eig cannot be compiled by XLA: call it outside of jit_compile=True")
