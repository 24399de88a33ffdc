"""The vault in a file and in PostgreSQL: the same answers, followed at once by other processes."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "ledger"))
import postgres_server

from enroll import errors, rotation
from enroll.secrets import Passphrase
from enroll.shopper import Limits
from enroll.vault import Vault
from ledger.home import create_home, open_home

WATCHER = Path(__file__).parent / "watcher.py"
SECONDS_MAX = 2.0
NO_SERVER = pytest.mark.skipif(
    postgres_server.binaries() is None, reason="PostgreSQL is not installed"
)


@pytest.fixture(scope="module")
def server():
    with postgres_server.running() as it:
        yield it


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=NO_SERVER)])
def home(request, tmp_path):
    if request.param == "sqlite":
        return create_home(tmp_path / "home", "demo")
    return create_home(tmp_path / "home", "demo", database=request.getfixturevalue("server").url)


@pytest.fixture
def vault(home):
    with Vault.create(home) as made:
        yield made


def test_a_life_at_the_desk_is_the_same_on_both_stores(vault, home, person, embedding):
    ada = vault.add(replace(person(1), pin="907214", limits=Limits(2_000, None)))
    vault.add(person(2))
    with pytest.raises(errors.AlreadyEnrolledError, match=ada.pseudonym):
        vault.add(person(1, phone="5559999"))
    vault.edit(ada.pseudonym, name="Ada King")
    assert vault.rotate_key() == 2
    assert vault.renew_transform() == 2
    assert vault.verify_pin(ada.pseudonym, "907214")
    assert vault.attempts.failed("k", 1, failures_max=1, lock_ms=5, lock_ms_max=9) == 6
    with Vault.open(home) as again:
        assert again.show("55500001").name == "Ada King"
        assert again.limits(ada.pseudonym) == Limits(2_000, None)
        assert again.gallery("m-1").search(embedding(1)).pseudonym == ada.pseudonym
        assert again.attempts.locked_until_ms("k", 2) == 6
        again.revoke(ada.pseudonym, 9)
        assert again.tombstones_due() == [ada.pseudonym]
        assert [e.action for e in again.trail.read()] == [
            *("enrol", "enrol", "edit", "rotate the key", "renew the transform", "revoke"),
        ]
    assert not vault.gallery("m-1").search(embedding(1)).accepted
    assert vault.show(ada.pseudonym).status == "revoked"


def test_a_vault_is_made_once(vault, home):
    with pytest.raises(errors.VaultExistsError):
        Vault.create(home)
    assert sorted(p.name for p in home.keys_dir.glob("master*")) == ["master.key"]
    assert vault.list() == []


def test_a_home_without_a_vault_says_so(home):
    with pytest.raises(errors.VaultMissingError, match="nobody is enrolled"):
        Vault.open(home)


def test_a_rotation_that_was_interrupted_is_finished_by_another_process(
    vault, home, person, monkeypatch
):
    shoppers = [vault.add(person(seed)) for seed in range(5)]
    monkeypatch.setattr(rotation, "CHUNK", 2)

    def stop(done, total):
        assert total == 5
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        vault.rotate_key(progress=stop)
    assert vault.list() == shoppers
    vault.add(person(9))  # between the two, under the new key
    with Vault.open(home) as other:
        assert other._core.keys.head.rotating
        assert len(other.list()) == 6
        assert other.rotate_key() == 1
        assert not other._core.keys.head.rotating
    assert vault.list()[:5] == sorted(shoppers, key=lambda s: s.enrolled_at)
    assert vault.rotate_key() == 6
    with Vault.open(home) as again:
        assert len(again.list()) == 6


def test_a_rotation_to_a_passphrase_that_was_interrupted_opens_by_either(
    vault, home, person, monkeypatch
):
    shopper = vault.add(person(1))
    new = Passphrase(lambda: "correct horse battery")

    def die(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(rotation, "_finish", die)
    with pytest.raises(KeyboardInterrupt):
        vault.rotate_key(new)
    monkeypatch.undo()
    for secret in (None, Passphrase(lambda: "correct horse battery")):
        with Vault.open(home, secret) as either:
            assert either.list() == [shopper]
    with pytest.raises(errors.WrongSecretError):
        Vault.open(home, Passphrase(lambda: "incorrect horse"))
    with Vault.open(home) as again:
        again.rotate_key(Passphrase(lambda: "correct horse battery"))
        assert again.secret_kind == "passphrase"
    with Vault.open(home, Passphrase(lambda: "correct horse battery")) as after:
        assert after.list() == [shopper]
    assert not list(home.keys_dir.glob("master*"))


def test_a_renewal_that_was_interrupted_goes_on_and_everybody_is_found_meanwhile(
    vault, home, person, embedding, monkeypatch
):
    from enroll import renewal

    for seed in range(5):
        vault.add(person(seed))
    before = {s: vault.gallery("m-1").search(embedding(s)).similarity for s in range(5)}
    stolen = vault.gallery("m-1")._index._templates.copy()
    monkeypatch.setattr(renewal, "CHUNK", 2)

    def stop(done, _):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        vault.renew_transform(stop)
    with Vault.open(home) as other:
        gallery = other.gallery("m-1")
        assert all(gallery.search(embedding(s)).accepted for s in range(5))
        added = other.add(person(9))
        assert other.renew_transform() == 3
        assert other.gallery("m-1").search(embedding(9)).pseudonym == added.pseudonym
    gallery = vault.gallery("m-1")
    for seed, similarity in before.items():
        assert gallery.search(embedding(seed)).similarity == pytest.approx(similarity, abs=1e-5)
    matches = (stolen @ gallery._index._templates[:5].T).diagonal()
    assert abs(matches).max() < 0.5  # what leaked before resembles nothing here any more


def test_a_kiosk_sees_an_enrolment_and_a_revocation_within_two_seconds(vault, home, person):
    shopper = vault.add(person(1))
    kiosk = subprocess.Popen(
        [sys.executable, str(WATCHER), str(home.path), "m-1"], stdout=subprocess.PIPE, text=True
    )
    try:

        def seen(pseudonyms, since=0.0):
            while True:
                told = json.loads(kiosk.stdout.readline())
                if set(told["pseudonyms"]) == pseudonyms:
                    return told["at"] - since

        seen({shopper.pseudonym})
        began = time.time()
        second = vault.add(person(2))
        assert seen({shopper.pseudonym, second.pseudonym}, began) < SECONDS_MAX
        began = time.time()
        vault.revoke(shopper.pseudonym)
        assert seen({second.pseudonym}, began) < SECONDS_MAX
        vault.rotate_key()
        began = time.time()
        third = vault.add(person(3))
        assert seen({second.pseudonym, third.pseudonym}, began) < SECONDS_MAX
    finally:
        kiosk.kill()
        kiosk.wait()
        kiosk.stdout.close()


@NO_SERVER
def test_a_vault_moves_from_a_file_into_a_database_by_its_backup(tmp_path, server, person):
    from enroll import backup

    home = create_home(tmp_path / "home", "demo")
    with Vault.create(home) as vault:
        shopper = vault.add(replace(person(1), pin="907214"))
        vault.backup(tmp_path / "vault.gz", 5)
    record = json.loads((home.path / "home.json").read_text())
    (home.path / "home.json").write_text(json.dumps({**record, "database": server.url}))
    home.vault_db.rename(tmp_path / "aside.db")
    moved = open_home(home.path)
    assert backup.restore(moved, None, tmp_path / "vault.gz", 6) == 1
    with Vault.open(moved) as vault:
        assert vault.list() == [shopper]
        assert vault.verify_pin(shopper.pseudonym, "907214")
        assert [e.action for e in vault.trail.read()] == ["enrol", "back up"]


@NO_SERVER
def test_a_database_that_was_restarted_is_reached_again(tmp_path, server, person):
    home = create_home(tmp_path / "home", "demo", database=server.url)
    with Vault.create(home) as vault:
        shopper = vault.add(person(1))
        server.stop()
        with pytest.raises(errors.StorageError):
            vault.list()
        server.start()
        assert vault.list() == [shopper]
