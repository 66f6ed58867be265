"""Plans: what is proposed, before and after, and where every figure comes from."""

from geoplan.plan.candidates import KIND_ZH, Candidates, candidates_for
from geoplan.plan.forecasting import PupilSources, back_test, data_year, forecast_pupils, leading
from geoplan.plan.plan import Plan, StagePlan, View
from geoplan.plan.proposal import ProposedSite, StageProposal, is_failure, propose
from geoplan.plan.provenance import Provenance, provenance_of
from geoplan.plan.pupils import PupilPlan, balance_pupils, estate_schools, shown_years
from geoplan.plan.siting import Wish
from geoplan.plan.zone_proposal import ZoneProposal
from geoplan.plan.zone_wish import ZoneWish
from geoplan.plan.zoning import propose_zones, zone_task

__all__ = [
    "KIND_ZH",
    "Candidates",
    "Plan",
    "ProposedSite",
    "Provenance",
    "PupilPlan",
    "PupilSources",
    "StagePlan",
    "StageProposal",
    "View",
    "Wish",
    "ZoneProposal",
    "ZoneWish",
    "back_test",
    "balance_pupils",
    "candidates_for",
    "data_year",
    "estate_schools",
    "forecast_pupils",
    "is_failure",
    "leading",
    "propose",
    "propose_zones",
    "provenance_of",
    "shown_years",
    "zone_task",
]
