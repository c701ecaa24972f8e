"""Known differences of the members of ndarray, operators and indexing included. Knows what an exception is."""

from __future__ import annotations

from conformance.exceptions import Known

KNOWN: tuple[Known, ...] = ()
