"""Demand: people and pupils by place, stage and year, and the seats that stand against them."""

from geoplan.demand.children.births import Births, project_births, read_births
from geoplan.demand.children.cohorts import Cohorts, read_cohorts
from geoplan.demand.children.grades import age_of_grade
from geoplan.demand.children.split import Split, split_bands
from geoplan.demand.children.stages import AGES, autumn_of_first_grade, grade_label, stage_of_age
from geoplan.demand.forecasting.assumptions import Assumptions, Figure, Migration
from geoplan.demand.forecasting.backtest import Backtest, BacktestRow, backtest, backtest_progression
from geoplan.demand.forecasting.cohort import age_children, forecast_cohort
from geoplan.demand.forecasting.compare import ComparisonRow, compare
from geoplan.demand.forecasting.enrolled import History, read_history
from geoplan.demand.forecasting.entries import entries_from_births, entries_from_children, entry_ages
from geoplan.demand.forecasting.forecast import Forecast, Method, Scenario
from geoplan.demand.forecasting.housing import Housing, forecast_housing
from geoplan.demand.forecasting.progression import forecast_progression, progress, progression_ratios
from geoplan.demand.forecasting.progression_notes import Ratio
from geoplan.demand.forecasting.ratio import forecast_ratio, pupils_per_thousand
from geoplan.demand.people.cells import to_cells
from geoplan.demand.people.points import Demand, Units, build_demand, build_units, lies_in
from geoplan.demand.people.spread import Spread, largest_remainder, spread_groups
from geoplan.demand.people.uncertainty import Uncertainty, Weight, uncertainty, weights_at_hand, weights_of
from geoplan.demand.places import districts_of
from geoplan.demand.seats.balance import Balance, BalanceRow, Loan, balance_frame
from geoplan.demand.seats.balance_rows import balance_seats
from geoplan.demand.seats.borrowing import Reach
from geoplan.demand.seats.estates import HUNAN_2019, Estates, SchoolThreshold, read_estates
from geoplan.demand.seats.offers import Offer, Offers
from geoplan.demand.seats.pooling import EstateNeed, EstateSchools, pool_estates
from geoplan.demand.seats.school_offers import school_offers
from geoplan.demand.seats.stage_seats import SeatTotal, StageSeats, stage_seats

__all__ = [
    "AGES",
    "HUNAN_2019",
    "Assumptions",
    "Backtest",
    "BacktestRow",
    "Balance",
    "BalanceRow",
    "Births",
    "Cohorts",
    "ComparisonRow",
    "Demand",
    "EstateNeed",
    "EstateSchools",
    "Estates",
    "Figure",
    "Forecast",
    "History",
    "Housing",
    "Loan",
    "Method",
    "Migration",
    "Offer",
    "Offers",
    "Ratio",
    "Reach",
    "Scenario",
    "SchoolThreshold",
    "SeatTotal",
    "Split",
    "Spread",
    "StageSeats",
    "Uncertainty",
    "Units",
    "Weight",
    "age_children",
    "age_of_grade",
    "autumn_of_first_grade",
    "backtest",
    "backtest_progression",
    "balance_frame",
    "balance_seats",
    "build_demand",
    "build_units",
    "compare",
    "districts_of",
    "entries_from_births",
    "entries_from_children",
    "entry_ages",
    "forecast_cohort",
    "forecast_housing",
    "forecast_progression",
    "forecast_ratio",
    "grade_label",
    "largest_remainder",
    "lies_in",
    "pool_estates",
    "progress",
    "progression_ratios",
    "project_births",
    "pupils_per_thousand",
    "read_births",
    "read_cohorts",
    "read_estates",
    "read_history",
    "school_offers",
    "split_bands",
    "spread_groups",
    "stage_of_age",
    "stage_seats",
    "to_cells",
    "uncertainty",
    "weights_at_hand",
    "weights_of",
]
