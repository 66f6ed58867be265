"""Sentences at the head of the page."""

import geopandas as gpd
import shapely

from geoplan.publish.mapfile import read_map
from geoplan.publish.wording import notices, own_notices


def test_the_page_says_by_how_much_spread_people_differ_between_weights(open_project):
    districts = gpd.GeoDataFrame({"id": ["w"], "people": [300]}, geometry=[shapely.box(0, 0, 1000, 1000)])
    blocks = gpd.GeoDataFrame(
        {"id": ["b1", "b2"], "name": ["甲小区", ""]},
        geometry=[shapely.box(x, 0, x + side, 100) for x, side in ((0, 100), (500, 200))],
    )
    schools = [{"id": "p", "stage": "primary", "x": 500, "y": 500}]
    project = open_project(
        districts=districts,
        population=blocks,
        schools=schools,
        head={"stages": '["primary"]'},
        options={"population": 'spread = { by = "area" }'},
    )
    said = [(each["zh"], each["en"]) for each in notices(project.plan(), read_map("consultation"))]
    (estimate,) = [pair for pair in said if "人口分布为估计" in pair[0]]
    # by area 100 and 200, evenly 150 and 150: two ranges of 50 among 300 people
    zh, en = estimate
    assert zh.startswith("人口分布为估计：区县总人口按面积分摊到 2 处。按用地面积、个数（均分）分摊，")
    assert zh.endswith("各处人数高低之差合计为总人数的 33.3%，最大的是甲小区（100—150 人）；不是置信区间。")
    assert en.startswith(
        "Where people live is estimated: district totals spread over 2 places by area. Spread by area, "
    )
    assert en.endswith("add up to 33.3% of all people, the widest being 甲小区 (100 to 150); no confidence interval.")


def test_an_english_sentence_of_the_project_belongs_to_the_chinese_one_before_it():
    texts = ["演示数据。", "Demonstration data.", "只有中文", "Only English", "And more English", "末尾"]
    assert [(each["zh"], each["en"]) for each in own_notices(texts)] == [
        ("演示数据。", "Demonstration data."), ("只有中文", "Only English"), ("And more English", ""), ("末尾", ""),
    ]  # fmt: skip
    assert own_notices(["English first", "中文"]) == [{"zh": "English first", "en": ""}, {"zh": "中文", "en": ""}]
