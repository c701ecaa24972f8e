"""Settings that hold for every test."""

from __future__ import annotations

import os

# TensorFlow reads it once, when it is first imported.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("MPLBACKEND", "Agg")

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
