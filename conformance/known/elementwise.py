"""Known differences of ufuncs and their methods. Knows what an exception is."""

from __future__ import annotations

from conformance.exceptions import Known

KNOWN: tuple[Known, ...] = ()
