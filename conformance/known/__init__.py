"""The exceptions, sorted by part of the namespace; the first that covers a difference counts.

Whoever adds one gives the reason why it cannot be otherwise, not what was seen.
"""

from __future__ import annotations

from conformance.exceptions import Known
from conformance.known import arrays, elementwise, fourier, linear_algebra, members, numbers

KNOWN: tuple[Known, ...] = (
    *elementwise.KNOWN,
    *arrays.KNOWN,
    *numbers.KNOWN,
    *members.KNOWN,
    *linear_algebra.KNOWN,
    *fourier.KNOWN,
)
"""All exceptions."""
