"""A project, from its folder to its published map: ground → reach → answers → project."""

from __future__ import annotations

from geoplan.project.project import Project

__all__ = ["Project"]
