from __future__ import annotations

import pytest


@pytest.fixture
def shapefile(town, points):
    """schools.shp in an encoding, with or without the .cpg that says so."""

    def make(encoding: str, *, cpg: bool, name="学校名称"):
        columns = {"id": ["s1", "s2"], name: ["邢台市第一幼儿园", "二中"], "学段": ["幼儿园", "初中"]}
        town.save("schools.shp", columns, points, encoding=encoding)
        if not cpg:
            (town.folder / "schools.cpg").unlink()
        town.layer("schools", 'path = "schools.shp"')

    return make


@pytest.mark.parametrize("cpg", [True, False])
@pytest.mark.parametrize("encoding", ["UTF-8", "GBK"])
def test_chinese_headers_and_names_are_read_whatever_the_encoding(shapefile, town, encoding, cpg):
    shapefile(encoding, cpg=cpg)
    frame = town.frame("schools")
    assert list(frame["name"]) == ["邢台市第一幼儿园", "二中"]
    assert list(frame["stages"]) == [("kindergarten",), ("junior",)]


def test_the_decision_without_cpg_is_told(shapefile, town):
    shapefile("GBK", cpg=False)
    finding = town.finding("encoding", "note")
    assert "GB18030: there is no .cpg; not valid UTF-8, 84% Chinese characters" in finding.what


def test_a_cpg_that_does_not_fit_is_not_believed(shapefile, town):
    shapefile("GBK", cpg=True)
    town.write("schools.cpg", "UTF-8")
    assert list(town.frame("schools")["name"]) == ["邢台市第一幼儿园", "二中"]
    assert "does not fit" in town.finding("encoding").what


def test_forcing_the_wrong_encoding_is_an_error_that_names_the_column(shapefile, town):
    shapefile("GBK", cpg=False)
    town.layer("schools", 'path = "schools.shp"\nencoding = "UTF-8"')
    finding = town.finding("unreadable-file", "error")
    assert finding.file == "schools.shp"
    assert "is not UTF-8" in finding.what
    assert finding.rows == ("row 1",)


def test_an_unknown_encoding_is_an_error(shapefile, town):
    shapefile("GBK", cpg=False)
    town.layer("schools", 'path = "schools.shp"\nencoding = "GBX"')
    assert town.codes() == ["unknown-encoding"]


def test_a_header_that_the_dbf_cut_still_matches_its_alias(town, points):
    town.save("schools.shp", {"id": ["a", "b"], "学校办学类型": ["小学", "初中"]}, points, encoding="UTF-8")
    town.layer("schools", 'path = "schools.shp"')
    assert list(town.frame("schools")["stages"]) == [("primary",), ("junior",)]


@pytest.mark.parametrize("suffix", [".shp", ".dbf"])
def test_a_cut_shapefile_is_an_error_and_not_half_a_layer(shapefile, town, suffix):
    shapefile("UTF-8", cpg=True)
    path = town.folder / f"schools{suffix}"
    path.write_bytes(path.read_bytes()[:-20])
    assert "cut off" in town.finding("unreadable-file", "error").what


@pytest.mark.parametrize("suffix", [".shx", ".dbf"])
def test_a_missing_side_file_is_named(shapefile, town, suffix):
    shapefile("UTF-8", cpg=True)
    (town.folder / f"schools{suffix}").unlink()
    assert suffix in town.finding("missing-file", "error").what


def test_a_shapefile_without_prj_has_no_crs(shapefile, town):
    shapefile("UTF-8", cpg=True)
    (town.folder / "schools.prj").unlink()
    assert "no-crs" in town.codes()


def test_all_side_files_are_listed_for_the_manifest(shapefile, town):
    shapefile("UTF-8", cpg=True)
    layers, _ = town.check()
    names = {path.rsplit("/", 1)[-1] for path in layers.files}
    assert {"schools.shp", "schools.shx", "schools.dbf", "schools.prj", "schools.cpg"} <= names
