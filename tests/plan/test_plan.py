import pytest


@pytest.fixture(scope="module")
def town(open_project):
    """Two villages without schools, far from the one that has both stages, and a plot in each; more=… for the plots."""

    def build(stages, *, new="new = 1", people=(500, 500, 500)):
        people = [{"id": f"p{at}", "people": each, "x": 10_000 * at, "y": 0} for at, each in enumerate(people)]
        schools = [{"id": "s1", "name": "一校", "stage": "小学、初中", "x": 0, "y": 0}]
        sites = [{"id": f"c{at}", "stage": stages[at - 1], "x": 10_000 * at, "y": 0} for at in (1, 2)]
        return open_project(
            head={"stages": '["primary", "junior"]', "profile": '"national"'}, tail=f"[propose]\n{new}",
            population=people, schools=schools, sites=sites, options={"population": 'columns = { area = "=urban" }'},
        ).plan()  # fmt: skip

    return build


def codes(plan):
    return {each.code for each in plan.findings}


def chosen(plan):
    return [[site.id for site in stage.proposal.sites] for stage in plan.stages]


def test_a_plot_that_two_stages_want_bears_one_school_and_the_other_stage_is_told_what_it_lost(town):
    plan = town(["", ""], people=(500, 500, 300))
    assert chosen(plan) == [["c1"], ["c2"]]
    (finding,) = [each for each in plan.findings if each.code == "plot-allotted"]
    assert "junior wanted plots that go elsewhere: c1 to primary" in finding.what
    assert "200 people fewer than with its pick of all plots" in finding.what
    assert "plot-proposed-twice" not in codes(plan)


def test_plots_may_be_shared_by_word_of_the_project_and_that_is_told(town):
    plan = town(["", ""], new="new = 1\nshare_plots = true", people=(500, 500, 300))
    assert chosen(plan) == [["c1"], ["c1"]]
    (finding,) = [each for each in plan.findings if each.code == "plot-proposed-twice"]
    assert "c1: 小学、初中" in finding.what


def test_plots_with_a_stage_of_their_own_are_nobody_elses(town):
    plan = town(["小学", "初中"])
    assert chosen(plan) == [["c1"], ["c2"]]
    assert not {"plot-proposed-twice", "plot-allotted"} & codes(plan)


def test_of_a_set_cover_the_people_left_out_count_before_the_sites(open_project):
    """Two villages and two plots in each; one of each pair is for primary schools alone, so that both can have one."""
    people = [{"id": f"p{at}", "people": 500 + at, "x": 10_000 * at, "y": 0} for at in range(2)]
    sites = [
        {"id": f"c{at}", "stage": "小学" if at > 2 else "", "x": 10_000 * ((at - 1) % 2), "y": 10 * at}
        for at in (1, 2, 3, 4)
    ]
    plan = open_project(
        head={"stages": '["primary", "junior"]', "profile": '"national"'},
        tail='[propose]\nnew = "all"\nmodel = "set_cover"', population=people,
        schools=[{"id": "s1", "name": "远校", "stage": "小学、初中", "x": 5_000, "y": 0}], sites=sites,
        options={"population": 'columns = { area = "=urban" }'},
    ).plan()  # fmt: skip
    assert [stage.proposal.after.total.uncovered for stage in plan.stages] == [0, 0]
    assert [sorted(each) for each in chosen(plan)] == [["c3", "c4"], ["c1", "c2"]]


def test_the_next_best_site_is_one_that_no_other_stage_uses(town):
    plan = town(["", ""], people=(500, 500, 300))
    assert [site.next_best.other for stage in plan.stages for site in stage.proposal.sites] == [None, None]
