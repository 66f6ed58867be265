"""Zipped layers: what must not be unpacked, and that nothing is left behind."""

from __future__ import annotations

import zipfile

import pytest

SCHOOLS_CSV = "id,name,stage,capacity,lon,lat\ns1,一小,小学,1200,114.50,37.05\ns2,二中,初中,900,114.52,37.06\n"


def _zipped(town, name, **members):
    with zipfile.ZipFile(town.folder / name, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members.items():
            archive.writestr(member.replace("__", "."), content)
    town.layer("schools", f'path = "{name}"')
    return town.folder / name


def test_an_archive_that_lies_about_its_size_is_an_error(town):
    path = _zipped(town, "a.zip", schools__csv=SCHOOLS_CSV * 100)
    content = path.read_bytes()
    true = len(SCHOOLS_CSV.encode() * 100).to_bytes(4, "little")
    path.write_bytes(content.replace(true, (50).to_bytes(4, "little")))
    assert town.codes() == ["unreadable-file"]


def test_an_archive_with_a_password_says_so(town):
    path = _zipped(town, "a.zip", schools__csv=SCHOOLS_CSV)
    content = bytearray(path.read_bytes())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(bytes(content))
    assert "protected by a password" in town.finding("encrypted-file", "error").what


@pytest.mark.parametrize("member", ["../out.csv", "/srv/out.csv", "a/../../out.csv", "C:/out.csv", "..\\out.csv"])
def test_a_path_that_leads_out_of_the_archive_is_refused(town, member):
    _zipped(town, "a.zip", **{member: SCHOOLS_CSV})
    assert "leads out of it" in town.finding("unsafe-file", "error").what


def test_a_link_in_an_archive_is_refused(town):
    link = zipfile.ZipInfo("schools.csv")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(town.folder / "a.zip", "w") as archive:
        archive.writestr(link, "population.csv")
    town.layer("schools", 'path = "a.zip"')
    assert "holds a link" in town.finding("unsafe-file", "error").what


def test_an_archive_without_a_layer_lists_what_it_holds(town):
    _zipped(town, "a.zip", readme__md="x", photo__jpg="y")
    assert "found readme.md, photo.jpg" in town.finding("unreadable-file", "error").what


@pytest.mark.parametrize("share", [0.2, 0.5, 0.95])
def test_a_cut_archive_is_an_error(town, share):
    path = _zipped(town, "a.zip", schools__csv=SCHOOLS_CSV * 20)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    assert town.codes() == ["unreadable-file"]


def test_scratch_folders_are_gone_afterwards(town, tmp_path, monkeypatch):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    _zipped(town, "a.zip", schools__csv=SCHOOLS_CSV)
    assert len(town.frame("schools")) == 2
    _zipped(town, "a.zip", schools__csv="id\n\xff")
    town.codes()
    assert list(scratch.iterdir()) == []
