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
    assert (
        "junior wanted plots that go elsewhere: c1 to primary. Its plan is 200 (people within the radius) worse"
        in str(finding)
    )
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
