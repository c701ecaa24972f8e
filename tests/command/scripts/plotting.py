"""Plots arrays, and hands them to scipy and pandas where these are installed."""

import importlib.util
import sys

import matplotlib.pyplot as plt
import numpy as np

x = np.linspace(0, 2 * np.pi, 50)
y = np.sin(x)
figure, (left, right) = plt.subplots(1, 2)
(line,) = left.plot(x, y, label="sine")
left.fill_between(x, y, 0 * x, where=y > 0)
left.errorbar(x[::10], y[::10], yerr=np.abs(y[::10]) / 10)
right.imshow(np.outer(y, y), extent=(0, x.max(), 0, 1))
right.contour(x, x, np.outer(y, y), levels=np.linspace(-1, 1, 5))
right.hist(y, bins=np.arange(-1, 1.1, 0.5))
left.set_xlim(x[0], x[-1])
left.legend()
figure.savefig(sys.argv[1])
assert len(line.get_ydata()) == 50
print("plotted")

if importlib.util.find_spec("scipy"):
    from scipy import integrate, interpolate, linalg, optimize, signal, sparse

    spline = interpolate.CubicSpline(x, y)
    print("scipy", round(float(spline(1.0)), 4), round(float(integrate.simpson(y, x=x)), 4))
    print(np.round(np.asarray(linalg.expm(np.zeros((2, 2)))).sum(), 3))
    found = optimize.minimize(lambda p: np.sum((p - np.array([1.0, 2.0])) ** 2), np.zeros(2))
    print(np.round(np.asarray(found.x), 3) + 0.0)
    print(signal.find_peaks(y)[0], sparse.csr_matrix(np.eye(3)).nnz)

if importlib.util.find_spec("pandas"):
    import pandas as pd

    frame = pd.DataFrame({"x": x, "y": y})
    series = pd.Series(np.arange(4), index=list("abcd"))
    print("pandas", round(frame["y"].abs().mean(), 4), series.sum(), np.asarray(frame).shape)
    print(np.sqrt(frame["x"].to_numpy())[0], frame.to_numpy().shape)
