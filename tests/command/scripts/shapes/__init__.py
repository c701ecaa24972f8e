"""A package beside the scripts."""

from .circle import area
