"""Published instances of location problems, read from their own formats.

Each reader returns an `Instance`: `p_median(instance.costs, **instance.keywords())` solves it, and so for the other
models. Distances are those with which the published values were computed: see the readers.
"""

from geoplan.locate.instances.capacities import read_facilities, read_holmberg, read_lorena, read_pmedcap
from geoplan.locate.instances.covers import read_mclp, read_scp
from geoplan.locate.instances.instance import Instance
from geoplan.locate.instances.kong import read_kong
from geoplan.locate.instances.medians import read_pmed, read_tsplib

__all__ = [
    "Instance",
    "read_facilities",
    "read_holmberg",
    "read_kong",
    "read_lorena",
    "read_mclp",
    "read_pmed",
    "read_pmedcap",
    "read_scp",
    "read_tsplib",
]
