"""k-means on Fisher's irises (150 flowers, 4 measures, 3 species), under tf.function and by NumPy."""

import tensorflow as tf
from plain_numpy import with_numpy
from rich.console import Console
from rich.table import Table
from sklearn.datasets import load_iris

import tnp_shim as np  # <- the one changed line; it was: import numpy as np

CLUSTERS = 3
STEPS = 12


def k_means(points):
    centers = points[::50].copy()
    for _ in range(STEPS):
        distances = ((points[:, np.newaxis] - centers) ** 2).sum(axis=2)
        labels = distances.argmin(axis=1)
        for k in range(CLUSTERS):
            centers[k] = points[labels == k].mean(axis=0)
    return centers, labels, distances.min(axis=1).sum()


iris = load_iris()
centers, labels, inertia = tf.function(k_means)(np.array(iris.data))
numpy_centers, numpy_labels, numpy_inertia = with_numpy(k_means)(iris.data)

species = np.array(iris.target)
table = Table(title="k-means on irises, compiled by TensorFlow", title_justify="left")
for heading in ("cluster", *iris.target_names, *(name.removesuffix(" (cm)") for name in iris.feature_names)):
    table.add_column(heading, justify="right")
for k in range(CLUSTERS):
    flowers = [str(np.sum((labels == k) & (species == s))) for s in range(CLUSTERS)]
    table.add_row(str(k), *flowers, *(f"{measure:.2f}" for measure in centers[k]))
Console(width=100).print(table)

print(f"sum of squared distances: {inertia:.4f} (NumPy {numpy_inertia:.4f})")
print(f"flowers in another cluster than by NumPy: {np.sum(labels != numpy_labels)}")
print(f"largest difference of a center: {abs(centers - numpy_centers).max():.1e}")
