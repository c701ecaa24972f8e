"""A genetic algorithm on bit strings with given random numbers: tournaments, crossing over, mutation."""

import numpy as np


def fitness(population, weights):
    """The weight of the set bits, less a fine for each change from one bit to the next."""
    changes = np.sum(population[:, 1:] != population[:, :-1], axis=1)
    return population @ weights - 0.5 * changes


def cross(parents, cuts):
    """Pairs of neighbours exchange their tails, in place."""
    places = np.arange(parents.shape[1])
    for pair, cut in enumerate(cuts):
        tail = places >= cut
        first, second = parents[2 * pair], parents[2 * pair + 1]
        first[tail], second[tail] = second[tail], first[tail].copy()


def evolve(population, weights, rivals, cuts, mutations):
    population = population.copy()
    history = []
    for generation in range(len(rivals)):
        score = fitness(population, weights)
        history.append((score.max(), score.mean()))
        best = population[np.argmax(score)].copy()
        one, other = rivals[generation]
        winners = np.where(score[one] >= score[other], one, other)
        population = population[winners]
        cross(population, cuts[generation])
        population ^= mutations[generation]
        population[0] = best
    return population, np.asarray(history), best


def example(size=4, bits=5, generations=2, seed=0):
    rng = np.random.default_rng(seed)
    population = rng.random((size, bits)) < 0.5
    rivals = rng.integers(0, size, (generations, 2, size))
    cuts = rng.integers(1, bits, (generations, size // 2))
    return population, rng.normal(size=bits), rivals, cuts, rng.random((generations, size, bits)) < 0.1
