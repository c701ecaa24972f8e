"""Samples from a posterior by the Metropolis algorithm, with given random numbers."""

import numpy as np


def log_posterior(parameters, x, y):
    slope, intercept, log_sigma = parameters
    sigma = np.exp(log_sigma)
    residual = (y - (slope * x + intercept)) / sigma
    prior = -0.5 * np.sum(parameters**2) / 100.0
    return prior - len(x) * log_sigma - 0.5 * np.dot(residual, residual)


def chain(start, x, y, steps, uniforms):
    n = len(steps)
    samples = np.empty((n, len(start)))
    current = start.copy()
    current_log = log_posterior(current, x, y)
    accepted = 0
    for i in range(n):
        proposal = current + steps[i]
        proposal_log = log_posterior(proposal, x, y)
        if np.log(uniforms[i]) < proposal_log - current_log:
            current, current_log = proposal, proposal_log
            accepted += 1
        samples[i] = current
    burnt = samples[n // 4 :]
    return samples, burnt.mean(axis=0), burnt.std(axis=0, ddof=1), accepted / n


def example(size=4, seed=0):
    rng = np.random.default_rng(seed)
    x = np.linspace(0, 1, 10)
    y = 2.0 * x - 1.0 + 0.3 * rng.normal(size=10)
    return np.zeros(3), x, y, 0.3 * rng.normal(size=(size, 3)), rng.random(size)
