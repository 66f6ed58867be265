"""Rules: profiles of clauses, count intervals, verdicts that cite their clause."""

from geoplan.rules.clause import ClassCap, Clause, Kind, Level
from geoplan.rules.profile import Profile, Rule, RuleBook, load_profile, open_rule_book, profile_names, user_radius
from geoplan.rules.verdict import CountInterval, State, Verdict, band_verdict, count_interval, radius_verdict

__all__ = [
    "ClassCap",
    "Clause",
    "CountInterval",
    "Kind",
    "Level",
    "Profile",
    "Rule",
    "RuleBook",
    "State",
    "Verdict",
    "band_verdict",
    "count_interval",
    "load_profile",
    "open_rule_book",
    "profile_names",
    "radius_verdict",
    "user_radius",
]
