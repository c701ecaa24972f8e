"""A body's position and velocity, filtered from noisy positions, some of which are missing."""

import numpy as np


def filtered(measured, dt, process_noise, measurement_noise):
    F = np.array([[1.0, dt], [0.0, 1.0]])
    H = np.array([[1.0, 0.0]])
    Q = process_noise * np.array([[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]])
    R = np.array([[measurement_noise]])
    state, P = np.zeros(2), np.eye(2) * 10.0
    states, log_likelihood = [], 0.0
    for z in measured:
        state = F @ state
        P = F @ P @ F.T + Q
        if not np.isnan(z):
            surprise = z - H @ state
            S = H @ P @ H.T + R
            gain = np.linalg.solve(S, H @ P).T
            state = state + gain @ surprise
            P = (np.eye(2) - gain @ H) @ P
            log_likelihood -= 0.5 * (np.log(2 * np.pi * S[0, 0]) + surprise[0] ** 2 / S[0, 0])
        states.append(state)
    return np.array(states), P, log_likelihood


def example(size=3, seed=0):
    rng = np.random.default_rng(seed)
    t = 0.1 * np.arange(size)
    measured = np.sin(t) + 0.1 * rng.normal(size=size)
    measured[1::4] = np.nan
    return measured, 0.1, 0.5, 0.01
