"""Calls of other libraries, unmodified, on arrays of NumPy and on ours: python tests/library_calls.py.

A process of its own, because SciPy asks once, when it is imported, whether it is to take others than NumPy's.
Prints a line of JSON for each call: its name, and what is wrong with it, if anything is.
"""

from __future__ import annotations

import os

os.environ["SCIPY_ARRAY_API"] = "1"

import json
import warnings
from typing import Any

import einops
import einops.array_api
import numpy
import opt_einsum
import scipy.cluster.vq
import scipy.fft
import scipy.integrate
import scipy.interpolate
import scipy.linalg
import scipy.ndimage
import scipy.optimize
import scipy.signal
import scipy.special
import scipy.stats
import sklearn
from sklearn import (
    decomposition,
    discriminant_analysis,
    linear_model,
    metrics,
    mixture,
    naive_bayes,
    preprocessing,
)
from sklearn.model_selection import train_test_split

import tnp_shim
from tnp_shim.array import Array

RANDOM = numpy.random.default_rng(0)
X = RANDOM.normal(size=(60, 5))
Y = X @ numpy.arange(5.0) + 0.1 * RANDOM.normal(size=60)
K = (Y > 0).astype(int)
PCA = {
    "full": {},
    "covariance_eigh": {},
    "randomized": {"power_iteration_normalizer": "QR", "random_state": 0},
}
KERNELS = [
    "euclidean_distances",
    "cosine_similarity",
    "linear_kernel",
    "rbf_kernel",
    "polynomial_kernel",
    "paired_cosine_distances",
    "additive_chi2_kernel",
]
REGRESSION = [
    "mean_squared_error",
    "mean_absolute_error",
    "r2_score",
    "explained_variance_score",
    "max_error",
    "mean_squared_log_error",
]
CLASSIFICATION = [
    "accuracy_score",
    "zero_one_loss",
    "confusion_matrix",
    "f1_score",
    "precision_score",
    "log_loss",
    "balanced_accuracy_score",
]


def sklearn_calls(x: Any, y: Any, k: Any) -> dict[str, Any]:
    scalers = ["StandardScaler", "MinMaxScaler", "MaxAbsScaler", "Normalizer", "PolynomialFeatures"]
    models = {
        "Ridge": (linear_model.Ridge(solver="svd"), y),
        "RidgeClassifier": (linear_model.RidgeClassifier(solver="svd"), k),
        "LinearDiscriminantAnalysis": (discriminant_analysis.LinearDiscriminantAnalysis(), k),
        "GaussianMixture": (mixture.GaussianMixture(2, init_params="random", random_state=0), None),
        "GaussianNB": (naive_bayes.GaussianNB(), k),
    }
    return {
        **{name: lambda name=name: getattr(preprocessing, name)().fit_transform(x) for name in scalers},
        **{
            f"PCA {solver}": lambda solver=solver, more=more: abs(
                decomposition.PCA(2, svd_solver=solver, **more).fit_transform(x)
            )
            for solver, more in PCA.items()
        },
        **{
            name: lambda model=model, to=to: model.fit(x, to).predict(x)
            for name, (model, to) in models.items()
        },
        "LabelEncoder": lambda: preprocessing.LabelEncoder().fit_transform(k),
        "train_test_split": lambda: train_test_split(x, random_state=0)[0],
        **{name: lambda name=name: getattr(metrics, name)(abs(y), abs(y) + 0.1) for name in REGRESSION},
        **{name: lambda name=name: getattr(metrics, name)(k, k) for name in CLASSIFICATION},
        **{name: lambda name=name: getattr(metrics.pairwise, name)(abs(x), abs(x) + 0.1) for name in KERNELS},
    }


def scipy_calls(np: Any, x: Any, y: Any) -> dict[str, Any]:
    positive = abs(x) + 0.1
    stats, special, signal, linalg = scipy.stats, scipy.special, scipy.signal, scipy.linalg
    return {
        "stats.zscore": lambda: stats.zscore(x),
        "stats.moment": lambda: stats.moment(x, 2),
        "stats.skew": lambda: stats.skew(x),
        "stats.kurtosis": lambda: stats.kurtosis(x),
        "stats.ttest_1samp": lambda: stats.ttest_1samp(x, 0.0).pvalue,
        "stats.gmean": lambda: stats.gmean(positive),
        "stats.variation": lambda: stats.variation(x),
        "stats.entropy": lambda: stats.entropy(positive),
        "special.erf": lambda: special.erf(x),
        "special.logsumexp": lambda: special.logsumexp(x, axis=0),
        "special.softmax": lambda: special.softmax(x, axis=0),
        "special.expit": lambda: special.expit(x),
        "special.gammaln": lambda: special.gammaln(positive),
        "special.xlogy": lambda: special.xlogy(positive, positive),
        "signal.fftconvolve": lambda: signal.fftconvolve(y, y[:5]),
        "signal.detrend": lambda: signal.detrend(y),
        "signal.hilbert": lambda: signal.hilbert(y),
        "signal.welch": lambda: signal.welch(y, nperseg=20),
        "signal.savgol_filter": lambda: signal.savgol_filter(y, 5, 2),
        "signal.windows.hann": lambda: signal.windows.hann(8, xp=np),
        "fft.fft": lambda: scipy.fft.fft(y),
        "fft.rfft2": lambda: scipy.fft.rfft2(x),
        "fft.dct": lambda: scipy.fft.dct(y),
        "fft.fftfreq": lambda: scipy.fft.fftfreq(8, xp=np),
        "cluster.vq.kmeans2": lambda: scipy.cluster.vq.kmeans2(x, x[:3]),
        "cluster.vq.whiten": lambda: scipy.cluster.vq.whiten(x),
        "integrate.trapezoid": lambda: scipy.integrate.trapezoid(y),
        "integrate.simpson": lambda: scipy.integrate.simpson(y),
        "integrate.cumulative_trapezoid": lambda: scipy.integrate.cumulative_trapezoid(y),
        "linalg.inv": lambda: linalg.inv(x.T @ x),
        "linalg.solve": lambda: linalg.solve(x.T @ x, x[0]),
        "linalg.svdvals": lambda: linalg.svdvals(x),
        "linalg.expm": lambda: linalg.expm(x[:5]),
        "ndimage.gaussian_filter": lambda: scipy.ndimage.gaussian_filter(x, 1.0),
        "optimize.rosen": lambda: scipy.optimize.rosen(y),
        "interpolate.CubicSpline": lambda: scipy.interpolate.CubicSpline(np.arange(60.0), y)(np.array([0.5])),
    }


def contraction_calls(np: Any, x: Any, y: Any) -> dict[str, Any]:
    xt = np.transpose(x)
    return {
        "einops rearrange": lambda: einops.array_api.rearrange(x, "(a b) c -> b a c", a=12),
        "einops reduce": lambda: einops.array_api.reduce(x, "(a b) c -> b c", "max", a=12),
        "einops mean": lambda: einops.array_api.reduce(x, "(a b) c -> a c", "mean", a=12),
        "einops repeat": lambda: einops.array_api.repeat(x, "a c -> a k c", k=3),
        "opt_einsum contract": lambda: opt_einsum.contract("ij,jk,kl->il", x, xt, x),
        "opt_einsum three": lambda: opt_einsum.contract("ab,bc,a->c", xt, x, y[:5]),
        "opt_einsum expression": lambda: opt_einsum.contract_expression("ij,jk->ik", (60, 5), (5, 60))(x, xt),
    }


def calls(np: Any) -> dict[str, Any]:
    x, y, k = np.array(X), np.array(Y), np.array(K)
    return {**contraction_calls(np, x, y), **scipy_calls(np, x, y), **sklearn_calls(x, y, k)}


GIVE_NUMPYS = ("signal.welch", "linalg.inv", "linalg.solve", "linalg.svdvals", "linalg.expm")
"""SciPy converts the arguments of these to NumPy's arrays, and gives such."""


def difference(mine: Any, theirs: Any) -> str:
    """What distinguishes a result from NumPy's; nothing if it is right."""
    if isinstance(theirs, tuple):
        return "; ".join(filter(None, map(difference, mine, theirs)))
    if isinstance(theirs, numpy.ndarray) and not isinstance(mine, Array):
        return f"a {type(mine).__name__} in place of an array of ours"
    its, my = numpy.asarray(theirs), numpy.asarray(mine)
    if its.shape != my.shape or its.dtype != my.dtype:
        return f"{my.dtype}{my.shape} in place of {its.dtype}{its.shape}"
    return "" if numpy.allclose(my, its, rtol=1e-9, atol=1e-12) else "other values"


def main() -> None:
    warnings.simplefilter("ignore")
    theirs = {name: call() for name, call in calls(numpy).items()}
    with sklearn.config_context(array_api_dispatch=True):
        for name, call in calls(tnp_shim).items():
            try:
                mine = call()
                if name in GIVE_NUMPYS:
                    mine = (
                        tuple(map(tnp_shim.array, mine)) if isinstance(mine, tuple) else tnp_shim.array(mine)
                    )
                wrong = difference(mine, theirs[name])
            except Exception as error:
                wrong = f"{type(error).__name__}: {error}"
            print(json.dumps([name, wrong]), flush=True)


if __name__ == "__main__":
    main()
