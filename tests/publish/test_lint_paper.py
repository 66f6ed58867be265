"""PDF pages and the words that go along with a PNG are searched; what is not searched is said."""

from __future__ import annotations

import json
import struct
import sys
import zlib

import pytest

from geoplan.publish.edition import Edition
from geoplan.publish.lint import lint
from geoplan.publish.lint_paper import lint_printed, pdf_pages, png_words
from geoplan.publish.mapfile import read_map

NUMBER = "13812345678"


@pytest.fixture(scope="module")
def edition(tiny, tmp_path_factory):
    return Edition(tiny.plan(tmp_path_factory.mktemp("tiny")), read_map("consultation"))


@pytest.fixture
def pdf(tmp_path):
    """pdf("…", "…") -> a PDF with one page for each text, drawn as the atlas is, on a ground of lines."""
    pytest.importorskip("pypdf")
    from matplotlib.backends.backend_pdf import PdfPages
    from matplotlib.figure import Figure

    def draw(*texts, title="t"):
        path = tmp_path / "atlas.pdf"
        with PdfPages(path, metadata={"Title": title, "CreationDate": None}) as pages:
            for text in texts:
                figure = Figure()
                figure.subplots().plot([1, 2, 3])
                figure.text(0.1, 0.5, text)
                pages.savefig(figure)
        return path

    return draw


def found(edition, *files):
    kept = ("personal-mobile", "small-count", "totals-differ", "unreadable", "pdf-not-searched", "pictures-not-read")
    return [(each.code, each.layer) for each in lint(edition, files) if each.code in kept]


def test_the_words_of_every_page_are_read_back_brackets_and_keywords_of_pdf_too(pdf):
    pages = pdf_pages(pdf("(BT) 12,345 \\ ET", "1,234 people ( here"))
    assert "(BT) 12,345 \\ ET" in pages[0]
    assert "1,234 people ( here" in pages[1]


def test_personal_numbers_and_small_counts_of_a_page_are_errors_with_their_page(edition, pdf):
    path = pdf("nothing here", f"tel {NUMBER}", "there 5 pupils live")
    assert found(edition, path) == [("personal-mobile", "page 2"), ("small-count", "page 3")]
    assert NUMBER not in str(lint(edition, [path]))


def test_the_title_that_a_pdf_carries_is_searched(edition, pdf):
    assert found(edition, pdf("x", title=NUMBER)) == [("personal-mobile", "metadata")]


def figures(folder, text):
    places = ["atlas.pdf 图01 小学规划布局图", "text.docx 第二章"]
    document = {"figures": {"primary.sites": {"text": text}}, "printed": {"primary.sites": places}}
    path = folder / "figures.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_a_figure_that_a_sheet_must_print_stands_on_its_page(pdf, tmp_path):
    path = pdf("contents 7", "sites 1,234", "1,234 on another sheet")
    assert list(lint_printed([path, figures(tmp_path, "1,234")])) == []
    ((where, place, key, text),) = lint_printed([path, figures(tmp_path, "234")])
    assert (where.name, place[:13], key, text) == ("atlas.pdf", "atlas.pdf 图01", "primary.sites", "234")


def test_a_figure_missing_from_its_sheet_is_an_error_of_the_lint(edition, pdf, tmp_path):
    path = pdf("contents", "sites 8", "sites 7")
    assert ("totals-differ", "") in found(edition, path, figures(tmp_path, "7"))


def test_a_damaged_pdf_is_unreadable(edition, tmp_path):
    pytest.importorskip("pypdf")
    (tmp_path / "atlas.pdf").write_bytes(b"%PDF-1.4 and no more")
    assert found(edition, tmp_path / "atlas.pdf") == [("unreadable", "")]


def test_without_the_library_the_lint_says_that_the_pdf_was_not_searched(edition, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pypdf", None)
    (tmp_path / "atlas.pdf").write_bytes(b"%PDF")
    findings = [each for each in lint(edition, [tmp_path / "atlas.pdf"]) if each.file == "atlas.pdf"]
    assert [each.code for each in findings] == ["pdf-not-searched"]
    assert "pip install 'geoplan[pdf]'" in findings[0].what
    assert list(lint_printed([tmp_path / "atlas.pdf", figures(tmp_path, "7")])) == []


def picture(path, kind, data):
    """A PNG of one pixel with a chunk more."""
    parts = ((b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)), (kind, data),
             (b"IDAT", zlib.compress(b"\0\0")), (b"IEND", b""))  # fmt: skip
    chunks = (struct.pack(">I", len(each)) + name + each + struct.pack(">I", zlib.crc32(name + each))
              for name, each in parts)  # fmt: skip
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunks))
    return path


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (b"tEXt", b"Comment\0" + NUMBER.encode()),
        (b"zTXt", b"Comment\0\0" + zlib.compress(NUMBER.encode())),
        (b"iTXt", b"Comment\0\0\0zh\0\xe8\xaf\x84\0" + f"电话{NUMBER}".encode()),
        (b"iTXt", b"Comment\0\1\0zh\0\0" + zlib.compress(f"电话{NUMBER}".encode())),
        (b"eXIf", b"II*\0" + NUMBER.encode()),
    ],
)
def test_words_that_go_along_with_a_picture_are_searched_and_one_note_says_what_is_not(edition, tmp_path, kind, data):
    path = picture(tmp_path / "a.png", kind, data)
    assert NUMBER in dict(png_words(path))[kind.decode()]
    assert found(edition, path) == [("personal-mobile", ""), ("pictures-not-read", "")]


def test_pictures_without_words_are_told_once(edition, tmp_path):
    paths = [picture(tmp_path / f"{each}.png", b"gAMA", b"\0\0\0\1") for each in "ab"]
    assert found(edition, *paths) == [("pictures-not-read", "")]
    (note,) = [each for each in lint(edition, paths) if each.code == "pictures-not-read"]
    assert (note.count, note.rows) == (2, ("a.png", "b.png"))


@pytest.mark.parametrize("data", [b"x", b"\x89PNG\r\n\x1a\n\0\0\0\5tEXtab"])
def test_a_picture_that_is_none_is_unreadable(edition, tmp_path, data):
    (tmp_path / "a.png").write_bytes(data)
    assert ("unreadable", "") in found(edition, tmp_path / "a.png")
