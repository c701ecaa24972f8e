"""Known differences of functions that make, join, rearrange and pick arrays. Knows what an exception is."""

from __future__ import annotations

from conformance.exceptions import Known

KNOWN: tuple[Known, ...] = ()
