"""AutoGraph's operators and builtins for our arrays. Knows the array and its effects.

AutoGraph hands Python's control flow to operators that call `get_state` and `set_state` for the variables
that the code assigns. Where arrays of ours are involved these take part; where none is, TensorFlow's own
operator runs on the arguments it was given.
"""

from __future__ import annotations

from tnp_shim.control_flow import printing
from tnp_shim.control_flow.branches import if_exp, if_stmt
from tnp_shim.control_flow.builtins import overload_of
from tnp_shim.control_flow.conditions import and_, assert_stmt, not_, or_
from tnp_shim.control_flow.growing import ld
from tnp_shim.control_flow.log import Decision, decisions
from tnp_shim.control_flow.loops import for_stmt, while_stmt
from tnp_shim.control_flow.numbers import NotRollable
from tnp_shim.tensorflow_internals import autograph_builtins, autograph_operators, convert_asserts_and_prints

__all__ = ["Decision", "NotRollable", "decisions", "install"]


def install() -> None:
    """Put these operators in the place of AutoGraph's."""
    for operator in (if_stmt, while_stmt, for_stmt, not_, and_, or_, if_exp, assert_stmt, ld):
        setattr(autograph_operators, operator.__name__, operator)
    autograph_builtins.overload_of = overload_of
    convert_asserts_and_prints()
    printing.install()
