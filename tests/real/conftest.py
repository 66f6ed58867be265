"""The whole job on real layers that stand beside the checkout and are not part of it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from geoplan.project import Project
from geoplan.publish.offline import assert_offline
from geoplan.publish.publish import publish
from geoplan.types import Travel

if TYPE_CHECKING:
    from geoplan.plan import Plan

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
DEMO_WORDS = ("合成", "演示", "半真实", "synthetic", "semi-real", "demo")
RULES_OF_XINGTAI = ("邢台规划条文合并", "《邢台市“十四五”教育规划》")
"""The profile `combined` and its rules name the plan that their clauses come from, on any city's page."""


@dataclass(frozen=True)
class Job:
    """One whole job: the plan, and what was published of it."""

    project: Project
    plan: Plan
    page: Path

    @cached_property
    def html(self) -> str:
        return self.page.read_text(encoding="utf-8")

    @cached_property
    def summary(self) -> dict[str, Any]:
        return json.loads((self.page.parent / "summary.json").read_text(encoding="utf-8"))

    @cached_property
    def words(self) -> str:
        """What a visitor reads: the page without its scripts and styles, and the data block that fills it."""
        code = re.compile(r"<style.*?</style>|<script(?![^>]*application/json).*?</script>", re.DOTALL)
        return code.sub("", self.html)

    def stage(self, stage: str) -> Any:
        return next(each for each in self.plan.stages if each.stage == stage)

    def view(self, stage: str, travel: str) -> Any:
        return next(view for view in self.stage(stage).views if view.travel == travel)

    def share(self, stage: str, travel: str, when: str = "before") -> float:
        return getattr(self.view(stage, travel), when).total.share_covered

    def codes(self) -> set[str]:
        return {finding.code for finding in self.plan.findings}


@pytest.fixture(scope="session")
def data():
    """data(folder) -> its absolute path, or a skip with the reason."""

    def find(folder):
        if not (DATA / folder).is_dir():
            pytest.skip(f"needs the real layers in ../shared/data/{folder}, which are not part of the project")
        return DATA / folder

    return find


@pytest.fixture(scope="session")
def toml():
    """toml(value) -> the value as TOML; JSON's texts, numbers and lists are TOML's too."""
    return lambda value: json.dumps(str(value) if isinstance(value, Path) else value, ensure_ascii=False)


@pytest.fixture(scope="session")
def run_job():
    """run_job(folder, out) -> the job of the project.toml in `folder`, published into `out`."""

    def run(folder, out="out"):
        project = Project.open(folder)
        plan = project.plan()
        page = publish(plan, project.config.map, folder / out, progress=lambda _step: None)
        return Job(project, plan, page)

    return run


@pytest.fixture(scope="session")
def assert_sound_figures():
    """Facts that hold for every plan, whatever the city."""

    def check(job):
        people = job.plan.units.people.sum()
        for stage in job.plan.stages:
            for view in stage.views:
                _check_view(view, people, has_districts=bool(job.plan.units.district_ids))
            _check_walk_is_never_shorter(stage)
            _check_proposal(stage)

    return check


def _check_view(view, people, *, has_districts):
    before, after = view.before.total, view.after.total
    assert before.people == pytest.approx(people)
    assert 0 <= before.covered <= before.assessed <= before.people
    assert (view.before.covered <= view.after.covered).all()
    assert after.covered >= before.covered
    assert sum(gap.people for gap in view.gaps) == pytest.approx(before.uncovered, abs=1e-3)
    if has_districts:
        inside = view.before.demand.district >= 0
        districts = sum(tally.people for _, _, tally in view.before.by_district())
        assert districts == pytest.approx(view.before.tally(inside).people)


def _check_walk_is_never_shorter(stage):
    by = {view.travel: view for view in stage.views}
    if Travel.WALK in by:
        for when in ("before", "after"):
            straight, walk = getattr(by[Travel.STRAIGHT], when), getattr(by[Travel.WALK], when)
            assert (walk.distance_m >= straight.distance_m - 1e-3).all()
            assert straight.total.covered >= walk.total.covered


def _check_proposal(stage):
    proposal, solution = stage.proposal, stage.proposal.solution
    assert solution.status == "optimal"
    assert solution.gap == 0
    assert solution.objective == pytest.approx(solution.bound)
    assert solution.objective == pytest.approx(proposal.after.total.covered)
    newly = proposal.after.total.covered - proposal.before.total.covered
    assert proposal.people_newly_covered == pytest.approx(newly)
    assert sum(site.people_newly for site in proposal.sites) == pytest.approx(newly)
    assert all(site.why for site in proposal.sites)


@pytest.fixture(scope="session")
def assert_sound_page():
    """A page that works from a memory stick, is of its own city and small enough to send."""

    def check(job, *, most_bytes):
        assert job.page.stat().st_size < most_bytes
        assert_offline(job.html)
        assert job.project.config.name in job.words
        assert all(notice in job.words for notice in job.project.config.notices)
        own = job.words
        for citation in RULES_OF_XINGTAI:
            own = own.replace(citation, "")
        assert "邢台" not in own
        assert not [word for word in DEMO_WORDS if re.search(rf"\b{word}\b" if word.isascii() else word, job.words)]
        written = {path.name for path in job.page.parent.iterdir()}
        assert written == {job.page.name, "geoplan.gpkg", "geoplan.xlsx", "summary.json", "manifest.json"}

    return check
