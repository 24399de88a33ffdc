"""A copied disk without the key: no embedding, no name and no phone in any file of the home."""

from __future__ import annotations

import base64
import gzip
import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from enroll import errors
from enroll.secrets import KeyFile
from enroll.vault import Vault
from ledger.book import Ledger
from ledger.home import station_key

NAME, PHONE, PIN = "Zebedee Quux", "5550177123", "907214"


CHARS_MIN = 7  # shorter ones would be met by chance
PIECE_BYTES = 24


def forms_of_bytes(data: bytes):
    yield data
    yield data.hex().encode()
    yield data.hex().upper().encode()
    for start in range(3):  # wherever a base64 text may begin, without what hangs over at its ends
        for text in (base64.b64encode(data[start:]), base64.urlsafe_b64encode(data[start:])):
            if len(text[4:-4]) >= CHARS_MIN:
                yield text[4:-4]


def forms_of_vector(vector: np.ndarray):
    """Pieces of the numbers in every form that somebody might have written."""
    for kind in ("<f4", ">f4", "<f8", ">f8", "<f2", ">f2"):
        data = vector.astype(kind).tobytes()
        for start in range(0, len(data) - PIECE_BYTES + 1, PIECE_BYTES):
            yield from forms_of_bytes(data[start : start + PIECE_BYTES])
    scaled = np.clip(np.round(vector * 127), -127, 127).astype(np.int8).tobytes()
    yield from forms_of_bytes(scaled[:32])
    for value in vector:
        for digits in (6, 8):
            yield f"{value:.{digits}f}".encode()
        yield repr(float(value)).encode()


def forms_of_text(text: str):
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        yield from forms_of_bytes(text.encode(encoding))
    yield text.lower().encode()
    yield text.upper().encode()


def files_of(folder):
    """Every file but the private keys, which the thief of this test does not have."""
    files = {
        str(p.relative_to(folder)): p.read_bytes()
        for p in folder.rglob("*")
        if p.is_file() and p.name != "master.key"
    }
    packed = [name for name in files if name.endswith(".gz")]
    return files | {f"{name}, unpacked": gzip.decompress(files[name]) for name in packed}


def found_in(files, forms):
    return [(name, form) for form in forms for name, data in files.items() if form in data]


@pytest.fixture
def lived_in(vault, person, embedding, demo_home, tmp_path):
    """A home with a past: enrolled, edited, renewed, rotated, paid, backed up, exported nowhere."""
    Ledger.create(demo_home, 1).close()
    shopper = vault.add(replace(person(1, name=NAME, phone=PHONE), pin=PIN))
    vault.add(person(2))
    vault.edit(shopper.pseudonym, name=f"{NAME} Jr")
    vault.rotate_key()
    vault.renew_transform()
    with Ledger.open(demo_home) as book:
        book.at(station_key(demo_home, "desk"), 9).topup(shopper.pseudonym, 500, "t-1")
    vault.backup(demo_home.path / "vault-backup.gz", 9)
    vectors = [embedding(1), vault.gallery("m-1").search(embedding(1)) and turned(vault)]
    return demo_home, vectors


def turned(vault):
    gallery = vault.gallery("m-1")
    return gallery._index._templates[0]


def test_no_file_of_a_copied_disk_holds_an_embedding_a_name_a_phone_or_a_pin(lived_in, vault):
    home, vectors = lived_in
    for _ in range(2):  # with the write-ahead log full, then after it was emptied
        files = files_of(home.path)
        assert any(name.endswith("vault.db") for name in files)
        for vector in vectors:
            assert found_in(files, forms_of_vector(vector)) == []
        for text in (NAME, "Zebedee", "Quux", PHONE, PHONE[-7:], PIN):
            assert found_in(files, forms_of_text(text)) == []
        vault._core.scrub()


@pytest.mark.parametrize("form", ["<f4", "<f2", "base64", "text", "name"])
def test_the_scan_would_find_each_of_them(tmp_path, embedding, form):
    vector = embedding(1)
    (tmp_path / "noise").write_bytes(np.random.default_rng(1).bytes(200_000))
    data = {
        "<f4": vector.astype("<f4").tobytes(),
        "<f2": vector.astype("<f2").tobytes(),
        "base64": base64.b64encode(b"xy" + vector.tobytes()),
        "text": json.dumps(vector.tolist()).encode(),
        "name": b"..." + NAME.encode() + b"...",
    }[form]
    (tmp_path / "leak").write_bytes(b"somewhere " + data + b" in a file")
    forms = forms_of_text(NAME) if form == "name" else forms_of_vector(vector)
    assert {name for name, _ in found_in(files_of(tmp_path), forms)} == {"leak"}


def test_a_copied_disk_with_another_key_opens_nothing(lived_in, tmp_path, vault):
    home, _ = lived_in
    vault.close()
    copy = tmp_path / "copy"
    shutil.copytree(home.path, copy, ignore=shutil.ignore_patterns("master.key"))
    from ledger.home import open_home

    stolen = open_home(copy)
    with pytest.raises(errors.SecretError, match="missing"):
        Vault.open(stolen)
    guess = KeyFile(stolen.keys_dir / "master.key")
    guess.settle(*guess.stage(fresh=True))
    with pytest.raises(errors.WrongSecretError):
        Vault.open(stolen)
