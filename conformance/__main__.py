"""`python -m conformance`: runs the suite and writes the report."""

from conformance.command import main

main()
