"""All that a pupils' town publishes, solved together by a reader with patience (adversary.py)."""

from __future__ import annotations

import csv
import importlib.util
import random
import re
from pathlib import Path

import pytest

from geoplan.project import Project
from geoplan.publish.edition import Edition
from geoplan.publish.figures import figures_of
from geoplan.publish.mapfile import read_map
from geoplan.publish.payload import build_payload
from geoplan.publish.privacy_plan import release_of
from geoplan.publish.proposal_words import proposal_sentences
from geoplan.publish.public_summary import public_summary


def load(name):
    """A module beside this one (importlib mode has no packages to import it from)."""
    spec = importlib.util.spec_from_file_location(f"geoplan_adversary_{name}", Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


tiny, adversary = load("tiny"), load("adversary")

SCENARIOS = """
[[scenarios]]
name = "不用一号"
exclude = ["S1"]
[[scenarios]]
name = "建三所"
new = { kindergarten = 3, primary = 1 }
"""
COUNTED = re.compile(r"(?<![\d,.<≥>])[1-9][\d,]*\s?(?:人(?!·)|名学生|pupils|people|of the)")


@pytest.fixture(scope="module", params=range(6))
def plan(request, tmp_path_factory):
    """The tiny town with other pupils at every place, a kindergarten that closes, years and two scenarios."""
    folder = tiny.write(tmp_path_factory.mktemp("adversary"), counts="pupils", years=(2026, 2030), new=2)
    chance = random.Random(request.param)  # noqa: S311  a town, not a secret
    rewrite(folder / "population.csv", lambda row: row | {"people": chance.choice((0, 2, 3, 8, 12, 25, 60, 140))})
    rewrite(folder / "schools.csv", lambda row: row | {"year_close": "2028" if row["id"] == "K3" else ""})
    file = folder / "project.toml"
    file.write_text(file.read_text(encoding="utf-8") + SCENARIOS, encoding="utf-8")
    return Project.open(folder).plan()


def rewrite(path, change):
    rows = [change(row) for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines())]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def texts_of(value):
    if isinstance(value, dict):
        for each in value.values():
            yield from texts_of(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts_of(each)
    elif isinstance(value, str):
        yield value


def test_all_that_is_told_together_solves_no_handful(plan):
    reader = adversary.Reader(plan)
    page, summary = build_payload(plan, read_map("consultation")), public_summary(plan)
    adversary.read_page(reader, plan, page)
    adversary.read_figures(reader, plan, figures_of(Edition(plan, read_map("consultation"))))
    adversary.read_summary(reader, plan, summary)
    adversary.read_tables(reader, plan)
    assert list(reader.solves()) == []
    assert len(reader.rows) > 40, "and much is told"


def test_no_sentence_counts_pupils_where_some_are_hidden(plan):
    page, summary = build_payload(plan, read_map("consultation")), public_summary(plan)
    said = [page["findings"], page["proposals"], page["scenarios"], summary["stages"], summary["findings"]]
    # these are made of audited counts
    audited = {text for stage in plan.stages for pair in proposal_sentences(plan, stage) for text in pair}
    audited |= {
        text
        for stage in plan.stages
        for view in stage.views
        for each in view.verdicts
        if each.unit == "share" and not release_of(plan).hides(
            "verdict", stage.stage.value, view.travel.value, each.place, each.area.value
        )
        for text in (each.zh, each.en)
    }  # fmt: skip
    assert [text for text in texts_of(said) if COUNTED.search(text) and text not in audited] == []
