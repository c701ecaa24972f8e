"""Functions to be compiled."""

import numpy as np

calls = []


def decay(x, rate):
    calls.append("decay")
    return x * np.exp(-rate)


def integrate(x, n):
    calls.append("integrate")
    for _ in range(n):
        x = decay(x, 0.1)
    return x


def numbers():
    yield 1


class Cell:
    def __init__(self, a):
        self.a = a

    def grown(self, factor):
        calls.append("grown")
        return self.a * factor

    @staticmethod
    def halved(a):
        calls.append("halved")
        return a / 2


if __name__ == "__main__":
    a = np.arange(4.0)
    for _ in range(3):
        b = integrate(a, 5)
    cell = Cell(a)
    for _ in range(3):
        c = cell.grown(2.0)
        d = Cell.halved(c)
    print(calls.count("integrate"), calls.count("decay"), calls.count("grown"), calls.count("halved"))
    print(round(float(b.sum()), 6), list(numbers()))
