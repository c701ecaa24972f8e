"""An image without its noise, its edges, and a threshold between dark and bright by Otsu."""

import numpy as np


def median3(image):
    padded = np.pad(image, 1, mode="edge")
    h, w = image.shape
    stack = np.empty((9, h, w), dtype=image.dtype)
    for i in range(3):
        for j in range(3):
            stack[3 * i + j] = padded[i : i + h, j : j + w]
    return np.median(stack, axis=0)


def sobel(image):
    gx = np.zeros_like(image)
    gy = np.zeros_like(image)
    gx[1:-1, 1:-1] = (image[:-2, 2:] + 2 * image[1:-1, 2:] + image[2:, 2:]) - (
        image[:-2, :-2] + 2 * image[1:-1, :-2] + image[2:, :-2]
    )
    gy[1:-1, 1:-1] = (image[2:, :-2] + 2 * image[2:, 1:-1] + image[2:, 2:]) - (
        image[:-2, :-2] + 2 * image[:-2, 1:-1] + image[:-2, 2:]
    )
    return np.hypot(gx, gy), np.arctan2(gy, gx)


def otsu(image):
    counts = np.bincount(image.astype(np.uint8).ravel(), minlength=256)
    levels = np.arange(256)
    below = np.cumsum(counts)
    above = image.size - below
    with np.errstate(divide="ignore", invalid="ignore"):
        mean_below = np.cumsum(counts * levels) / below
        mean_above = (np.sum(counts * levels) - np.cumsum(counts * levels)) / above
        between = np.nan_to_num(below * above * (mean_below - mean_above) ** 2)
    return np.argmax(between)


def outline(image):
    smooth = median3(image)
    magnitude, direction = sobel(smooth)
    threshold = otsu(smooth)
    marked = np.where(magnitude > 0.5 * magnitude.max(), np.uint8(255), np.uint8(0))
    return smooth, magnitude, direction, threshold, marked


def example(size=9, seed=0):
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:size, :size]
    image = np.where((x - size / 2) ** 2 + (y - size / 2) ** 2 < (size / 3) ** 2, 200.0, 50.0)
    image += rng.uniform(-10, 10, image.shape)
    image[rng.random(image.shape) < 0.1] = 255.0
    return (np.round(image),)
