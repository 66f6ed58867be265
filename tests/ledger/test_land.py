from types import SimpleNamespace

import pytest
import shapely

from geoplan.demand.seats.balance import Balance
from geoplan.ledger import NoDataError
from geoplan.ledger.indicators.land import INDICATORS
from geoplan.rules import State
from geoplan.types import Stage

READ = {each.name: each.read for each in INDICATORS}


def plot(key, low, high, **columns):
    """A strip of 100 m from `low` to `high`."""
    return {"id": key, "name": key, "geometry": shapely.box(low, 0, high, 100)} | columns


def seats_short(**years):
    """A balance of primary schools with the gaps of years: y2025=120."""
    rows = tuple(
        SimpleNamespace(place="", stage=Stage.PRIMARY, year=int(year[1:]), gap=gap) for year, gap in years.items()
    )
    return Balance(rows, {})


def one(readings):
    (found,) = readings
    return found


def land(world, clause, name, parcels, balance=None, **values):
    return one(READ[name](world(parcels=parcels, balance=balance), clause(name, level="compulsory", **values)))


PLOTS = [
    plot("a", 0, 100, status="reserved", use="education", stages="p"),
    plot("b", 100, 200, status="reserved", use="", stages="", area_m2=8000.0),
    plot("c", 200, 300, status="built", use="education", stages="p"),
    plot("d", 300, 400, status="reserved", use="other", stages="p"),
    plot("e", 400, 500, status="reserved", use="education", stages="s"),
]


def test_reserved_land_without_a_standard_is_shown_and_not_judged(world, clause):
    found = land(world, clause, "reserved_land", PLOTS, seats_short(y2025=1000.0))
    # the stated area goes before the drawn one
    assert (found.value, found.state) == (18_000, State.SHOWN)
    assert found.zh == "预留教育用地2块 18,000 m²；2025 年缺学位 1,000 个（未给定生均用地标准，仅列示）"
    assert "未给定" in land(world, clause, "reserved_land", PLOTS).zh


@pytest.mark.parametrize(
    ("gap", "state", "short"), [(1000.0, "met", None), (1200.0, "met", None), (1201.0, "not_met", 15)]
)
def test_reserved_land_is_held_against_the_seats_short_at_a_standard_with_its_source(world, clause, gap, state, short):
    options = {"m2_per_seat": 15, "source": "福建，转引"}
    found = land(world, clause, "reserved_land", PLOTS, seats_short(y2025=gap), options=options)
    assert (found.state.value, found.short) == (state, short)
    assert "按15 m²/学位（福建，转引）" in found.zh


def test_the_seats_short_are_those_of_the_clauses_year(world, clause):
    balance = seats_short(y2025=100.0, y2030=900.0)
    early = land(world, clause, "reserved_land", PLOTS, balance, year=2026)
    assert "2025 年缺学位 100 个" in early.zh
    assert "2030 年缺学位 900 个" in land(world, clause, "reserved_land", PLOTS, balance, year=2030).zh
    # without a year of its own the clause is judged in the ledger's, as the balance is
    assert "2025 年缺学位 100 个" in land(world, clause, "reserved_land", PLOTS, balance).zh


def test_plots_marked_as_converted_are_lost_land(world, clause):
    rows = [plot("a", 0, 100, status="converted"), plot("b", 100, 200, status="built")]
    found = land(world, clause, "education_land_conversion", rows)
    assert (found.value, found.rows, found.state) == (10_000, ("a",), None)
    assert land(world, clause, "education_land_conversion", rows[1:]).value == 0


def test_two_years_of_plots_are_laid_over_each_other(world, clause):
    rows = [
        plot("a", 0, 100, year=2015, use="education"), plot("b", 100, 200, year=2015, use="education"),
        plot("c", 0, 150, year=2020, use="education"), plot("d", 150, 200, year=2020, use="other"),
        plot("new", 500, 900, year=2020, use="education"),
    ]  # fmt: skip
    found = land(world, clause, "education_land_conversion", rows)
    assert (found.value, found.rows) == (pytest.approx(5000), ("b",))
    assert "2015年与2020年对比" in found.zh


def test_land_that_is_marked_and_missing_is_counted_once(world, clause):
    rows = [
        plot("a", 0, 100, year=2015, use="education", status="built"),
        plot("a2", 0, 100, year=2020, use="other", status="converted"),
    ]
    assert land(world, clause, "education_land_conversion", rows).value == pytest.approx(10_000)


def test_one_date_without_a_status_tells_nothing_of_conversion(world, clause):
    with pytest.raises(NoDataError) as missing:
        land(world, clause, "education_land_conversion", [plot("a", 0, 100, year=2020)])
    assert missing.value.columns == ("status", "year")


PREMISES = [
    {"id": "v", "name": "老厂", "was": "工厂", "becomes": (), "status": "vacant", "area_m2": 900.0, "x": 0},
    {"id": "w", "name": "旧小学", "was": "小学", "becomes": ("primary",), "status": "reused", "area_m2": 100.0, "x": 0},
    {
        "id": "h",
        "name": "一中老校区",
        "was": "高中",
        "becomes": ("primary", "junior"),
        "status": "planned",
        "area_m2": 50.0,
        "x": 0,
    },
    {"id": "g", "name": "二中老校区", "was": "普通高中", "becomes": ("senior",), "status": "vacant", "x": 0},
    {"id": "u", "name": "财专老校区", "was": "大专院校", "becomes": (), "status": "vacant", "site": "S9", "x": 0},
]


def premises(world, clause, name, rows=PREMISES, **values):
    return one(READ[name](world(premises=rows), clause(name, level="compulsory", **values)))


def test_vacated_premises_are_shown_with_those_that_nobody_has_planned(world, clause):
    found = premises(world, clause, "idle_premises")
    assert (found.value, found.rows, found.state) == (2, ("v", "g"), State.SHOWN)
    assert found.zh == "腾退、闲置资源5处 1,050 m²：已办义务教育1处，已列入计划2处，未安排2处：老厂、二中老校区"


@pytest.mark.parametrize(
    ("text", "rows", "value", "state"),
    [
        ("加快推进市区高中阶段学校外迁建设，原址交所在区举办中小学", ("g",), 50, State.NOT_MET),
        ("把已外迁的省属大中专院校老校区纳入全市中小学布局规划", (), 100, State.MET),
        ("外迁校区", ("g",), 200 / 3, State.NOT_MET),
    ],
)
def test_a_clause_on_campuses_speaks_of_those_that_its_text_names(world, clause, text, rows, value, state):
    found = premises(world, clause, "campus_reuse", text=text)
    assert (found.rows, found.value, found.state) == (rows, pytest.approx(value), state)


def test_the_share_of_senior_campuses_that_become_compulsory_schools_is_left_to_the_clauses_figure(world, clause):
    asked = {"text": "市区外迁高中阶段学校原址全部办成义务教育学校", "operator": "=", "low": 100.0, "high": 100.0}
    found = premises(world, clause, "campus_reuse_share", **asked)
    assert (found.value, found.state, found.rows) == (50, None, ("g",))
    assert found.zh == "外迁校区改办义务教育学校 1 / 2 = 50 %；其余：二中老校区"


def test_the_words_may_be_given_and_without_a_campus_nothing_is_asked(world, clause):
    assert premises(world, clause, "campus_reuse", options={"words": ["工厂"]}).rows == ("v",)
    for name in ("campus_reuse", "campus_reuse_share"):
        assert premises(world, clause, name, PREMISES[:1], text="高中阶段").state is State.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("name", "role"),
    [("reserved_land", "parcels"), ("education_land_conversion", "parcels"), ("idle_premises", "premises"),
     ("campus_reuse", "premises"), ("campus_reuse_share", "premises")],
)  # fmt: skip
def test_the_layer_is_asked_for(world, clause, name, role):
    with pytest.raises(NoDataError) as missing:
        list(READ[name](world(), clause(name, level="compulsory")))
    assert missing.value.role == role


def test_one_plot_drawn_in_each_survey_is_lost_once(world, clause):
    rows = [
        plot("a1", 0, 100, year=2015.0, use="education"),
        plot("a2", 0, 100, year=2025.0, use="other", status="converted"),
        plot("b1", 200, 300, year=2020.0, use="education"), plot("c1", 400, 500, year=2015.0, use="education"),
        plot("c2", 400, 500, year=2025.0, use="education"),
    ]  # fmt: skip
    found = land(world, clause, "education_land_conversion", rows)
    # 甲 by its status, 乙 by the survey between: it was drawn neither in the first year nor in the last
    assert (found.value, found.rows) == (20_000, ("a2", "b1"))
