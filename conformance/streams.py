"""How names of `numpy.random` are performed: on a fresh stream, and with the draw that follows. Knows calls.

The draw that follows tells whether a call has taken as many words of the stream as NumPy's.
"""

from __future__ import annotations

import operator
from typing import Any

from conformance.recipes import Call

SEED = 20261
STREAMS = ("random.Generator", "random.RandomState")
"""Classes whose methods draw."""


SEEDED = ("PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64", "SeedSequence", "default_rng")
"""What makes streams of seeds."""


def draws(name: str) -> bool:
    """Whether a name is a function or a method that draws from a stream, or tells its state."""
    owner, _, member = name.rpartition(".")
    drawing = owner == "random" and member[0].islower() and member != "default_rng"
    return drawing or owner in STREAMS or name in STREAMS


def drawn(call: Call, namespace: Any) -> Any:
    """The result of a call on a stream that begins with `SEED`, and the number that comes next."""
    owner, _, member = call.name.rpartition(".")
    random = namespace.random
    if call.name in STREAMS:  # of a bit generator, which the argument names
        return getattr(random, member)(getattr(random, call.args[0])(SEED)).random(5)
    if owner == "random":
        random.seed(SEED)
        stream = random
    else:
        stream = random.default_rng(SEED) if owner.endswith("Generator") else random.RandomState(SEED)
    target = operator.attrgetter(member)(stream)
    result = target(*call.args, **dict(call.keywords)) if callable(target) else type(target).__name__
    return _plain(result), stream.random(1)


def _plain(result: Any) -> Any:
    """Streams of a result as what they draw."""
    if isinstance(result, list) and result and hasattr(result[0], "bit_generator"):
        return [stream.random(2) for stream in result]
    return result


def seeded(target: Any, call: Call) -> Any:
    """What makes streams (`PCG64(5)`, `default_rng(5)`), as its first draws, and as the state after them."""
    made = target(*call.args, **dict(call.keywords))
    if hasattr(made, "generate_state"):
        return made.generate_state(5), [child.generate_state(3) for child in made.spawn(2)]
    if hasattr(made, "random_raw"):
        return made.random_raw(700), _flat(made.state)
    return made.random(5)


def _flat(state: Any) -> Any:
    if isinstance(state, dict):
        return {key: _flat(value) for key, value in state.items()}
    return state
