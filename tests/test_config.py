from pathlib import Path

import pytest

from geoplan.config import DATUMS, MODELS, PROJECT_FILE, ROLES, read_project
from geoplan.errors import ConfigError, MissingFileError
from geoplan.types import Stage, Travel

LEAST = '[layers.schools]\npath = "s.csv"\n[layers.population]\npath = "p.csv"\n'


@pytest.fixture
def read(tmp_path):
    def from_text(text):
        (tmp_path / PROJECT_FILE).write_text(text, encoding="utf-8")
        return read_project(tmp_path)

    return from_text


@pytest.fixture
def faults(read):
    def from_text(text):
        with pytest.raises(ConfigError) as caught:
            read(text)
        return str(caught.value)

    return from_text


def test_two_paths_are_a_whole_project_and_everything_else_has_a_default(read, tmp_path):
    config = read(LEAST)
    assert (config.name, config.profile, config.crs, config.map) == (tmp_path.name, "combined", "auto", "consultation")
    assert config.stages == (Stage.KINDERGARTEN, Stage.PRIMARY, Stage.JUNIOR)
    assert (config.propose.model, config.propose.travel, config.propose.time_limit_s) == ("max_cover", None, 20.0)
    assert config.propose.new == dict.fromkeys(config.stages, 3)
    assert set(config.layers) == {"schools", "population"}
    assert config.layers["population"].counts == "people"


def test_paths_of_layers_are_relative_to_the_folder_of_the_file(read, tmp_path):
    assert read(LEAST).layer_path("schools") == (tmp_path / "s.csv").resolve()


def test_the_file_itself_may_be_named_in_place_of_its_folder(read, tmp_path):
    read(LEAST)
    assert read_project(tmp_path / PROJECT_FILE).folder == tmp_path.resolve()


def test_a_folder_without_project_toml_says_how_to_make_one(tmp_path):
    with pytest.raises(MissingFileError, match="geoplan init"):
        read_project(tmp_path)


def test_a_missing_project_file_is_also_the_builtin_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_project(tmp_path / "nowhere")


def test_broken_toml_names_the_file_and_the_line(faults):
    message = faults("[project]\nname = \n")
    assert PROJECT_FILE in message
    assert "line 2" in message


def test_a_file_in_gbk_is_refused_by_name(tmp_path):
    (tmp_path / PROJECT_FILE).write_bytes('[project]\nname = "邢台"\n'.encode("gbk"))
    with pytest.raises(ConfigError, match="UTF-8"):
        read_project(tmp_path)


def test_every_fault_is_listed_at_once_with_near_match_hints(faults):
    message = faults(
        """
        [project]
        nam = "x"
        stages = ["primry", "junior"]
        notices = "one"
        [layer.schools]
        path = "s.csv"
        [layers.school]
        path = "s.csv"
        [layers.schools]
        pth = "s.csv"
        datum = "gjc02"
        [layers.population]
        path = "p.csv"
        counts = "pupil"
        spread = { by = "length", clip_to_carriers = "yes", total = "people" }
        [propose]
        model = "maxcover"
        new = -1
        candidate_spacing_m = 0
        """
    )
    for words in (
        "project.nam: unknown key", "Did you mean 'name'?", "'primry'", "Did you mean 'primary'?", "project.notices",
        "layer: unknown key", "Did you mean 'layers'?", "layers.school: unknown key", "Did you mean 'schools'?",
        "layers.schools.pth: unknown key", "layers.schools.path: missing", "Did you mean 'gcj02'?",
        "layers.population.counts", "Did you mean 'pupils'?", "clip_to_carriers: expected true or false",
        "spread.total: unknown key", "Did you mean 'totals'?", "propose.model", "Did you mean 'max_cover'?",
        "propose.new: expected a count", "candidate_spacing_m: expected a number above 0",
    ):  # fmt: skip
        assert words in message


def test_one_fault_is_listed_once_and_not_for_every_stage(faults):
    assert faults("[propose]\nnew = -1").count("propose.new") == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("layers = 3", "layers: expected a table"),
        ("[layers]\nschools = 3", "layers.schools: expected a table"),
        ("project = []", "project: expected a table"),
        ("[project]\nname = true", "project.name: expected text"),
        ('[project]\nstages = "primary"', "project.stages: expected a list"),
        ("[project]\nnotices = [true]", "project.notices: expected text"),
        ("[propose]\nnew = true", "propose.new"),
        ("[propose]\nnew = 1.5", "propose.new"),
        ("[propose]\nnew = { primry = 1 }", "propose.new.primry"),
        ("[propose]\ntime_limit_s = 0", "propose.time_limit_s"),
        ("[propose]\ntime_limit_s = nan", "propose.time_limit_s"),
        ('[propose]\ntravel = "wlk"', "Did you mean 'walk'?"),
        ('[layers.roads]\npath = "r"\ncounts = "people"', "layers.roads.counts: unknown key"),
        ('[layers.schools]\npath = "s"\ncolumns = "x"', "layers.schools.columns: expected a table"),
        ('[layers.schools]\npath = "s"\nwhere = { status = 3 }', "layers.schools.where.status"),
        ("[project]\nstages = []", "project.stages"),
        ('[layers.schools]\npath = ""', "layers.schools.path"),
    ],
)
def test_an_impossible_value_is_named_by_its_key(faults, text, words):
    assert words in faults(text)


def test_new_may_be_a_count_a_table_by_stage_or_as_many_as_needed(read):
    assert read("[propose]\nnew = 2").propose.new[Stage.JUNIOR] == 2
    assert read('[propose]\nnew = "all"').propose.new[Stage.PRIMARY] is None
    table = read('[propose]\nnew = { primary = 4, junior = "all" }').propose.new
    assert table == {Stage.KINDERGARTEN: 0, Stage.PRIMARY: 4, Stage.JUNIOR: None}


def test_a_layer_keeps_its_columns_filters_and_datum(read):
    text = """
    [layers.schools]
    path = "s.shp"
    encoding = "gb18030"
    datum = "gcj02"
    columns = { stage = "=primary", capacity = "学位数" }
    where = { status = "在用", kind = ["a", "b"] }
    """
    layer = read(text).layers["schools"]
    assert (layer.encoding, layer.datum) == ("gb18030", "gcj02")
    assert layer.columns == {"stage": "=primary", "capacity": "学位数"}
    assert layer.where == {"status": ("在用",), "kind": ("a", "b")}


def test_a_stage_named_twice_is_planned_once(read):
    assert read('[project]\nstages = ["primary", "junior", "primary"]').stages == (Stage.PRIMARY, Stage.JUNIOR)


def test_a_number_or_a_date_may_stand_for_a_text(read):
    config = read("[project]\nname = 2035\ndata_date = 2025-09-01\ncrs = 4547")
    assert (config.name, config.data_date, config.crs) == ("2035", "2025-09-01", "4547")


def test_the_travel_mode_of_proposals_is_read(read):
    assert read('[propose]\ntravel = "straight"').propose.travel is Travel.STRAIGHT


def test_the_template_that_init_writes_can_be_read(tmp_path):
    template = Path(__file__).parents[1] / "data" / "template" / PROJECT_FILE
    (tmp_path / PROJECT_FILE).write_bytes(template.read_bytes())
    assert read_project(tmp_path).profile == "combined"


def test_the_words_of_the_configuration_are_those_of_the_issue():
    spatial = "districts schools population roads barriers sites zones estates parcels premises stops"
    tables = "enrolment births ages statistics projects"
    assert (*spatial.split(), *tables.split()) == ROLES
    assert set(MODELS) == {"max_cover", "p_median", "set_cover", "p_center"}
    assert set(DATUMS) >= {"wgs84", "gcj02", "bd09"}
