"""What a run found, for its readers: a JSON document, a page of the documentation, a page to search in."""

from conformance.report.data import document, shipped, written

__all__ = ["document", "shipped", "written"]
