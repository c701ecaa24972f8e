"""The modes in which a name is judged, a column of the report each."""

from conformance.modes.derivatives import FORWARD, GRADIENT, SECOND_GRADIENT
from conformance.modes.eager import EAGER
from conformance.modes.gpu import GPU
from conformance.modes.mapped import VECTORIZED_MAP
from conformance.modes.mode import Mode
from conformance.modes.rolled import LOOP
from conformance.modes.traced import GRAPH, UNKNOWN_SHAPES, XLA

MODES: dict[str, Mode] = {
    mode.name: mode
    for mode in (
        EAGER,
        GRAPH,
        UNKNOWN_SHAPES,
        XLA,
        GPU,
        GRADIENT,
        SECOND_GRADIENT,
        FORWARD,
        VECTORIZED_MAP,
        LOOP,
    )
}
"""The modes by name, in the order of the report's columns."""

__all__ = ["MODES", "Mode"]
