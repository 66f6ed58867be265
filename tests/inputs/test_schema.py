from __future__ import annotations

import re
from pathlib import Path

import pytest

from geoplan.config import ROLES
from geoplan.errors import ConfigError
from geoplan.inputs import layer_schemas
from geoplan.inputs.headers import header_key
from geoplan.inputs.schema import read_schema
from geoplan.inputs.values import fold
from geoplan.types import Stage


@pytest.fixture(scope="module")
def schemas():
    return layer_schemas(None)


def test_every_role_has_a_layer_file(schemas):
    assert tuple(schemas) == ROLES


def test_only_schools_and_population_are_required(schemas):
    assert {role for role, schema in schemas.items() if schema.required} == {"schools", "population"}


@pytest.mark.parametrize("role", [*ROLES, "coordinates"])
def test_no_header_means_two_columns_of_a_layer(role):
    columns = read_schema(None, role).columns.values()
    keys = [header_key(name) for column in columns for name in column.names]
    assert {key for key in keys if keys.count(key) > 1} == set()


@pytest.mark.parametrize("role", ROLES)
def test_every_column_and_legend_speaks_both_languages(schemas, role):
    schema = schemas[role]
    assert all(column.doc_zh and column.doc_en for column in schema.columns.values())
    assert schema.style.legend_zh
    assert schema.style.legend_en


@pytest.mark.parametrize("role", ROLES)
def test_the_words_of_a_column_stay_apart_once_folded(schemas, role):
    for column in schemas[role].columns.values():
        assert len({fold(word) for word in column.words}) == len(column.words)


def test_stages_differ_in_colour_and_in_shape(schemas):
    style = schemas["schools"].style
    looks = [style.of(stage) for stage in Stage]
    assert style.by == "stages"
    assert [look.colour for look in looks] == ["#E69F00", "#0072B2", "#009E73", "#CC79A7"]
    assert [look.shape for look in looks] == ["circle", "square", "triangle", "diamond"]


def test_sites_take_their_stage_words_from_schools(schemas):
    assert schemas["sites"].columns["stage"].words == schemas["schools"].columns["stage"].words


def test_a_project_own_layer_file_wins_over_the_bundled_one(tmp_path):
    (tmp_path / "layers").mkdir()
    (tmp_path / "layers" / "roads.toml").write_text('role = "roads"\ntitle_zh = "路"\n', encoding="utf-8")
    schemas = layer_schemas(tmp_path)
    assert schemas["roads"].title_zh == "路"
    assert schemas["schools"].title_zh == "学校"


def test_all_faults_of_a_layer_file_are_told_at_once_with_hints(tmp_path):
    (tmp_path / "layers").mkdir()
    text = 'role = "roads"\ntitel_zh = "路"\ngeometry = ["lines"]\n[columns.id]\ntype = "txt"\nalias = []\n'
    (tmp_path / "layers" / "roads.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        layer_schemas(tmp_path)
    message = str(caught.value)
    assert "roads.toml" in message
    assert "titel_zh: unknown key" in message
    assert "Did you mean 'title_zh'?" in message
    assert "unknown 'lines'" in message
    assert "columns.id.type: expected one of" in message
    assert "columns.id.alias: unknown key" in message


def test_a_bare_number_in_a_layer_file_is_a_slip(tmp_path):
    (tmp_path / "layers").mkdir()
    text = 'role = "roads"\ntitle_zh = 5\n[columns.id]\naliases = [2020]\n'
    (tmp_path / "layers" / "roads.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        layer_schemas(tmp_path)
    assert "title_zh: expected text, found 5." in str(caught.value)
    assert "columns.id.aliases: expected text, found 2020." in str(caught.value)


def test_tables_are_the_roles_without_a_place(schemas):
    tables = {role for role, schema in schemas.items() if schema.is_table}
    assert tables == {"enrolment", "births", "ages", "statistics", "projects"}


def test_words_of_its_own_join_those_of_another_layer(schemas):
    words = schemas["statistics"].columns["stage"].words
    assert words["学前三年毛入园率"] == (Stage.KINDERGARTEN,)
    assert words["初中"] == (Stage.JUNIOR,)


def test_a_header_is_shared_only_with_a_column_that_stands_before(tmp_path):
    (tmp_path / "layers").mkdir()
    text = 'role = "roads"\n[columns.id]\nsame_header_as = "class"\n[columns.class]\nopen = "yes"\n'
    (tmp_path / "layers" / "roads.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        layer_schemas(tmp_path)
    assert "columns.id.same_header_as: expected a column that stands before it, found 'class'" in str(caught.value)
    assert "columns.class.open: expected true or false" in str(caught.value)


@pytest.mark.parametrize("role", ROLES)
def test_flags_with_words_say_only_yes_or_no(schemas, role):
    flags = [column for column in schemas[role].columns.values() if column.type == "flag"]
    assert {word for column in flags for word in column.words.values()} <= {"yes", "no"}


@pytest.mark.parametrize("role", ROLES)
def test_every_value_of_a_choice_is_a_word_for_itself(schemas, role):
    for column in schemas[role].columns.values():
        if column.type == "choice":
            assert {value for value in column.words.values() if column.words.get(value) != value} == set(), column.name


ROOT = Path(__file__).parents[2]
CODE = re.compile(r'(?:error|warning|note)\(\s*(?:[\w.]+source),\s*"([a-z0-9-]+)"')


def test_every_finding_of_the_door_is_explained():
    page = (ROOT / "docs" / "layers.md").read_text(encoding="utf-8")
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "geoplan" / "inputs").glob("*.py")]
    codes = {code for text in sources for code in CODE.findall(text)}
    assert len(codes) > 30
    assert {code for code in codes if f"`{code}`" not in page} == set()


@pytest.mark.parametrize("role", ROLES)
def test_every_layer_and_each_of_its_columns_is_explained(schemas, role):
    page = (ROOT / "docs" / "layers.md").read_text(encoding="utf-8")
    section = re.split(r"^##", page.split(f"\n### {role}", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]
    ranged = r"age_\d+.*|pupils_\w+|\w+_(?:classes|enrolment)|code"
    named = [name for name in schemas[role].columns if not re.fullmatch(ranged, name) and name != "id"]
    assert [name for name in named if f"`{name}`" not in section] == []


def test_a_column_that_a_project_s_own_file_lacks_is_the_bundled_one(tmp_path, schemas):
    (tmp_path / "layers").mkdir()
    text = 'role = "schools"\n[columns.stage]\ntype = "stages"\nrequired = true\naliases = ["类"]\n'
    (tmp_path / "layers" / "schools.toml").write_text(text, encoding="utf-8")
    own = layer_schemas(tmp_path)["schools"].columns
    assert own["stage"].aliases == ("类",)
    assert own["enrolment"] == schemas["schools"].columns["enrolment"]
    assert set(own) == set(schemas["schools"].columns)
