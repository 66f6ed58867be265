"""Travel: distances from people to schools, straight or on foot."""

from geoplan.travel.matrix import Nearest, TravelEngine, TravelMatrix
from geoplan.travel.network import Network, build_network
from geoplan.travel.straight import Straight
from geoplan.travel.walk import Walk

__all__ = ["Nearest", "Network", "Straight", "TravelEngine", "TravelMatrix", "Walk", "build_network"]
