"""The ledger: every clause of a plan against what the layers and tables say (逐条合规台账)."""

from geoplan.ledger.compare import Difference, compare
from geoplan.ledger.entry import Deadline, Entry
from geoplan.ledger.ledger import Ledger, build_ledger
from geoplan.ledger.projects import ProjectLine, ProjectList, project_list
from geoplan.ledger.reading import WHOLE, Indicator, Need, Reading
from geoplan.ledger.world import PLACE, NoDataError, World

__all__ = [
    "PLACE",
    "WHOLE",
    "Deadline",
    "Difference",
    "Entry",
    "Indicator",
    "Ledger",
    "Need",
    "NoDataError",
    "ProjectLine",
    "ProjectList",
    "Reading",
    "World",
    "build_ledger",
    "compare",
    "project_list",
]
