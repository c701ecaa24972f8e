"""A net of two layers, trained by gradients that are worked out by hand, in mini-batches with momentum."""

import numpy as np


def forward(parameters, x):
    hidden = np.tanh(x @ parameters["W1"] + parameters["b1"])
    return hidden, hidden @ parameters["W2"] + parameters["b2"]


def cross_entropy(scores, labels):
    shifted = scores - scores.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -log_p[np.arange(len(labels)), labels].mean(), np.exp(log_p)


def gradients(parameters, x, labels):
    hidden, scores = forward(parameters, x)
    loss, p = cross_entropy(scores, labels)
    p[np.arange(len(labels)), labels] -= 1.0
    p /= len(labels)
    back = (p @ parameters["W2"].T) * (1.0 - hidden**2)
    slopes = {"W1": x.T @ back, "b1": back.sum(0), "W2": hidden.T @ p, "b2": p.sum(0)}
    return loss, slopes


def train(x, labels, W1, W2, epochs, batch=4, rate=0.5, momentum=0.9):
    """W1 and W2 are where the training starts, and are trained in place."""
    parameters = {"W1": W1, "b1": np.zeros(W1.shape[1]), "W2": W2, "b2": np.zeros(W2.shape[1])}
    velocity = {name: np.zeros_like(value) for name, value in parameters.items()}
    losses = []
    for _ in range(epochs):
        for start in range(0, len(x), batch):
            rows = slice(start, start + batch)
            loss, slopes = gradients(parameters, x[rows], labels[rows])
            for name, slope in slopes.items():
                velocity[name] *= momentum
                velocity[name] -= rate * slope
                parameters[name] += velocity[name]
            losses.append(loss)
    _, scores = forward(parameters, x)
    return np.array(losses), np.mean(scores.argmax(axis=1) == labels), parameters["b1"]


def example(size=8, hidden=5, epochs=1, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(size, 3))
    labels = (x[:, 0] * x[:, 1] > 0).astype(int) + (x[:, 2] > 1)
    return x, labels, rng.normal(size=(3, hidden)), 0.1 * rng.normal(size=(hidden, 3)), epochs
