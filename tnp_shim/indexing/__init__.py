"""Index expressions as plans over tensors. Knows tensors only, no array of ours."""
