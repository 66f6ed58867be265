"""What a proposal leaves open: fewer sites than asked, people no plot reaches, sites nothing replaces, losers."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from geoplan.editions import edition_of
from geoplan.project import Project
from geoplan.publish.figures import figures_of
from geoplan.publish.payload import build_payload
from geoplan.publish.proposal_words import (
    asked_for,
    count_words,
    losing_words,
    people_beyond_plots,
    proposal_sentences,
    unserved_words,
)
from geoplan.publish.public_summary import public_summary
from geoplan.publish.reached import closing_in, public_reached, reached


def _loaded(name):
    spec = importlib.util.spec_from_file_location(f"words_{name}", Path(__file__).parent / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


tiny, set_town = _loaded("tiny"), _loaded("set_town")


def town(folder, more_sites=(), **options):
    """The tiny town with further plots, each (id, column, row)."""
    tiny.write(folder, **options)
    path = folder / "sites.csv"
    lines = [f'"{key}","{key}号","预留用地","","270","POINT({" ".join(map(str, tiny.at(i, j)))})"'
             for key, i, j in more_sites]  # fmt: skip
    path.write_text(path.read_text(encoding="utf-8") + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    return edition_of(Project.open(folder))


@pytest.fixture(scope="module")
def all_asked(tmp_path_factory):
    """Nine kindergartens are asked for, three plots may be used, one is excluded; no primary school is asked for."""
    return town(tmp_path_factory.mktemp("nine"), new=9)


@pytest.fixture(scope="module")
def closing(tmp_path_factory):
    """K2, which alone reaches its corner, is to close; one kindergarten is built."""
    return edition_of(set_town.project(tmp_path_factory.mktemp("closing"), years=(2028,)))


def test_too_few_plots_are_told_with_the_number_asked_and_the_number_proposed(all_asked):
    plan, stage = all_asked.plan, all_asked.plan.stages[0]
    assert asked_for(plan, stage) == 9
    zh, en = count_words(plan, stage)
    assert zh == "幼儿园要求新建 9 所，提出 3 处：可用的备选地块只有 3 个。"
    assert "9 new kindergarten schools were asked for, 3 are proposed" in en


def test_where_as_many_are_proposed_as_asked_nothing_is_explained(tmp_path):
    edition = town(tmp_path, new=2)
    assert count_words(edition.plan, edition.plan.stages[0]) is None


def test_plots_that_would_stand_idle_are_told_as_the_reason(tmp_path):
    # S9 stands on K1, where everybody around is served already
    edition = town(tmp_path, more_sites=[("S9", 0, 0)], new=4)
    stage = edition.plan.stages[0]
    assert len(stage.proposal.sites) == 3
    zh, en = count_words(edition.plan, stage)
    assert zh == "幼儿园要求新建 4 所，提出 3 处：其余备选地块空置，另建不会让更多的人在服务半径内。"
    assert "would stand idle" in en


def test_who_stays_unserved_is_counted_with_those_whom_no_usable_plot_reaches(all_asked):
    plan = all_asked.plan
    kindergarten, primary = plan.stages
    # S4 could reach the last three places; it is excluded
    assert people_beyond_plots(kindergarten.proposal) == kindergarten.proposal.after.total.uncovered == 300
    assert unserved_words(plan, kindergarten)[0] == (
        "幼儿园建成后仍有 300 人在服务半径外，没有可用的备选地块能服务到他们。"
    )
    assert unserved_words(plan, primary)[0] == (
        "小学建成后仍有 1,300 人在服务半径外，没有可用的备选地块能服务到他们（安排给其他学段的地块不计）。"
    )


def test_people_beyond_plots_are_those_of_a_count_by_hand_over_all_plots(all_asked):
    for stage in all_asked.plan.stages:
        proposal = stage.proposal
        demand, reach = proposal.after.demand, proposal.after.reach_m()
        apart = demand.xy[:, None] - proposal.candidates.xy[None]
        far = ((apart**2).sum(axis=2) ** 0.5).min(axis=1, initial=np.inf)
        alone = proposal.after.assessed & ~proposal.after.covered & (far > reach)
        assert people_beyond_plots(proposal) == demand.people[alone].sum()


def test_page_and_texts_say_the_same_sentences(all_asked, tmp_path):
    plan = all_asked.plan
    notes = build_payload(plan, all_asked.map_file)["proposals"]["kindergarten"]["notes"]
    told = [zh for zh, _ in proposal_sentences(plan, plan.stages[0])]
    assert [note["zh"] for note in notes] == told
    assert len(told) == 2
    summary = public_summary(plan)["stages"][0]["proposal"]
    assert (summary["asked"], [each["zh"] for each in summary["sentences"]]) == (9, told)
    figures = figures_of(all_asked)
    assert figures["kindergarten.asked"].value == 9
    assert figures["kindergarten.people_beyond_plots"].value == 300
    docx = pytest.importorskip("docx", reason="docxtpl is not installed: pip install 'geoplan[word]'")
    from geoplan.publish.office import write_explanation, write_text

    for write in (write_text, write_explanation):
        write(all_asked, figures, tmp_path / "a.docx")
        text = "\n".join(paragraph.text for paragraph in docx.Document(tmp_path / "a.docx").paragraphs)
        assert all(sentence in text for sentence in told)


def test_a_plot_that_no_other_can_stand_for_is_told_as_such_and_another_one_not(tmp_path):
    # S9 reaches most of what S1 does and nothing of what S2 and S3 do
    edition = town(tmp_path, more_sites=[("S9", 2, 4)], new=3)
    proposal = edition.plan.stages[0].proposal
    assert {site.id: site.next_best.other for site in proposal.sites} == {"S1": "S9", "S2": None, "S3": None}
    shown = build_payload(edition.plan, edition.map_file)["proposals"]["kindergarten"]["sites"]
    assert {site["id"]: (site["next_best"] or {}).get("id") for site in shown} == {"S1": "S9", "S2": None, "S3": None}
    figures = figures_of(edition)
    assert figures["kindergarten.site.S1.next_best"].text == "S9"
    assert figures["kindergarten.site.S2.next_best"].text == "—"
    docx = pytest.importorskip("docx", reason="docxtpl is not installed: pip install 'geoplan[word]'")
    from geoplan.publish.office import write_explanation

    write_explanation(edition, figures, tmp_path / "a.docx")
    rows = [[cell.text for cell in row.cells] for table in docx.Document(tmp_path / "a.docx").tables
            for row in table.rows]  # fmt: skip
    cells = {row[0]: row[6] for row in rows if len(row) == 8 and row[0] in {"S1", "S2"}}
    assert cells == {"S1": "S9", "S2": "没有可替代的地块"}


def test_whoever_loses_a_school_is_counted_apart_from_whoever_gains_one(closing):
    plan, proposal = closing.plan, closing.plan.stages[0].proposal
    found = reached(proposal.before, proposal.after)
    before, after = proposal.before, proposal.after
    people = before.demand.people
    assert found.lost == people[before.covered & ~after.covered].sum() > 0
    assert found.gained == people[~before.covered & after.covered].sum() > 0
    assert found.net == after.total.covered - before.total.covered
    figures = figures_of(closing)
    assert figures["kindergarten.people_newly"].value == found.gained
    assert figures["kindergarten.people_lost"].value == found.lost
    assert figures["kindergarten.people_net"].value == found.net
    assert closing_in(proposal) == ["K2"]
    for site in proposal.sites:
        assert figures[f"kindergarten.site.{site.id}.people_kept"].value == site.people_kept
    zh, _ = losing_words(plan, plan.stages[0])
    assert zh.startswith(f"幼儿园撤并 1 所后，{found.lost:,.0f} 人不再处于服务半径内")


def test_texts_tell_gains_losses_and_balance_where_a_school_closes(closing, tmp_path):
    docx = pytest.importorskip("docx", reason="docxtpl is not installed: pip install 'geoplan[word]'")
    from geoplan.publish.office import write_explanation, write_text

    figures = figures_of(closing)
    newly, lost, net = (figures[f"kindergarten.people_{name}"].text for name in ("newly", "lost", "net"))
    text = {}
    for write in (write_text, write_explanation):
        write(closing, figures, tmp_path / "a.docx")
        text[write] = "\n".join(paragraph.text for paragraph in docx.Document(tmp_path / "a.docx").paragraphs)
    assert (
        f"新进入服务半径的人口 {newly}人，因学校撤并不再处于服务半径内的{lost}人，增减相抵为{net}人" in text[write_text]
    )
    assert "拟撤并的学校：<b>\"&'</b>（K2）。" in text[write_text]
    assert "本规划未提出撤并学校" not in text[write_text]
    assert f"幼儿园有人口 {lost}人不再处于服务半径内" in text[write_text]
    assert f"新进入服务半径的{newly}人，不再处于服务半径内的{lost}人，增减相抵为{net}人" in text[write_explanation]


def test_texts_say_nothing_of_losses_where_no_school_closes(all_asked, tmp_path):
    docx = pytest.importorskip("docx", reason="docxtpl is not installed: pip install 'geoplan[word]'")
    from geoplan.publish.office import write_text

    write_text(all_asked, figures_of(all_asked), tmp_path / "a.docx")
    text = "\n".join(paragraph.text for paragraph in docx.Document(tmp_path / "a.docx").paragraphs)
    assert "不再处于" not in text
    assert "本规划未提出撤并学校" in text
    assert not any(key.endswith(".people_kept") for key in figures_of(all_asked))
    assert losing_words(all_asked.plan, all_asked.plan.stages[0]) is None


def test_a_share_that_falls_is_not_called_raised(closing, tmp_path):
    docx = pytest.importorskip("docx", reason="docxtpl is not installed: pip install 'geoplan[word]'")
    from geoplan.publish.office import write_text

    # the same plan without its new site: only the closing is left
    stage = closing.plan.stages[0]
    bare = replace(stage, views=tuple(replace(view, after=stage.proposal.base) for view in stage.views))
    edition = replace(closing, plan=replace(closing.plan, stages=(bare, *closing.plan.stages[1:])))
    figures = figures_of(edition)
    write_text(edition, figures, tmp_path / "a.docx")
    text = "\n".join(paragraph.text for paragraph in docx.Document(tmp_path / "a.docx").paragraphs)
    before, after = (figures[f"kindergarten.straight.{phase}.share"].text for phase in ("before", "after"))
    assert f"幼儿园：按直线距离计，由现状{before}下降到{after}；" in text


@pytest.mark.parametrize(
    ("each", "shown"), [(30, (270, 0, 270)), (1, ("<10", 0, None))], ids=["a class at every place", "one pupil each"]
)
def test_a_gain_of_a_handful_is_hidden_and_so_is_the_balance(tmp_path, each, shown):
    plan = tiny.plan(tmp_path, counts="pupils", each=each)
    proposal = plan.stages[0].proposal
    found = public_reached(plan, proposal.before, proposal.after)
    assert (found.gained, found.lost, found.net) == shown


def modelled(folder, model, **options):
    """The tiny town, sited by another model."""
    tiny.write(folder, **options)
    file = folder / "project.toml"
    text = file.read_text(encoding="utf-8").replace("[propose]", f'[propose]\nmodel = "{model}"')
    file.write_text(text, encoding="utf-8")
    return Project.open(folder).plan()


def test_a_set_cover_that_takes_another_number_of_sites_says_so(tmp_path):
    plan = modelled(tmp_path, "set_cover", new=1)
    stage = plan.stages[0]
    assert len(stage.proposal.sites) == 3
    assert count_words(plan, stage)[0] == (
        "幼儿园要求新建 1 所，提出 3 处：集合覆盖模型按需要定校数，服务到能服务的人即止。"
    )
    assert people_beyond_plots(stage.proposal) == 300


def test_a_model_of_ways_counts_who_is_unserved_and_claims_nothing_of_plots_and_the_radius(tmp_path):
    plan = modelled(tmp_path, "p_median", new=2)
    stage = plan.stages[0]
    left = stage.proposal.after.total.uncovered
    assert people_beyond_plots(stage.proposal) is None
    assert unserved_words(plan, stage)[0] == f"幼儿园建成后仍有 {left:,.0f} 人在服务半径外。"
    # the third plot shortens ways, too: each site can be replaced, at a loss
    assert all(site.next_best.other is not None for site in stage.proposal.sites)


def test_a_plot_that_went_to_another_stage_is_named_among_the_reasons(tmp_path):
    tiny.write(tmp_path, new=3)
    file = tmp_path / "project.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("primary = 0", "primary = 3"), encoding="utf-8")
    plan = Project.open(tmp_path).plan()
    short = [stage for stage in plan.stages if any(each.code == "plot-allotted" for each in stage.proposal.findings)]
    assert short
    for stage in short:
        given = sum(each.count for each in stage.proposal.findings if each.code == "plot-allotted")
        assert f"另有 {given} 个地块安排给了其他学段。" in count_words(plan, stage)[0]


@pytest.mark.parametrize("each", [3, 30])
def test_no_small_count_of_children_stands_in_the_sentences(tmp_path, each):
    plan = tiny.plan(tmp_path, counts="pupils", each=each, new=9)
    for stage in plan.stages:
        for zh, en in proposal_sentences(plan, stage):
            assert not re.search(r"(?<![\d,])[1-9] 名学生", zh)
            assert not re.search(r"(?<![\d,])[1-9] pupils", en)
    told = " ".join(zh for stage in plan.stages for zh, _ in proposal_sentences(plan, stage))
    assert ("<10 名学生" in told) is (each == 3)
