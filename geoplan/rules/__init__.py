"""Rules: profiles of clauses, count intervals, verdicts that cite their clause."""

from geoplan.rules.profile import Profile, Rule, RuleBook, load_profile, open_rule_book, profile_names, user_radius
from geoplan.rules.verdict import CountInterval, State, Verdict, band_verdict, count_interval, radius_verdict

__all__ = [
    "CountInterval",
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
