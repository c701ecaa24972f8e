"""NumPy's random streams as tensor code: engines that make words, and draws of distributions. Knows tensors only."""
