"""The Poisson equation on a periodic square, by the fast Fourier transform."""

import numpy as np


def wave_numbers(n, length):
    return 2 * np.pi * np.fft.fftfreq(n, d=length / n)


def solve(source, length):
    """The potential with mean 0, and its field, of a charge density."""
    n = source.shape[0]
    kx = wave_numbers(n, length)[:, None]
    ky = wave_numbers(n, length)[None, :]
    k2 = kx**2 + ky**2
    k2[0, 0] = 1.0
    transformed = np.fft.fft2(source)
    transformed /= k2
    transformed[0, 0] = 0.0
    potential = np.fft.ifft2(transformed).real
    field = np.stack([-np.fft.ifft2(1j * k * transformed).real for k in (kx, ky)])
    return potential, field


def example(size=8, seed=0):
    rng = np.random.default_rng(seed)
    source = rng.normal(size=(size, size))
    return source - source.mean(), 2 * np.pi
