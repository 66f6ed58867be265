"""A profile with its lenders: which radius is in force where."""

from pathlib import Path

import pytest

from geoplan.errors import RuleError
from geoplan.rules import load_profile, open_rule_book, profile_names, user_radius
from geoplan.types import Area, Stage


def test_an_unknown_profile_lists_the_known_ones_and_hints_at_the_nearest():
    with pytest.raises(RuleError, match=r"anyang, combined, hebei, .*xingtai.*Did you mean 'xingtai'") as caught:
        open_rule_book("xingtei")
    assert isinstance(caught.value, LookupError)


def test_a_project_s_own_profile_wins_over_the_bundled_one_of_its_name(tmp_path):
    folder = tmp_path / "data" / "rules"
    folder.mkdir(parents=True)
    text = (Path(__file__).parents[2] / "data" / "rules" / "national.toml").read_text(encoding="utf-8")
    (folder / "national.toml").write_text(text.replace("high = 500", "high = 800"), encoding="utf-8")
    (folder / "mine.toml").write_text('[profile]\nid = "mine"\nradius_profiles = ["national"]\n', encoding="utf-8")
    book = open_rule_book("mine", project_dir=tmp_path)
    assert book.radius(Stage.PRIMARY, Area.URBAN).high == 800
    assert "mine" in profile_names(tmp_path)


def test_the_profile_s_own_radius_comes_before_any_lender_s():
    book = open_rule_book("combined")
    assert book.radius(Stage.KINDERGARTEN, Area.URBAN).id == "CB-R-01"
    assert book.radius(Stage.PRIMARY, Area.URBAN).id == "NAT-R-02"
    assert book.radius(Stage.JUNIOR, Area.URBAN).id == "NAT-R-03"


def test_lenders_are_asked_in_the_order_in_which_they_are_named():
    assert (
        open_rule_book("xingtai", radius_profiles=["combined", "national"]).radius(Stage.KINDERGARTEN, Area.URBAN).id
        == "CB-R-01"
    )
    assert (
        open_rule_book("xingtai", radius_profiles=["national", "combined"]).radius(Stage.KINDERGARTEN, Area.URBAN).id
        == "NAT-R-01"
    )


def test_a_rural_primary_radius_exists_only_where_hebei_lends_it():
    assert open_rule_book("combined").radius(Stage.PRIMARY, Area.RURAL) is None
    lent = open_rule_book("combined", radius_profiles=["national", "hebei"]).radius(Stage.PRIMARY, Area.RURAL)
    assert (lent.id, lent.high, lent.evidence) == ("HB-R-01", 2000, "secondary")


def test_nobody_gives_a_radius_for_rural_junior_or_any_senior_school():
    book = open_rule_book("combined", radius_profiles=["national", "hebei"])
    assert book.radius(Stage.JUNIOR, Area.RURAL) is None
    assert book.radius(Stage.SENIOR, Area.URBAN) is None


@pytest.mark.parametrize("name", ["anyang", "zhengzhou", "jiaozuo"])
def test_a_city_without_a_radius_of_its_own_is_offered_the_national_ones(name):
    book = open_rule_book(name)
    assert book.profile.rules == ()
    assert [rule.id for rule in book.offered()] == ["NAT-R-01", "NAT-R-02", "NAT-R-03"]
    assert book.bands(Stage.PRIMARY) == ()


def test_every_rule_of_xingtai_is_also_a_clause_read_by_the_indicator_of_its_quantity():
    profile = load_profile("xingtai")
    clauses = {clause.id: clause for clause in profile.clauses}
    for rule in profile.rules:
        clause = clauses[rule.id]
        assert (clause.text, clause.citation) == (rule.clause, rule.citation)
        assert clause.indicator == rule.quantity.replace("_public", "")


def test_only_radii_that_the_profile_lacks_are_offered():
    book = open_rule_book("combined", radius_profiles=["national", "hebei"])
    assert [rule.id for rule in book.offered()] == ["NAT-R-02", "HB-R-01", "NAT-R-03"]
    assert book.offered(stage=Stage.KINDERGARTEN) == ()
    assert [rule.id for rule in book.offered(stage=Stage.PRIMARY, area=Area.RURAL)] == ["HB-R-01"]


def test_a_radius_of_the_user_is_cited_like_any_other_rule():
    rule = user_radius(Stage.PRIMARY, 750.0)
    assert (rule.high, rule.evidence, rule.area) == (750.0, "user", Area.ALL)
    assert "750" in rule.clause
    assert rule.citation == "--radius-m"
