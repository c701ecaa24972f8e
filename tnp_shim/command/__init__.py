"""The command `tnp-shim`: runs, checks and explains NumPy scripts. Knows the public names of the package."""
