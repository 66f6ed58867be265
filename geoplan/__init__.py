"""geoplan: school layout planning (中小学幼儿园布局规划).

    import geoplan
    project = geoplan.Project.open("my-city")
    project.coverage("kindergarten")
    project.propose("primary", new=3)
    project.publish("consultation")

Nothing heavy is imported until it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoplan.errors import GeoplanError

if TYPE_CHECKING:
    from geoplan.project import Project

__version__ = "0.1.0"
__all__ = ["GeoplanError", "Project", "__version__"]


def __getattr__(name: str) -> object:
    if name == "Project":
        from geoplan.project import Project  # noqa: PLC0415  keeps `import geoplan` light

        return Project
    raise AttributeError(f"module 'geoplan' has no attribute {name!r}")
