"""Known differences of fft. Knows what an exception is."""

from __future__ import annotations

from conformance.exceptions import Known

KNOWN: tuple[Known, ...] = ()
