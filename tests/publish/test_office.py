"""文本 and 说明书: every number from the figures, hostile names as text, an office's own template, the same bytes."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from geoplan.editions import edition_of
from geoplan.errors import MissingExtraError, PublishError
from geoplan.files import bundled
from geoplan.project import Project
from geoplan.publish.figures import figures_of
from geoplan.publish.office import places_in_texts, write_explanation, write_text
from geoplan.publish.office.context import context_of
from geoplan.publish.office.finish import numeral
from geoplan.publish.office.lookup import OPEN, SHUT

docx = pytest.importorskip("docx", reason="docxtpl is not installed: pip install 'geoplan[word]'")

spec = importlib.util.spec_from_file_location("office_tiny", Path(__file__).parent / "tiny.py")
tiny = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tiny)

WRITERS = {"text": write_text, "explanation": write_explanation}


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return edition_of(Project.open(tiny.write(tmp_path_factory.mktemp("office"), roads=True, new=2)))


@pytest.fixture(scope="module")
def counties(two_counties):
    return edition_of(Project.open(two_counties()))


@pytest.fixture
def own_template(town):
    """own_template(line, …): the town with a maps/text.docx of its own that holds these paragraphs."""
    folder = town.plan.config.folder / "maps"

    def write(*lines):
        folder.mkdir(exist_ok=True)
        document = docx.Document()
        for line in lines:
            document.add_paragraph(line)
        document.save(folder / "text.docx")
        return town

    yield write
    for path in folder.glob("text.docx"):
        path.unlink()


def written(edition, name, folder):
    path = folder / f"{name}.docx"
    places = WRITERS[name](edition, figures_of(edition), path)
    return path, places


def paragraphs(path):
    return [each.text for each in docx.Document(path).element.body.iter() if each.tag.endswith("}p")]


def whole(path):
    return "\n".join(paragraphs(path))


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("which", ["town", "counties"])
def test_every_number_that_a_text_says_it_prints_stands_there_as_in_the_figures(name, which, request, tmp_path):
    edition = request.getfixturevalue(which)
    figures = figures_of(edition)
    path, places = written(edition, name, tmp_path)
    text = whole(path)
    assert len(places) > 20
    for key in places:
        assert figures[key].text in text, key


def test_the_articles_of_the_coverage_goal_hold_the_share_before_and_after(town, tmp_path):
    figures = figures_of(town)
    path, places = written(town, "text", tmp_path)
    before, after = (figures[f"kindergarten.straight.{phase}.share"].text for phase in ("before", "after"))
    assert f"幼儿园：按直线距离计，由现状{before}提高到{after}；" in whole(path)
    assert any("第二章 目标与标准" in place for place in places["kindergarten.straight.before.share"])


@pytest.mark.parametrize("name", WRITERS)
def test_no_number_stands_in_a_template_outside_its_tags(name):
    path = bundled("maps") / f"{name}.docx"
    plain = re.sub(r"\{[{%].*?[%}]\}", "", whole(path))
    # what may stand there: percentiles' names, digits of SHA-256, Gini's zero, file endings, the rule on small counts
    for known in ("95%", "SHA-256", "前 12 位", "（0 为人人相同）", "<10", "国办发〔2012〕48号"):
        plain = plain.replace(known, "")
    assert re.findall(r"[0-9]+", plain) == []


@pytest.mark.parametrize("name", WRITERS)
def test_the_same_edition_gives_the_same_bytes_without_the_clock(town, tmp_path, name):
    first, _ = written(town, name, tmp_path)
    data = first.read_bytes()
    second, _ = written(town, name, tmp_path)
    assert second.read_bytes() == data
    with zipfile.ZipFile(second) as package:
        assert {each.date_time for each in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    properties = docx.Document(second).core_properties
    assert str(properties.created).startswith("2024-09-01")
    assert properties.author == "=author"


@pytest.mark.parametrize("name", WRITERS)
def test_nothing_of_the_machinery_is_left_in_a_text(town, tmp_path, name):
    path, _ = written(town, name, tmp_path)
    with zipfile.ZipFile(path) as package:
        for part in package.namelist():
            if part.endswith((".xml", ".rels")):
                text = package.read(part).decode("utf-8")
                ET.fromstring(text)  # noqa: S314  our own file
                assert OPEN not in text
                assert SHUT not in text
                assert "{{" not in text
                assert "{%" not in text


def test_chapters_and_articles_number_themselves_and_the_contents_list_the_chapters(town, tmp_path):
    path, _ = written(town, "text", tmp_path)
    document = docx.Document(path)
    chapters = [each.text for each in document.paragraphs if each.style.name == "Heading 1"]
    assert chapters == ["总则", "目标与标准", "学龄人口预测", "学位供需", "布局规划", "近期建设", "撤并与农村学校",
                        "实施保障", "附则"]  # fmt: skip
    assert document.styles["Heading 1"].element.xpath("w:pPr/w:numPr/w:numId/@w:val")
    listed = [each.text for each in document.paragraphs if each.style.name == "toc 1"]
    assert listed == [f"第{numeral(at)}章　{each}" for at, each in enumerate(chapters, 1)]
    # the field of the contents begins in the first of these lines and ends in the last
    lines = [each.paragraph_format.element for each in document.paragraphs if each.style.name == "toc 1"]
    marks = [mark for line in lines for mark in line.xpath(".//w:fldChar/@w:fldCharType")]
    assert marks == ["begin", "separate", "end"]


@pytest.mark.parametrize(
    ("number", "text"),
    [(1, "一"), (10, "十"), (12, "十二"), (20, "二十"), (35, "三十五"), (100, "一百"), (103, "一百零三"),
     (110, "一百一十"), (215, "二百一十五")],
)  # fmt: skip
def test_articles_are_counted_as_word_counts_them(number, text):
    assert numeral(number) == text


def test_a_project_without_forecast_and_ledger_still_gets_its_texts(town, tmp_path):
    bare = replace(town, pupils=None, ledger=None)
    path, _ = written(bare, "text", tmp_path)
    assert "学龄人口预测由编制机关另行补充" in whole(path)
    path, _ = written(bare, "explanation", tmp_path)
    assert "学位供需平衡" not in whole(path)


HOSTILE = ("<b>&\"'", "{{ f }}", "{% for x in y %}", "]]>", "=1+1", "\x07\x00\ufdd01\ufdd1", "${x}", "\u202e倒")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_names_stay_text_in_both_documents(tmp_path, hostile):
    folder = tiny.write(tmp_path)
    sites = folder / "sites.csv"
    name = hostile.replace('"', '""')
    sites.write_text(sites.read_text(encoding="utf-8").replace("闲置一号", f"甲{name}乙"), encoding="utf-8")
    edition = edition_of(Project.open(folder))
    assert edition.plan.stages[0].proposal.sites[0].name.startswith("甲")
    for writer in WRITERS:
        path, places = written(edition, writer, tmp_path)
        shown = re.sub("[\x00-\x08\ufdd0-\ufdef]", "", hostile)
        assert f"甲{shown}乙" in whole(path)
        assert "kindergarten.site.S1.people_newly" in places


def test_hidden_counts_of_children_are_hidden_in_both_documents(tmp_path):
    edition = edition_of(Project.open(tiny.write(tmp_path, counts="pupils", each=3)))
    path, _ = written(edition, "explanation", tmp_path)
    rows = [[cell.text for cell in row.cells] for table in docx.Document(path).tables for row in table.rows]
    gaps = [row for row in rows if re.fullmatch(r"G\d+", row[0])]
    assert gaps
    assert {row[3] for row in gaps} == {"<10"}
    assert "3" not in {cell for row in gaps for cell in row[3:]}


def test_the_findings_stand_under_chinese_titles_with_the_english_beneath(town, tmp_path):
    path, _ = written(town, "explanation", tmp_path)
    problems = context_of(town)["problems"]
    assert problems
    rows = {tuple(cell.text for cell in row.cells) for table in docx.Document(path).tables for row in table.rows}
    for each in problems:
        assert (
            each["severity_zh"],
            each["title_zh"],
            each["layer_zh"] or "—",
            each["count"],
            each["rows"] or "—",
        ) in rows
        assert not re.search("[a-z]{4,}", each["title_zh"])
    small = [each.text for each in docx.Document(path).paragraphs if each.style.name == "Remark"]
    assert {text for each in problems for text in each["texts"]} <= set(small)
    assert all(len(each["texts"]) <= 3 for each in problems)


def test_who_prepared_the_plan_is_named_in_one_way(town, tmp_path):
    path, _ = written(town, "text", tmp_path)
    assert "编制单位　=author" in paragraphs(path)
    assert "本规划由编制单位=author负责解释（由编制机关核定）。" in paragraphs(path)


def test_an_offices_own_template_wins_and_prints_figures_by_id(own_template, tmp_path):
    edition = own_template("共{{ f[\"project.people\"] }}人，{% if value['kindergarten.sites'] > 1 %}多处{% endif %}")
    path, places = written(edition, "text", tmp_path)
    assert whole(path) == "共3,000人，多处"
    assert places == {"project.people": ("text.docx",)}


def test_quotes_that_word_makes_round_are_understood(own_template, tmp_path):
    path, _ = written(own_template("{{ f[“project.people”] }}"), "text", tmp_path)
    assert whole(path) == "3,000"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            '{{ f["kindergarten.straight.befor.share"] }}',
            r'text\.docx.*f\["kindergarten\.straight\.befor\.share"\].*Did',
        ),
        ("{{ value['nothing.at.all'] }}", r"text\.docx.*nothing\.at\.all"),
        ("{{ document.title }}", r"text\.docx.*'document' is undefined.*\{\{ document\.title \}\}"),
        ("{% for a in stages %}{{ a.id }}", r"text\.docx.*end of.*for"),
        ("{{ f['project.people'] + 1 }}", r"text\.docx.*do not compute"),
    ],
)
def test_a_template_that_cannot_be_filled_is_named_with_its_tag(own_template, tmp_path, line, said):
    with pytest.raises(PublishError, match=f"(?s){said}"):
        written(own_template(line), "text", tmp_path)
    assert not (tmp_path / "text.docx").exists()


@pytest.mark.parametrize(
    "attack",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ f.__init__.__globals__ }}",
        "{{ f._figures }}",
        "{{ stages.append(1) }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    ],
)
def test_a_template_from_an_unknown_hand_reaches_nothing_but_words_and_figures(own_template, tmp_path, attack):
    with pytest.raises(PublishError, match=r"text\.docx"):
        written(own_template(attack), "text", tmp_path)


def test_the_example_of_the_docs_is_filled_as_it_stands(own_template, tmp_path):
    page = Path(__file__).parents[2] / "docs" / "trace.md"
    (example,) = re.findall(r"^```jinja\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    path, places = written(own_template(*example.splitlines()), "text", tmp_path)
    assert "现状学校3所，覆盖率33.3%。" in whole(path)
    assert "有规划选址。" in whole(path)
    assert len([line for line in paragraphs(path) if line.startswith("城关镇：")]) == 1
    assert "primary.straight.after.share" in places


def test_every_name_of_a_template_that_the_docs_list_is_there_and_no_other(town, counties):
    docs = Path(__file__).parents[2] / "docs"
    table = ""
    for name, end in (("trace", "## 限度"), ("statutory", "## 数据与 QGIS 工程")):
        page = (docs / f"{name}.md").read_text(encoding="utf-8")
        table += page[page.index("| 名称 name | 内容 holds |") : page.index(end)]
    listed = set(re.findall(r"`([a-z_0-9]+)`", table))
    names = {name for edition in (town, counties) for name in _names(context_of(edition))}
    assert names - listed == set()
    values = {"binding", "guide", "pending", "own"}
    assert listed - names - values <= {
        "unmet",
        "basis",
        "names",
        "year",
        "rejected",
        "places",
        "state_zh",
        "private",
        "same",
    }


def _names(value):
    """All keys of nested plain values."""
    if isinstance(value, dict):
        return set(value) | {name for each in value.values() for name in _names(each)}
    return {name for each in value for name in _names(each)} if isinstance(value, list) else set()


def _repacked(path, **changed):
    """The package again with parts changed or added, by name with `__` for `/`."""
    with zipfile.ZipFile(path) as package:
        parts = {each: package.read(each) for each in package.namelist()}
    for name, change in changed.items():
        part = name.replace("__", "/").replace("_X_", ".")
        parts[part] = change(parts.get(part, b""))
    with zipfile.ZipFile(path, "w") as package:
        for name, data in parts.items():
            package.writestr(name, data)


ACTIVE = {
    "vbaProject": {"word__vbaProject_X_bin": lambda _: b"x"},
    "attached": {"word___rels__settings_X_xml_X_rels": lambda _: (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
        b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate" '
        b'Target="http://attached.invalid/x.dotm" TargetMode="External"/></Relationships>')},
    "DDEAUTO": {"word__document_X_xml": lambda data: data.replace(
        b"<w:t>", b"<w:instrText>DDE</w:instrText><w:instrText>AUTO c</w:instrText><w:t>", 1)},
    "INCLUDETEXT": {"word__document_X_xml": lambda data: data.replace(
        b"<w:p>", b'<w:p><w:fldSimple w:instr=" INCLUDETEXT x "/>', 1)},
}  # fmt: skip


@pytest.mark.parametrize("what", ACTIVE)
def test_a_template_with_macros_or_things_from_elsewhere_is_refused(own_template, town, tmp_path, what):
    own_template("x")
    _repacked(town.plan.config.folder / "maps" / "text.docx", **ACTIVE[what])
    with pytest.raises(PublishError, match=f"(?s)maps/text\\.docx is refused as a template.*{what}"):
        written(town, "text", tmp_path)


def test_a_template_that_unpacks_to_far_too_much_is_refused(own_template, town, tmp_path):
    own_template("x")
    _repacked(town.plan.config.folder / "maps" / "text.docx", word__media__a_X_png=lambda _: b"")
    path = town.plan.config.folder / "maps" / "text.docx"
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/media/b.png", bytes(65 * 1024 * 1024))
    with pytest.raises(PublishError, match="larger than 64 MB"):
        written(town, "text", tmp_path)


@pytest.mark.parametrize("data", [b"not a document", b"PK\x05\x06" + bytes(18)])
def test_a_file_that_is_no_word_document_is_refused_by_name(town, own_template, tmp_path, data):
    own_template("x")
    (town.plan.config.folder / "maps" / "text.docx").write_bytes(data)
    with pytest.raises(PublishError, match=r"maps/text\.docx cannot be read as a Word document"):
        written(town, "text", tmp_path)


def test_without_docxtpl_the_message_says_what_to_install(town, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "docxtpl", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'geoplan\[word\]'"):
        written(town, "text", tmp_path)
    assert places_in_texts(town, figures_of(town)) == {}


def test_the_bundled_templates_are_what_their_sources_build(tmp_path):
    source = bundled("maps") / "word"
    copy = tmp_path / "maps" / "word"
    copy.mkdir(parents=True)
    for path in source.glob("*.[mp]*"):
        (copy / path.name).write_bytes(path.read_bytes())
    subprocess.run([sys.executable, str(copy / "build.py")], check=True, capture_output=True)
    for name in WRITERS:
        with (
            zipfile.ZipFile(bundled("maps") / f"{name}.docx") as kept,
            zipfile.ZipFile(tmp_path / "maps" / f"{name}.docx") as built,
        ):
            assert {each: kept.read(each) for each in kept.namelist()} == {
                each: built.read(each) for each in built.namelist()
            }
