"""The rows of all names, by name. Every module here that has a table `ROWS` adds to them."""

from __future__ import annotations

import importlib
import pkgutil

from conformance.row import Row

ROWS: dict[str, list[Row]] = {}
"""The rows of each name; a name may have several."""

for _module in pkgutil.iter_modules(__path__):
    for _row in getattr(importlib.import_module(f"{__name__}.{_module.name}"), "ROWS", ()):
        ROWS.setdefault(_row.name, []).append(_row)
