"""Stored answers: whole or absent, and never believed when damaged."""

from __future__ import annotations

import pytest

from geoplan.errors import PublishError
from geoplan.fetch.answer import Answer
from geoplan.fetch.store import Store

GOOD = Answer(b'{"elements": []}', "2026-11-20T08:00:00Z", "2026-11-21")


@pytest.fixture
def store(tmp_path):
    opened = Store(tmp_path / ".fetch")
    opened.open()
    return opened


def test_an_answer_is_kept_with_its_moment_and_server(store):
    store.put("q", GOOD, "http://host/api")
    kept = store.get("q")
    assert (kept.content, kept.osm_base, kept.date, kept.endpoint) == (
        GOOD.content,
        GOOD.osm_base,
        GOOD.date,
        "http://host/api",
    )
    assert store.get("another") is None


@pytest.mark.parametrize(
    "harm", [lambda b: b[:-9], lambda b: b[:40], lambda _b: b"", lambda b: b[:30] + b"\x00" + b[31:]]
)
def test_a_damaged_answer_is_no_answer(store, harm):
    store.put("q", GOOD, "http://host/api")
    path = store.path("q")
    path.write_bytes(harm(path.read_bytes()))
    assert store.get("q") is None


def test_an_answer_under_the_name_of_another_question_is_not_believed(store):
    store.put("q", GOOD, "http://host/api")
    store.path("q").rename(store.path("other"))
    assert store.get("other") is None


def test_equal_answers_are_stored_as_equal_bytes(store):
    store.put("q", GOOD, "http://host/api")
    before = store.path("q").read_bytes()
    store.put("q", GOOD, "http://host/api")
    assert store.path("q").read_bytes() == before


def test_git_ignores_the_stored_answers(store):
    assert (store.folder / ".gitignore").read_text(encoding="ascii") == "*\n"


def test_an_interrupted_write_leaves_nothing_behind(store, monkeypatch):
    def interrupted(*_arguments, **_more):
        raise KeyboardInterrupt

    monkeypatch.setattr("gzip.compress", interrupted)
    with pytest.raises(KeyboardInterrupt):
        store.put("q", GOOD, "http://host/api")
    assert [path.name for path in store.folder.iterdir()] == [".gitignore"]


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("", encoding="ascii")
    with pytest.raises(PublishError, match="Cannot write to"):
        Store(tmp_path / "file" / ".fetch").open()
