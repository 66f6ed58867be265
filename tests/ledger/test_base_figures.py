"""The base figures of the four plans (2020), each reproduced from a small table of groups of schools and projects."""

import pytest

from geoplan.ledger import build_ledger
from geoplan.rules import State

SPENDING_YUAN, SPENDING_PER_HEAD_YUAN = 150.25e8, 2113.28
"""XT:10: what was spent on schools, and for each of the people; the population follows."""


def of_2020(indicator, value, **given):
    return {"indicator": indicator, "year": 2020, "value": value} | given


def spread(prefix, count, total=None, column="seats", **given):
    """`count` rows alike, `total` spread over them as evenly as whole numbers allow."""
    rows = []
    each, more = divmod(int(total or 0), count)
    for at in range(count):
        figure = {} if total is None else {column: each + (at < more)}
        rows.append({"id": f"{prefix}{at}", "name": f"{prefix}{at}"} | figure | given)
    return rows


def built(prefix, count, seats=None, stages="k", finish=2019, **given):
    """Projects that were finished, with their seats."""
    plain = {"stages": stages, "action": "new", "status": "finished", "finish": finish, "ownership": "public"}
    return spread(prefix, count, seats, **(plain | given))


@pytest.fixture
def told(world):
    """told(plan, clause, table=[…]) -> the clause's one entry of the whole project."""

    def entry(plan, clause, as_of=2020, **roles):
        return next(each for each in build_ledger(world(book=plan, as_of=as_of, **roles)).of(clause) if not each.place)

    return entry


def agrees(entry):
    return "，一致；" in entry.zh and entry.state is State.SHOWN


XINGTAI = [
    of_2020("school_count", 3773, level="all"), of_2020("enrolment", 1_703_326, level="all"),
    of_2020("school_count", 2347, stages="k"), of_2020("enrolment", 304_600, stages="k"),
    of_2020("school_count", 64, stages="s"),
    of_2020("people", round(SPENDING_YUAN / SPENDING_PER_HEAD_YUAN), source="XT:10"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("clause", "value", "words"),
    [
        ("XT-B-01", 3773, "公布（2020年）3,773 所，统计表所载 3,773 所，一致"),
        ("XT-B-02", 1_703_326, "统计表所载 1,703,326 人，一致"),
        ("XT-B-04", 2347, "统计表所载 2,347 所，一致"),
        ("XT-B-06", 304_600, "公布（2020年）30.46 万人，统计表所载 30.46 万人，一致"),
        ("XT-B-14", 64, "统计表所载 64 所，一致"),
    ],
)
def test_xingtai_had_3773_schools_1703326_pupils_2347_kindergartens_and_64_senior_schools(told, clause, value, words):
    entry = told("xingtai", clause, statistics=XINGTAI)
    assert entry.value == value
    assert words in entry.zh
    assert agrees(entry)


def test_150_25_yi_yuan_at_2113_28_a_head_are_7_11_million_people_and_42_8_kindergarten_children_for_each_1000(told):
    people = XINGTAI[-1]["value"]
    assert round(people / 1e6, 2) == 7.11
    entry = told("xingtai", "XT-B-06", statistics=XINGTAI)
    assert "；人口 7,109,801 人（统计数 2020 年），每千人 42.84 人" in entry.zh
    assert "42.84 for each 1,000 of them" in entry.en


def test_pupils_are_not_set_against_people_of_another_year(told):
    late = [row | ({"year": 2019} if row["indicator"] == "people" else {}) for row in XINGTAI]
    assert "每千人" not in told("xingtai", "XT-B-06", as_of=2026, statistics=late).zh


def test_xingtai_built_1306_schools_with_238616_seats_in_five_years(told):
    rows = [
        *built("k", 640, 90_000), *built("p", 420, 90_000, "p", 2016), *built("j", 246, 58_616, "j", 2020),
        *built("later", 30, 9_000, "p", 2021), *built("before", 30, 9_000, "p", 2015),
        *built("going", 5, 1_000, "p", 2020, status="started"),
    ]  # fmt: skip
    entry = told("xingtai", "XT-B-15", as_of=2026, projects=rows)
    assert entry.value == 238_616
    assert entry.zh == (
        "公布（2016-2020）238,616 个，算得 238,616 个，一致；"
        "2016-2020 年建成 1,306 项，新增学位 238,616 个，平均每项 182.71 个（原文 1,306 所，一致）；"
        "其中幼儿园 90,000 个、小学 90,000 个、初中 58,616 个"
    )
    assert "of these kindergarten 90,000, primary 90,000, junior 58,616" in entry.en


ANYANG = [
    of_2020("school_count", 3404, level="all"), of_2020("enrolment", 1_442_600, level="all"),
    of_2020("school_count", 1801, stages="k"), of_2020("enrolment", 915_000, level="compulsory"),
    of_2020("school_count", 59, stages="s"), of_2020("enrolment", 122_600, stages="s"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("clause", "value"),
    [("AY-B-01", 3404), ("AY-B-02", 1_442_600), ("AY-B-03", 1801), ("AY-B-05", 915_000), ("AY-B-07", 59),
     ("AY-B-08", 122_600)],
)  # fmt: skip
def test_anyang_had_3404_schools_1442600_pupils_and_its_parts(told, clause, value):
    entry = told("anyang", clause, statistics=ANYANG)
    assert entry.value == value
    assert agrees(entry)


def test_anyang_built_257_kindergartens_with_34778_seats_135_each(told):
    rows = [*built("k", 257, 34_778), *built("p", 40, 20_000, "p")]
    entry = told("anyang", "AY-B-10", projects=rows)
    assert entry.value == 34_778
    assert entry.zh.startswith("公布（2016-2020）34,778 个，算得 34,778 个，一致；")
    assert "建成 257 项，新增学位 34,778 个，平均每项 135.32 个（原文 257 所，一致）" in entry.zh


def test_one_project_too_few_is_told(told):
    entry = told("anyang", "AY-B-10", projects=built("k", 256, 34_700))
    assert "算得 34,700 个，不一致" in entry.zh
    assert "（原文 257 所，不一致）" in entry.zh


ZHENGZHOU = [
    *spread("public", 472, 154_112, "enrolment", stages="k", ownership="public"),
    *spread("inclusive", 983, 197_843, "enrolment", stages="k", ownership="private", inclusive=True),
    *spread("dear", 393, 78_045, "enrolment", stages="k", ownership="private", inclusive=False),
]


def test_zhengzhou_had_1848_kindergartens_472_public_1376_private_983_of_these_inclusive(told):
    assert told("zhengzhou", "ZZ-B-02", schools=ZHENGZHOU).value == 1848
    entry = told("zhengzhou", "ZZ-B-03", schools=ZHENGZHOU)
    assert entry.value == 472
    assert "公办 472 所、民办 1,376 所（其中普惠 983 所），合计 1,848 所" in entry.zh
    assert agrees(entry)


def test_xingtai_counts_public_and_inclusive_kindergartens_together(told):
    schools = [*spread("a", 1000, stages="k", ownership="public"),
               *spread("b", 746, stages="k", ownership="private", inclusive=True),
               *spread("c", 601, stages="k", ownership="private", inclusive=False)]  # fmt: skip
    entry = told("xingtai", "XT-B-07", schools=schools)
    assert entry.value == 1746
    assert agrees(entry)


def test_zhengzhous_80_townships_have_210_central_kindergartens(told):
    schools = [
        {"id": f"k{at}", "stages": "k", "central": True, "ownership": "public", "township": f"乡{at % 80}"}
        for at in range(210)
    ]
    entry = told("zhengzhou", "ZZ-B-01", schools=schools)
    assert entry.value == 210
    assert "公办中心园 210 所，有园的乡镇 80 / 80 = 100 %" in entry.zh
    assert agrees(entry)


def test_zhengzhou_built_177_schools_with_192000_primary_and_84000_junior_seats_in_town(told):
    rows = [
        *built("p", 120, 192_000, "p", area="urban"), *built("j", 57, 84_000, "j", area="urban"),
        *built("village", 9, 3_000, "p", area="rural"), *built("k", 9, 3_000, "k", area="urban"),
    ]  # fmt: skip
    entry = told("zhengzhou", "ZZ-B-06", projects=rows)
    assert entry.value == 276_000
    assert entry.zh.startswith("公布（2016-2020）27.6 万个，算得 27.6 万个，一致；")
    assert "建成 177 项" in entry.zh
    assert "原文 177 所，一致" in entry.zh
    assert entry.zh.endswith("其中小学 192,000 个、初中 84,000 个")


def test_a_table_that_does_not_tell_town_from_country_says_so(told):
    rows = [*built("p", 120, 192_000, "p"), *built("j", 57, 84_000, "j")]
    assert "项目表未分城乡，全部计入" in told("zhengzhou", "ZZ-B-06", projects=rows).zh


def test_of_100_pupils_in_the_city_districts_38_are_migrants_children(told):
    schools = [
        *spread("p", 10, 1000, "enrolment", stages="p", area="urban", migrant_pupils=38),
        {"id": "r", "stages": "p", "area": "rural", "enrolment": 500, "migrant_pupils": 0},
        {"id": "blank", "stages": "j", "area": "urban", "enrolment": 500},
    ]
    entry = told("zhengzhou", "ZZ-B-14", schools=schools)
    assert entry.value == 38.0
    assert "随迁子女 380 / 1,000 = 38 %" in entry.zh
    assert "1 所未注明，未计入" in entry.zh
    assert agrees(entry)


def test_the_official_share_of_migrants_stands_before_the_computed_one(told):
    table = [of_2020("migrant_enrolment_share", 38, stages="pj")]
    schools = spread("p", 10, 1000, "enrolment", stages="p", area="urban", migrant_pupils=38)
    entry = told("zhengzhou", "ZZ-B-14", statistics=table, schools=schools)
    assert "统计表所载 38 %，一致" in entry.zh
    assert "随迁子女 380 / 1,000 = 38 %" in entry.zh


def test_a_public_share_by_schools_is_compared_with_the_one_published(told):
    schools = [*spread("a", 79, stages="s", ownership="public"), *spread("b", 59, stages="s", ownership="private")]
    entry = told("zhengzhou", "ZZ-B-18", schools=schools)
    assert round(entry.value, 2) == 57.25
    assert agrees(entry)


def test_jiaozuo_had_8_special_schools(told):
    schools = [*spread("e", 8, branch="special", stages="kpjs"), *spread("p", 5, stages="p", branch="ordinary")]
    entry = told("jiaozuo", "JZ-B-07", schools=schools)
    assert entry.value == 8
    assert "算得 8 所，一致" in entry.zh


def test_jiaozuos_10_counties_hold_the_title(told):
    districts = [{"id": f"c{at}", "name": f"第{at}县"} for at in range(11)]
    titles = [of_2020("basic_balanced_county", 1, district=f"第{at}县") for at in range(10)]
    entry = told("jiaozuo", "JZ-B-03", districts=districts, statistics=titles)
    assert entry.value == 10
    assert "一致" in entry.zh.replace("不一致", "")


def test_jiaozuos_99_groups_take_229_weak_schools_along(told):
    schools = [{"id": f"p{at}", "stages": "p", "group": f"集团{at % 99}"} for at in range(99 + 229)]
    schools += spread("alone", 40, stages="j")
    entry = told("jiaozuo", "JZ-B-04", schools=schools)
    assert entry.value == 99
    assert "参加 328 / 368 = 89.13 % 所学校；按每集团一所牵头学校计，带动 229 所" in entry.zh


def test_jiaozuo_built_710_schools_and_381_kindergartens(told):
    rows = [*built("p", 500, stages="p"), *built("j", 210, stages="j"), *built("k", 381, stages="k"),
            *built("off", 7, stages="k", status="cancelled")]  # fmt: skip
    schools, kindergartens = (told("jiaozuo", each, projects=rows) for each in ("JC-B-01", "JC-B-02"))
    assert (schools.value, kindergartens.value) == (710, 381)
    assert agrees(schools)
    assert agrees(kindergartens)


def test_a_table_of_later_projects_says_nothing_of_the_years_before(told):
    entry = told("anyang", "AY-B-10", as_of=2026, projects=built("k", 9, 900, finish=2023))
    assert (entry.value, entry.state) == (None, State.SHOWN)
    assert "公布（2016-2020）34,778 个；校均学位 135.32 个；" in entry.zh
    assert "缺数据：需要" in entry.zh


def test_a_finished_project_without_its_year_is_in_no_period(told):
    entry = told("anyang", "AY-B-10", projects=[*built("k", 2, 200), *built("x", 3, 300, finish=None)])
    assert entry.value == 200
    assert "3 项未注明完工年份，未计入" in entry.zh


def test_projects_that_do_not_tell_their_seats_are_counted_and_named_so(told):
    entry = told("anyang", "AY-B-10", projects=[*built("k", 2, 200), *built("x", 1)])
    assert "建成 3 项，新增学位 200 个，平均每项 100 个" in entry.zh
    assert entry.zh.endswith("1 项未注明学位")
