"""Bodies over tensors: tensors in, tensors out. Knows dtypes, promotion and TensorFlow, no array of ours."""
