"""Every number that page, tables and texts state in prose, under its id (see docs/trace.md)."""

from __future__ import annotations

from geoplan.publish.figures.collect import figures_document, figures_of, write_figures
from geoplan.publish.figures.figure import Figure, Method, part

__all__ = ["Figure", "Method", "figures_document", "figures_of", "part", "write_figures"]
