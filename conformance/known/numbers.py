"""Known differences of reductions, statistics, sorting, products and signals. Knows what an exception is."""

from __future__ import annotations

from conformance.exceptions import Known

KNOWN: tuple[Known, ...] = ()
