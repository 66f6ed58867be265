"""Plans: what is proposed, before and after, and where every figure comes from."""

from geoplan.plan.candidates import ELSEWHERE, KIND_ZH, Candidates, candidates_for
from geoplan.plan.forecasting import PupilSources, back_test, data_year, forecast_pupils, leading
from geoplan.plan.plan import Plan, StagePlan, View, plots_proposed_twice
from geoplan.plan.programme import Programme, Step, coverage_by_step, coverage_on, opened_in, programme_of
from geoplan.plan.proposal import StageProposal, is_failure, propose, with_closing_gaps
from geoplan.plan.proposed import ProposedSite
from geoplan.plan.provenance import Provenance, provenance_of
from geoplan.plan.pupils import PupilPlan, balance_pupils, estate_schools, shown_years
from geoplan.plan.scenarios import (
    Chooser,
    Scenario,
    Shift,
    mean_distance_m,
    scenarios_of,
    shift_between,
    total_cost,
)
from geoplan.plan.siting import Wish
from geoplan.plan.vacancy import span_zh, vacancies_of, vacancy_findings, vacant_years
from geoplan.plan.zone_proposal import ZoneProposal
from geoplan.plan.zone_wish import ZoneWish
from geoplan.plan.zoning import propose_zones, zone_task

__all__ = [
    "ELSEWHERE",
    "KIND_ZH",
    "Candidates",
    "Chooser",
    "Plan",
    "Programme",
    "ProposedSite",
    "Provenance",
    "PupilPlan",
    "PupilSources",
    "Scenario",
    "Shift",
    "StagePlan",
    "StageProposal",
    "Step",
    "View",
    "Wish",
    "ZoneProposal",
    "ZoneWish",
    "back_test",
    "balance_pupils",
    "candidates_for",
    "coverage_by_step",
    "coverage_on",
    "data_year",
    "estate_schools",
    "forecast_pupils",
    "is_failure",
    "leading",
    "mean_distance_m",
    "opened_in",
    "plots_proposed_twice",
    "programme_of",
    "propose",
    "propose_zones",
    "provenance_of",
    "scenarios_of",
    "shift_between",
    "shown_years",
    "span_zh",
    "total_cost",
    "vacancies_of",
    "vacancy_findings",
    "vacant_years",
    "with_closing_gaps",
    "zone_task",
]
