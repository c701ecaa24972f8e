"""NumPy programs with loops, written for NumPy alone: the namespace comes as an argument."""

from __future__ import annotations


def lu(np, a, n):
    a = a.copy()
    for k in range(n):
        for i in range(k + 1, n):
            a[i, k] = a[i, k] / a[k, k]
            a[i, k + 1 :] -= a[i, k] * a[k, k + 1 :]
    return a


def cholesky(np, a, n):
    lower = np.zeros((n, n))
    for i in range(n):
        for j in range(i + 1):
            total = a[i, j] - lower[i, :j] @ lower[j, :j]
            if i == j:
                lower[i, i] = np.sqrt(total)
            else:
                lower[i, j] = total / lower[j, j]
    return lower


def gram_schmidt(np, a, n):
    q = np.zeros_like(a)
    for j in range(n):
        v = a[:, j].copy()
        for i in range(j):
            v -= (q[:, i] @ a[:, j]) * q[:, i]
        q[:, j] = v / np.sqrt((v * v).sum())
    return q


def gauss_seidel(np, a, n):
    x = np.zeros(n)
    b = a[:, 0] + 1.0
    for _ in range(2 * n):
        for i in range(n):
            x[i] = (b[i] - a[i, :i] @ x[:i] - a[i, i + 1 :] @ x[i + 1 :]) / a[i, i]
    return x


def jacobi_stencil(np, a, n):
    u = a.copy()
    new = u.copy()
    for _ in range(3 * n + 1):
        new[1:-1, 1:-1] = 0.25 * (u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2])
        u, new = new, u
    return u, new


def floyd_warshall(np, a, n):
    d = np.abs(a) + 0.0
    for k in range(n):
        for i in range(n):
            for j in range(n):
                if d[i, k] + d[k, j] < d[i, j]:
                    d[i, j] = d[i, k] + d[k, j]
    return d


def euler(np, a, n):
    t = 0.0
    dt = 0.01
    count = 0
    y = a[0].copy()
    history = np.zeros((5 * n, len(y)))
    for i in range(5 * n):
        history[i] = y
        y = y + dt * (np.cos(t) - y)
        t += dt
        count += 1
    return y, history, t, count


def longest_common(np, a, n):
    first = (a[0] > 0).astype(int)
    second = (a[:, 1] > 0).astype(int)
    best = np.zeros((n + 1, n + 1), dtype=int)
    for i in range(1, n + 1):
        for j in range(1, n + 1):
            if first[i - 1] == second[j - 1]:
                best[i, j] = best[i - 1, j - 1] + 1
            else:
                best[i, j] = max(best[i - 1, j], best[i, j - 1])
    return best


def triangular(np, a, n):
    total = 0.0
    for i in range(n):
        for j in range(i):
            total += a[i, j] * (i - j)
    return total


def backwards(np, a, n):
    x = a[0].copy()
    for i in range(n - 2, -1, -1):
        x[i] = x[i] + 0.5 * x[i + 1]
    for i in reversed(range(0, n, 2)):
        x[i] -= 1.0
    return x


def rows_and_values(np, a, n):
    total = np.zeros(n)
    for row in a:
        total += row * row
    for i, row in enumerate(a):
        total[i] += row[0]
    for k in np.arange(n):
        total[k] *= 2.0
    for x, y in zip(a, a[::-1], strict=True):
        total += x - 0.5 * y
    for i, v in enumerate(reversed(a)):
        total += i * v
    return total


def first_bound(np, a, n):
    for i in range(n):
        last = a[i] * 2.0
        row = a[i]
    row[0] = 100.0
    return last, a, i


def promoted(np, a, n):
    small = a.astype(np.float32)
    count = 0
    for i in range(n):
        small = small * 1.5 + i
        count = count + a[0, i]
    power = small[0, 0]
    for i in range(n):
        power = power * np.float64(0.5) + i
    return small, count, power


def breaks(np, a, n):
    total = 0.0
    for i in range(n):
        if a[i, i] < -1e9:
            continue
        total += a[i, i]
        if total > 20.0:
            break
    return total, i


def returns(np, a, n):
    for i in range(n):
        if a[i, 0] > 1.0:
            return a[i] * 2.0
    return a[0] * 0.0


def add_to(target, i, value):
    target[i] += value


def callees(np, a, n):
    x = a[0].copy()
    view = x[1:]
    for i in range(n):
        add_to(x, i, 1.0)
        add_to(view, 0, 0.5)
    return x, view


def in_containers(np, a, n):
    state = {"u": a[0].copy(), "v": a[1].copy()}
    both = [a[0] * 1.0, a[1] * 1.0]

    class Body:
        pass

    body = Body()
    body.x = a[2] * 1.0
    for i in range(n):
        state["u"] = state["u"] + state["v"] * 0.1
        state["v"][i] = 0.0
        both[0] = both[1] - both[0] * 0.5
        body.x = body.x * 0.9 + i
    return state["u"], state["v"], both[0], both[1], body.x


def python_side_effects(np, a, n):
    seen = []
    names = {}
    total = 0.0
    for i in range(n):
        seen.append(a[i].sum())
        names[f"row {i}"] = i
        total += a[0, i] * [1, 2][i % 2]
    return np.array(seen), total, len(names)


def grows(np, a, n):
    x = a[0][:1]
    for i in range(n):
        x = np.append(x, a[i, i])
    return x


def factorial(np, a, n):
    f = 1
    total = a[0, 0] * 0.0
    for i in range(1, n + 1):
        f *= i
        total += 1.0 / f
    return total, f


def fibonacci_swap(np, a, n):
    u = a[0].copy()
    v = a[1].copy()
    w = a[2].copy()
    first = u
    for i in range(n):
        u[0] = i
        v[1] += u[0]
        u, v, w = v, w, u
    return u, v, w, first


def windows(np, a, n):
    x = a[0]
    out = np.zeros(n - 2)
    for i in range(n - 2):
        out[i] = x[i : i + 3].sum()
    return out


def empty_range(np, a, n):
    x = a[0].copy()
    y = 3
    for i in range(n, n - 5):
        x[i] = 1.0
        y = x
    return x, y


SMOOTH = [
    lu,
    cholesky,
    gram_schmidt,
    gauss_seidel,
    jacobi_stencil,
    euler,
    triangular,
    backwards,
    rows_and_values,
    windows,
]
ALL = [
    *SMOOTH,
    floyd_warshall,
    longest_common,
    first_bound,
    promoted,
    breaks,
    returns,
    callees,
    in_containers,
    python_side_effects,
    grows,
    factorial,
    fibonacci_swap,
    empty_range,
]
