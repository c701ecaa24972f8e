"""Index expressions as plans over tensors. Knows tensors only, no array of ours."""

from __future__ import annotations

from tnp_shim.indexing.expression import expression
from tnp_shim.indexing.plans import Plan, plan

__all__ = ["Plan", "expression", "plan"]
