"""Readings of several stations: outliers out, binned, and what the bins hold."""

import numpy as np


def clean(readings, stations, count):
    """Each station's outliers become its median; readings are changed."""
    for station in range(count):
        mine = stations == station
        values = readings[mine]
        middle = np.median(values)
        spread = np.median(np.abs(values - middle))
        values[np.abs(values - middle) > 5.0 * spread] = middle
        readings[mine] = values


def summarize(readings, stations, count, edges):
    clean(readings, stations, count)
    low, high = np.percentile(readings, [5, 95])
    bins = np.digitize(readings, edges)
    occupancy = np.bincount(bins, minlength=len(edges) + 1)
    totals = np.bincount(bins, weights=readings, minlength=len(edges) + 1)
    means = np.divide(totals, occupancy, out=np.zeros_like(totals), where=occupancy > 0)
    per_station = np.zeros((count, len(edges) + 1), dtype=int)
    np.add.at(per_station, (stations, bins), 1)
    density, _ = np.histogram(readings, bins=edges, density=True)
    cumulative = np.cumsum(density * np.diff(edges))
    middle = np.interp(0.5, cumulative, edges[1:])
    return {
        "means": means,
        "per_station": per_station,
        "cumulative": cumulative,
        "middle": middle,
        "clipped": np.clip(readings, low, high).sum(),
        "fullest": edges[np.argmax(np.histogram(readings, edges)[0])],
    }


def example(size=30, count=3, seed=0):
    rng = np.random.default_rng(seed)
    readings = rng.normal(10.0, 2.0, size)
    readings[::11] += 100.0
    return readings, rng.integers(0, count, size), count, np.linspace(4.0, 16.0, 7)
