"""Siting with capacities: who goes where, within the loads that each site can bear."""

from geoplan.locate.seats.engine import solve_seats

__all__ = ["solve_seats"]
