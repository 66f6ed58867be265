import pytest

from geoplan.errors import ConfigError, PublishError
from geoplan.publish.mapfile import map_names, read_map


@pytest.fixture
def own_map(tmp_path):
    """own_map(text) -> a project folder with maps/own.toml."""

    def write(text):
        (tmp_path / "maps").mkdir()
        (tmp_path / "maps" / "own.toml").write_text(text, encoding="utf-8")
        return tmp_path

    return write


@pytest.mark.parametrize("name", map_names())
def test_every_bundled_map_can_be_read(name):
    assert all(zh and en for zh, en in read_map(name).notices)


def test_a_map_says_what_it_shows(own_map):
    text = '[map]\ntitle = "征求意见"\nboundaries = false\nbase = ["roads"]\n[[notices]]\nzh = "一"\nen = "one"\n'
    found = read_map("own", own_map(text))
    assert (found.title, found.approval_number, found.boundaries, found.base) == ("征求意见", "", False, ("roads",))
    assert found.notices == (("一", "one"),)


def test_an_empty_file_is_a_map_with_boundaries(own_map):
    found = read_map("own", own_map(""))
    assert (found.title, found.boundaries, found.base, found.notices) == ("", True, (), ())


def test_all_faults_of_a_map_are_told_at_once(own_map):
    folder = own_map('notise = 1\n[map]\ntitel = "x"\nboundaries = "no"\nbase = "roads"\n[[notices]]\nch = "一"\n')
    with pytest.raises(ConfigError) as caught:
        read_map("own", folder)
    for fault in (
        "notise: unknown key", "map.titel: unknown key; known: title, ", "Did you mean 'title'?",
        "map.boundaries: expected true or false, found 'no'.", "map.base: expected a list of texts",
        "notices[1].ch: unknown key; known: zh, en.",
    ):  # fmt: skip
        assert fault in str(caught.value)


def test_notices_are_tables(own_map):
    with pytest.raises(ConfigError, match=r"notices: expected tables, each headed \[\[notices\]\]"):
        read_map("own", own_map('notices = "x"'))


def test_an_unknown_map_is_refused_with_what_there_is(own_map):
    with pytest.raises(PublishError, match="Did you mean 'consultation'"):
        read_map("consultaton", own_map(""))


def test_a_map_says_when_it_is_on_notice_and_how_readers_answer(own_map):
    head = '[map]\nsources = ["普查"]\n[notice]\n'
    found = read_map("own", own_map(head + 'from = "2026-12-01"\nto = 2027-01-05\nchannels = [" 邮寄 ", ""]\n'))
    assert (str(found.notice.start), str(found.notice.end), found.notice.days) == ("2026-12-01", "2027-01-05", 35)
    assert (found.notice.channels, found.sources) == (("邮寄",), ("普查",))


@pytest.mark.parametrize(
    ("notice", "words"),
    [
        ('from = "2026-12-01"', "notice.to: expected a day such as"),
        (
            'from = "1.12.2026"\nto = "2027-01-05"',
            "notice.from: expected a day such as \"2026-12-01\", found '1.12.2026'",
        ),
        ('from = "2026-12-01"\nto = "2026-11-30"', "2026-11-30 lies before notice.from"),
        ('from = "2026-12-01"\nto = "2027-01-05"\nchanels = []', "Did you mean 'channels'"),
    ],
)
def test_a_notice_that_cannot_be_is_told_with_its_key(own_map, notice, words):
    with pytest.raises(ConfigError) as caught:
        read_map("own", own_map(f"[notice]\n{notice}\n"))
    assert words in str(caught.value)
