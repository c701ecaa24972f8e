"""NumPy's random streams: engines that make words, and draws of distributions. Knows tensors only."""
