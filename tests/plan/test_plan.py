import pytest


@pytest.fixture(scope="module")
def town(open_project):
    """Two villages without schools, far from the one that has both stages, and a plot in each; more=… for the plots."""

    def build(stages):
        people = [{"id": f"p{at}", "people": 500, "x": 10_000 * at, "y": 0} for at in range(3)]
        schools = [{"id": "s1", "name": "一校", "stage": "小学、初中", "x": 0, "y": 0}]
        sites = [{"id": f"c{at}", "stage": stages[at - 1], "x": 10_000 * at, "y": 0} for at in (1, 2)]
        return open_project(
            head={"stages": '["primary", "junior"]', "profile": '"national"'}, tail="[propose]\nnew = 1",
            population=people, schools=schools, sites=sites, options={"population": 'columns = { area = "=urban" }'},
        ).plan()  # fmt: skip

    return build


def test_a_plot_that_two_stages_want_is_told(town):
    (finding,) = [each for each in town(["", ""]).findings if each.code == "plot-proposed-twice"]
    assert "c1: 小学、初中" in finding.what


def test_plots_with_a_stage_of_their_own_are_not(town):
    plan = town(["小学", "初中"])
    assert [site.id for stage in plan.stages for site in stage.proposal.sites] == ["c1", "c2"]
    assert "plot-proposed-twice" not in {each.code for each in plan.findings}
