"""The functions of the namespace, a module for each kind. Knows declarations and kernels."""
