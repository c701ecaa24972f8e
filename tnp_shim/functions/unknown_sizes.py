"""Results whose size depends on values: what XLA, which compiles for fixed sizes, says. Knows errors."""

from __future__ import annotations

from tnp_shim.errors import UnsupportedError, users_line
from tnp_shim.tensorflow_internals import compiled_by_xla


def refuse_under_xla(name: str, depends_on: str, way_out: str) -> None:
    """Raise UnsupportedError in a function that XLA compiles: `name`'s result has no fixed size."""
    if compiled_by_xla():
        raise UnsupportedError(
            f"np.{name}: the size of the result depends on {depends_on}, unknown while XLA compiles "
            f"{users_line()}, which needs fixed sizes. {way_out}"
        )
