"""A script without functions: heat spreads in a rod, and text in several lines is printed."""

from __future__ import annotations

import numpy as np

n: int = 12
alpha: float = 0.2
u = np.zeros(n)
u[n // 2] = 1.0
steps = 0
history = []
for step in range(20):
    v = u.copy()
    v[1:-1] += alpha * (u[2:] - 2 * u[1:-1] + u[:-2])
    u, v = v, u
    steps += 1
    if step % 10 == 0:
        history.append(u.max())
total = u.sum()
if total > 0.5:
    verdict = np.sqrt(total)
else:
    verdict = np.array(-1.0)
text = """a text
    of two lines"""
print("done")
