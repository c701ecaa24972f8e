"""Decompositions, equations and determinants of stacks of matrices. Knows tensors only."""
