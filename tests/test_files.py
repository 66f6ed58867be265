import hashlib
import os
import signal
import threading

import pytest

from geoplan import files
from geoplan.errors import PublishError
from geoplan.files import bundled, own_or_bundled, sha256, whole_or_nothing


def contents(folder):
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def out(tmp_path):
    """A folder with the last good output in it."""
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "map.html").write_text("good")
    (folder / "own-notes.txt").write_text("mine")
    return folder


def test_files_appear_when_the_block_ends_and_other_files_stay(out):
    with whole_or_nothing(out) as scratch:
        (scratch / "map.html").write_text("better")
        (scratch / "tables").mkdir()
        (scratch / "tables" / "a.csv").write_text("1")
        assert (out / "map.html").read_text() == "good"
    assert contents(out) == {"map.html": "better", "own-notes.txt": "mine", os.path.join("tables", "a.csv"): "1"}  # noqa: PTH118


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit, MemoryError])
def test_a_block_that_fails_leaves_the_last_good_output_and_no_scratch(out, error):
    def interrupted():
        with whole_or_nothing(out) as scratch:
            (scratch / "map.html").write_text("half")
            (scratch / "new.gpkg").write_text("half")
            raise error

    with pytest.raises(error):
        interrupted()
    assert contents(out) == {"map.html": "good", "own-notes.txt": "mine"}
    assert [path.name for path in out.iterdir() if path.name.startswith(".")] == []


def test_ctrl_c_during_the_renames_is_held_back_until_all_files_are_there(out, monkeypatch):
    replace = os.replace

    def slow(source, target):
        os.kill(os.getpid(), signal.SIGINT)
        replace(source, target)

    monkeypatch.setattr(files.os, "replace", slow)

    def renamed():
        with whole_or_nothing(out) as scratch:
            for name in ("a", "b", "c"):
                (scratch / name).write_text("new")

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        renamed()
    assert {name: contents(out).get(name) for name in "abc"} == dict.fromkeys("abc", "new")
    assert signal.getsignal(signal.SIGINT) is before


def test_outside_the_main_thread_files_are_written_all_the_same(out):
    def write():
        with whole_or_nothing(out) as scratch:
            (scratch / "map.html").write_text("better")

    worker = threading.Thread(target=write)
    worker.start()
    worker.join()
    assert contents(out)["map.html"] == "better"


def test_the_folder_is_made_with_its_parents(tmp_path):
    with whole_or_nothing(tmp_path / "a" / "b") as scratch:
        (scratch / "x").write_text("1")
    assert contents(tmp_path / "a" / "b") == {"x": "1"}


def test_a_file_in_place_of_the_folder_is_a_publish_error_that_names_it(tmp_path):
    (tmp_path / "out").write_text("a file")

    def write():
        with whole_or_nothing(tmp_path / "out"):
            pass

    with pytest.raises(PublishError, match=r"Cannot write to .*out.*--out"):
        write()
    assert (tmp_path / "out").read_text() == "a file"


def test_a_folder_in_place_of_a_file_is_a_publish_error_and_nothing_is_replaced(out):
    (out / "z.html").mkdir()
    (out / "z.html" / "inside").write_text("mine")
    before = contents(out)

    def write():
        with whole_or_nothing(out) as scratch:
            (scratch / "map.html").write_text("better")
            (scratch / "z.html").write_text("new")

    with pytest.raises(PublishError):
        write()
    assert contents(out) == before


def test_a_second_run_over_the_first_replaces_its_files(out):
    for text in ("one", "two"):
        with whole_or_nothing(out) as scratch:
            (scratch / "map.html").write_text(text)
    assert contents(out)["map.html"] == "two"


def test_written_files_can_be_read_by_others(out):
    with whole_or_nothing(out) as scratch:
        (scratch / "map.html").write_text("better")
    umask = os.umask(0)
    os.umask(umask)
    assert (out / "map.html").stat().st_mode & 0o777 == 0o666 & ~umask


@pytest.mark.parametrize("folder", ["layers", "data", "maps"])
def test_the_three_folders_of_the_planner_are_bundled(folder):
    assert bundled(folder).is_dir()


def test_a_project_s_own_file_wins_over_the_bundled_one(tmp_path):
    assert own_or_bundled(tmp_path, "data/rules/national.toml") == bundled("data") / "rules" / "national.toml"
    own = tmp_path / "data" / "rules" / "national.toml"
    own.parent.mkdir(parents=True)
    own.write_text("")
    assert own_or_bundled(tmp_path, "data/rules/national.toml") == own
    assert own_or_bundled(None, "data/rules/national.toml") != own


def test_the_hash_of_a_file_is_that_of_its_bytes(tmp_path):
    data = os.urandom(300_000)
    (tmp_path / "x").write_bytes(data)
    assert sha256(tmp_path / "x") == hashlib.sha256(data).hexdigest()
