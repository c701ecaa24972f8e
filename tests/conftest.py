"""Settings that hold for every test."""

from __future__ import annotations

import gc
import os
import re

# TensorFlow reads it once, when it is first imported.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("MPLBACKEND", "Agg")

import pytest
from hypothesis import HealthCheck, settings

# Examples are the same on every machine and in every run; the first trace of a function is slow.
settings.register_profile(
    "tnp_shim",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("tnp_shim")


def pytest_collection_finish() -> None:
    """What importing has made is there to the end; a collection that walks through it takes seconds."""
    gc.freeze()


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Short names for cases, the same in every process (a function's text holds its address)."""
    if isinstance(val, (str, int, float, complex, type(None))):
        return None
    text = re.sub(r"<function (\S+) at \w+>", r"\1", str(val))
    return re.sub(r"\s+", " ", text)[:60]
