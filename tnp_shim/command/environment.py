"""Versions, devices and settings. Knows TensorFlow's public names."""

from __future__ import annotations

import importlib.metadata
import platform
from typing import Any

import numpy
import tensorflow as tf

import tnp_shim
from tnp_shim import config

OTHERS = ("scipy", "matplotlib", "pandas", "scikit-learn", "numba", "keras", "click", "rich", "libcst")


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _described(device: Any) -> str:
    try:
        details = tf.config.experimental.get_device_details(device)
    except (ValueError, tf.errors.OpError):
        details = {}
    told = [str(details[key]) for key in ("device_name", "compute_capability") if key in details]
    return " ".join([device.name, *told])


def found() -> dict[str, str]:
    """What the command `env` prints."""
    devices = tf.config.list_physical_devices()
    gpus = [device for device in devices if device.device_type == "GPU"]
    build = tf.sysconfig.get_build_info()
    return {
        "tnp_shim": tnp_shim.__version__,
        "numpy": numpy.__version__,
        "tensorflow": tf.__version__,
        "python": f"{platform.python_version()} ({platform.platform()})",
        **{name: version for name in OTHERS if (version := _version(name))},
        "devices": ", ".join(device.name for device in devices if device not in gpus),
        "GPUs": ", ".join(map(_described, gpus)) or "none seen",
        "TensorFlow built with CUDA": str(build.get("cuda_version", "no"))
        if build.get("is_cuda_build")
        else "no",
        "default float": str(config.get_default_float()),
    }
