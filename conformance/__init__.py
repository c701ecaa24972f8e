"""The conformance suite judges tnp_shim by its public names only."""
