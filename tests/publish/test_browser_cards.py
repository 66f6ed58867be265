"""The card of a proposed site, and who made the page, in a browser with the network off."""

from __future__ import annotations


def test_a_site_that_nothing_replaces_says_so_in_both_languages(open_page, payload):
    payload["proposals"]["primary"]["sites"][0]["next_best"] = None
    opened = open_page(payload)
    opened.open_by_search("候选")
    words = opened.text("#details .next-best")
    assert "没有可替代的地块" in words
    assert "其他可用的地块都到不了这些人" in words
    assert "Nothing replaces it" in words
    assert "no other usable plot reaches these people" in words


def test_a_site_tells_whom_it_keeps_whose_school_closes(open_page, payload):
    payload["proposals"]["primary"]["sites"][0]["people_kept"] = 1234
    opened = open_page(payload)
    opened.open_by_search("候选")
    assert "原来的学校将要撤并的 1,234" in opened.text("#details .why")


def test_a_site_that_keeps_nobody_says_nothing_of_closings(open_page, payload):
    payload["proposals"]["primary"]["sites"][0]["people_kept"] = 0
    opened = open_page(payload)
    opened.open_by_search("候选")
    assert "撤并" not in opened.text("#details .why")


def test_why_fewer_sites_are_proposed_stands_by_the_solver(open_page, payload):
    told = "小学要求新建 9 所，提出 1 处：可用的备选地块只有 1 个。"
    payload["proposals"]["primary"]["notes"] = [{"zh": told, "en": "9 were asked for."}]
    opened = open_page(payload)
    assert told in opened.text("#solver")


def test_the_head_of_the_page_says_who_prepared_it(open_page, payload):
    opened = open_page(payload)
    assert "编制单位" in opened.text("#byline")
    assert "Prepared by" in opened.text("#byline")
    assert payload["author"] in opened.text("#byline")
