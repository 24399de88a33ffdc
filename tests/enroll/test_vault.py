"""The vault: nothing in clear, one shopper a person, erasure, rotation, and every failure told."""

from __future__ import annotations

import base64
import os
import stat
import tempfile
from pathlib import Path

import apsw
import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from enroll import errors, rotation
from enroll.secrets import KeyFile, Passphrase
from enroll.shopper import Consent, EnrolmentRecord, Template
from enroll.vault import Vault
from ledger.home import create_home


def bytes_of(folder: Path) -> bytes:
    return b"".join(p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file())


def cells_of(vault: Vault, pseudonym: str) -> list[bytes]:
    row = vault._core.store.db.execute(
        "SELECT data_key, person, template, phone_index FROM shoppers"
        " JOIN data_keys USING (pseudonym) WHERE pseudonym = ?",
        (pseudonym,),
    ).fetchone()
    return list(row)


def test_what_was_enrolled_is_found_by_pseudonym_and_phone_and_face(vault, person, embedding):
    shopper = vault.add(person(1, name="Ada  Lovelace", phone="+44 (555) 01-00"))
    assert shopper.name == "Ada Lovelace"
    assert vault.show("0044 555 0100") == vault.show(shopper.pseudonym) == shopper
    gallery = vault.gallery("m-1")
    assert gallery.search(embedding(1)).accepted
    assert gallery.search(embedding(1)).pseudonym == shopper.pseudonym
    assert not gallery.search(embedding(2)).accepted
    assert gallery.mask_name(shopper.pseudonym) == "A*** L***"


def test_a_copied_disk_without_the_key_holds_no_name_phone_or_embedding(
    vault, person, embedding, demo_home
):
    record = person(1, name="Zebedee Quux", phone="5550177123")
    vault.add(record)
    turned = vault.gallery("m-1")._index._templates[0]
    for _ in range(2):  # with the write-ahead log full, then after it was emptied
        disk = bytes_of(demo_home.vault_db.parent)
        assert len(disk) > 4096
        for secret in (b"Zebedee", b"Quux", b"5550177123"):
            assert secret not in disk
            assert base64.b64encode(secret) not in disk
        for vector in (embedding(1), turned):
            for kind in ("<f4", "<f8"):
                for i in range(0, 128, 2):
                    assert vector[i : i + 2].astype(kind).tobytes() not in disk
        vault._core.scrub()


def test_the_scan_would_find_a_name_in_clear(vault, person, demo_home):
    shopper = vault.add(person(1))
    vault._core.store.db.execute(
        "UPDATE shoppers SET staff = 'Zebedee' WHERE pseudonym = ?", (shopper.pseudonym,)
    )
    assert b"Zebedee" in bytes_of(demo_home.vault_db.parent)


def test_erasure_leaves_a_tombstone_and_none_of_the_old_bytes(vault, person, embedding, demo_home):
    shopper = vault.add(person(1))
    vault.add(person(2))
    cells = cells_of(vault, shopper.pseudonym)
    assert all(cell in bytes_of(demo_home.vault_db.parent) for cell in cells)
    tombstone = vault.revoke("55500001", 9_000)
    assert (tombstone.status, tombstone.name, tombstone.phone) == ("revoked", "", "")
    disk = bytes_of(demo_home.vault_db.parent)
    assert not any(cell in disk for cell in cells)
    assert demo_home.vault_db.with_name("vault.db-wal").stat().st_size == 0
    assert not vault.gallery("m-1").search(embedding(1)).accepted
    assert vault.show(shopper.pseudonym).status == "revoked"
    with pytest.raises(errors.UnknownShopperError):
        vault.show("55500001")
    with pytest.raises(errors.UnknownShopperError, match="before"):
        vault.revoke(shopper.pseudonym)
    assert vault.add(person(1)).pseudonym != shopper.pseudonym


def test_a_face_enrolled_before_is_recognised_and_not_doubled(vault, person):
    first = vault.add(person(1))
    with pytest.raises(errors.AlreadyEnrolledError) as told:
        vault.add(person(1, phone="5559999"))
    assert (told.value.status, len(vault.list())) == (1, 1)
    assert first.pseudonym in told.value.message
    assert first.pseudonym in told.value.hint


def test_a_phone_number_in_use_is_refused(vault, person):
    first = vault.add(person(1, phone="555-0100"))
    with pytest.raises(errors.AlreadyEnrolledError, match=first.pseudonym):
        vault.add(person(2, phone="5550100"))
    assert len(vault.list()) == 1


def test_another_models_template_is_a_clear_error_and_never_a_match(vault, person, embedding):
    old = vault.add(person(1, model="m-1"))
    with pytest.raises(errors.OtherModelError, match="another recogniser"):
        vault.gallery("m-2")
    vault.add(person(2, model="m-2"))
    gallery = vault.gallery("m-2")
    assert gallery.unusable == (old.pseudonym,)
    assert not gallery.search(embedding(1)).accepted
    with pytest.raises(errors.OtherModelError):
        gallery.search(embedding(2), "m-1")
    with pytest.raises(errors.OtherModelError):
        gallery.search(embedding(2, 512))


def test_a_template_relabelled_as_another_models_does_not_open(vault, person):
    shopper = vault.add(person(1, model="m-1"))
    vault._core.store.db.execute("UPDATE shoppers SET model = 'm-2'")
    with pytest.raises(errors.DamagedError, match=shopper.pseudonym):
        vault.gallery("m-2")


@pytest.mark.parametrize(
    "forged", ["consent_ms = 1", "consent_version = '9'", "staff = 'x'", "enrolled_ms = 1"]
)
def test_a_consent_changed_on_the_disk_is_told_and_leaves_no_false_tombstone(vault, person, forged):
    shopper = vault.add(person(1))
    vault._core.store.db.execute(f"UPDATE shoppers SET {forged}")
    with pytest.raises(errors.DamagedError, match=shopper.pseudonym):
        vault.show(shopper.pseudonym)
    tombstone = vault.revoke(shopper.pseudonym)
    assert (tombstone.consent.version, tombstone.consent.given_at_ms) == ("unknown", 0)


@pytest.mark.parametrize(
    ("table", "cell"),
    [("data_keys", "data_key"), ("shoppers", "person"), ("shoppers", "template")],
)
def test_a_damaged_row_names_its_shopper_and_can_still_be_revoked(
    vault, person, demo_home, table, cell
):
    shopper = vault.add(person(1))
    data = bytearray(vault._core.store.db.execute(f"SELECT {cell} FROM {table}").fetchone()[0])
    data[-1] ^= 1
    vault._core.store.db.execute(f"UPDATE {table} SET {cell} = ?", (bytes(data),))
    with Vault.open(demo_home) as fresh, pytest.raises(errors.DamagedError) as told:
        fresh.gallery("m-1")
    assert shopper.pseudonym in told.value.message
    vault.revoke(shopper.pseudonym)
    assert len(vault.gallery("m-1")) == 0


def test_cells_swapped_between_two_shoppers_do_not_open(vault, person):
    one, two = vault.add(person(1)), vault.add(person(2))
    other = cells_of(vault, two.pseudonym)
    vault._core.store.db.execute(
        "UPDATE shoppers SET person = ?, template = ? WHERE pseudonym = ?",
        (*other[1:3], one.pseudonym),
    )
    vault._core.store.db.execute(
        "UPDATE data_keys SET data_key = ? WHERE pseudonym = ?", (other[0], one.pseudonym)
    )
    with pytest.raises(errors.DamagedError, match=one.pseudonym):
        vault.show(one.pseudonym)


def test_rotation_changes_every_wrapped_key_and_the_old_key_opens_nothing(vault, person, demo_home):
    shoppers = [vault.add(person(i)) for i in range(3)]
    file = demo_home.keys_dir / "master.key"
    old_key, old_cells = file.read_bytes(), [cells_of(vault, s.pseudonym)[0] for s in shoppers]
    assert vault.rotate_key() == 3
    disk = bytes_of(demo_home.vault_db.parent)
    assert not any(cell in disk for cell in old_cells)
    assert file.read_bytes() != old_key
    assert sorted(p.name for p in demo_home.keys_dir.glob("master*")) == ["master.key"]
    assert vault.list() == shoppers
    vault.close()
    with Vault.open(demo_home) as again:
        assert again.list() == shoppers
    file.write_bytes(old_key)
    with pytest.raises(errors.WrongSecretError):
        Vault.open(demo_home)


class Killed(BaseException):
    """The process ends here."""


STEPS = [
    "_begin",
    "_go_on",
    "_rewrap",
    "after_rewrap",
    "_finish",
    "after_finish",
    "settle",
    "retire",
]


@pytest.mark.parametrize("step", STEPS)
def test_a_kill_during_rotation_leaves_before_or_after(vault, person, demo_home, monkeypatch, step):
    shopper = vault.add(person(1))

    def die(*_, **__):
        raise Killed

    def dies_after(original):
        def then_die(*args):
            original(*args)
            raise Killed

        return then_die

    if step in ("settle", "retire"):
        original = getattr(KeyFile, step)
        calls = []

        def at_the_end(self, record, key):
            calls.append(step)
            if step == "settle" and len(calls) == 1:
                return original(self, record, key)  # of the key before, ahead of the rotation
            raise Killed

        monkeypatch.setattr(KeyFile, step, at_the_end)
    elif step.startswith("after"):
        name = step.removeprefix("after")
        monkeypatch.setattr(rotation, name, dies_after(getattr(rotation, name)))
    else:
        monkeypatch.setattr(rotation, step, die)
    monkeypatch.setattr(KeyFile, "abandon", die)  # a killed process tidies nothing
    with pytest.raises(Killed):
        vault.rotate_key()
    monkeypatch.undo()
    vault.close()
    with Vault.open(demo_home) as again:
        assert again.list() == [shopper]
        again.rotate_key()
        assert again.list() == [shopper]
        assert not again._core.keys.head.rotating
    with Vault.open(demo_home) as again:
        assert again.list() == [shopper]
    assert sorted(p.name for p in demo_home.keys_dir.glob("master*")) == ["master.key"]


def test_another_process_that_rotates_does_not_lock_this_one_out(vault, person, demo_home):
    shopper = vault.add(person(1))
    with Vault.open(demo_home) as other:
        before = vault.revision()
        other.rotate_key()
        assert vault.revision() > before
        assert vault.list() == [shopper]
        vault.add(person(2))
        assert len(other.list()) == 2


def test_a_wrong_passphrase_is_told_at_once_and_changes_nothing(demo_home, person):
    with Vault.create(demo_home, Passphrase(lambda: "correct horse")) as vault:
        shopper = vault.add(person(1))
    before = demo_home.vault_db.read_bytes()
    with pytest.raises(errors.WrongSecretError, match="passphrase") as told:
        Vault.open(demo_home, Passphrase(lambda: "incorrect horse"))
    assert told.value.status == 2
    assert demo_home.vault_db.read_bytes() == before
    assert not (demo_home.keys_dir / "master.key").exists()
    with Vault.open(demo_home, Passphrase(lambda: "correct horse")) as vault:
        vault.rotate_key(KeyFile(demo_home.keys_dir / "master.key"))
    with Vault.open(demo_home) as vault:
        assert vault.list() == [shopper]


def test_the_key_file_is_the_owners_alone_and_its_loss_is_told(vault, demo_home):
    file = demo_home.keys_dir / "master.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o644)
    with pytest.raises(errors.SecretError, match="other users"):
        Vault.open(demo_home)
    file.unlink()
    with pytest.raises(errors.SecretError, match="missing"):
        Vault.open(demo_home)


def test_a_vault_of_another_version_or_home_is_left_alone(vault, demo_home, tmp_path):
    other = create_home(tmp_path / "other", "demo")
    other.vault_db.parent.mkdir()
    vault._core.scrub()
    other.vault_db.write_bytes(demo_home.vault_db.read_bytes())
    with pytest.raises(errors.DamagedError, match="another home"):
        Vault.open(other)
    vault._core.store.db.execute("PRAGMA user_version = 99")
    with pytest.raises(errors.VaultVersionError, match="99"):
        Vault.open(demo_home)


def test_a_missing_vault_and_a_file_of_something_else_are_told(demo_home):
    with pytest.raises(errors.VaultMissingError):
        Vault.open(demo_home)
    demo_home.vault_db.parent.mkdir()
    demo_home.vault_db.write_bytes(b"not a database, but long enough to be looked at" * 100)
    with pytest.raises(errors.DamagedError):
        Vault.open(demo_home)


def test_a_full_disk_enrols_nobody_by_halves(vault, person):
    vault.add(person(0))
    vault._core.store.db.pragma("max_page_count", vault._core.store.db.pragma("page_count"))
    done = 1

    def add_until_full():
        nonlocal done
        for i in range(1, 100):
            vault.add(person(i))
            done += 1

    with pytest.raises(errors.DiskFullError, match="full"):
        add_until_full()
    assert len(vault.list()) == len(vault.gallery("m-1")) == done
    vault._core.store.db.pragma("max_page_count", 10_000)
    vault.add(person(200))


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes into read-only folders")
def test_a_read_only_folder_is_told_and_nothing_is_left(demo_home):
    demo_home.vault_db.parent.mkdir(mode=0o500)
    with pytest.raises(errors.StorageError):
        Vault.create(demo_home)
    assert not list(demo_home.keys_dir.glob("master*"))


def test_a_folder_that_cannot_be_made_leaves_no_key_behind(demo_home):
    demo_home.vault_db.parent.write_text("a file where the folder should be")
    with pytest.raises(errors.StorageError):
        Vault.create(demo_home)
    assert not list(demo_home.keys_dir.glob("master*"))


def test_two_installations_keep_unrelated_templates_of_one_face(tmp_path, person):
    stored = []
    for name in ("one", "two"):
        with Vault.create(create_home(tmp_path / name, "demo")) as vault:
            vault.add(person(1))
            stored.append(vault.gallery("m-1")._index._templates[0])
    assert abs(float(stored[0] @ stored[1])) < 0.5


def test_no_text_form_shows_a_person_a_vector_or_a_score(vault, person, embedding):
    record = person(1, name="Zebedee")
    shopper = vault.add(record)
    match = vault.gallery("m-1").search(embedding(1))
    for thing in (record, shopper, match, vault.gallery("m-1"), vault):
        assert "Zebedee" not in repr(thing)
        assert "0." not in repr(thing)
    assert set(shopper.to_json()).isdisjoint({"embedding", "template", "similarity", "margin"})


class VaultAgainstADict(RuleBasedStateMachine):
    """Adds, revocations and rotations, compared with a plain dictionary."""

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.home = create_home(Path(self.folder.name) / "home", "demo")
        self.vault = Vault.create(self.home)
        self.known: dict[int, str] = {}

    @rule(seed=st.integers(0, 5))
    def add(self, seed):
        vector = np.zeros(8, dtype=np.float32)
        vector[seed] = 1.0
        record = EnrolmentRecord(
            f"N{seed}", f"5550{seed}", Template(vector, "m"), Consent("1", 1, "s"), 1
        )
        if seed in self.known:
            with pytest.raises(errors.AlreadyEnrolledError):
                self.vault.add(record)
        else:
            self.known[seed] = self.vault.add(record).pseudonym

    @rule(seed=st.integers(0, 5))
    def revoke(self, seed):
        if seed in self.known:
            self.vault.revoke(f"5550{seed}", 2)
            del self.known[seed]
        else:
            with pytest.raises(errors.UnknownShopperError):
                self.vault.revoke(f"5550{seed}", 2)

    @precondition(lambda self: self.known)
    @rule()
    def rotate(self):
        assert self.vault.rotate_key() == len(self.known)

    @rule()
    def reopen(self):
        self.vault.close()
        self.vault = Vault.open(self.home)

    @invariant()
    def the_vault_holds_what_the_dictionary_holds(self):
        active = {s.phone: s.pseudonym for s in self.vault.list() if s.status == "active"}
        assert active == {f"5550{seed}": p for seed, p in self.known.items()}
        assert set(self.vault.gallery("m").pseudonyms) == set(self.known.values())

    def teardown(self):
        self.vault.close()
        self.folder.cleanup()


VaultAgainstADict.TestCase.settings = settings(
    max_examples=12,
    stateful_step_count=10,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestVaultAgainstADict = VaultAgainstADict.TestCase


def test_sqlite_is_set_for_durability_and_erasure(vault):
    assert vault._core.store.db.pragma("journal_mode") == "wal"
    assert vault._core.store.db.pragma("synchronous") == 2
    assert vault._core.store.db.pragma("secure_delete") == 1
    assert apsw.sqlite_lib_version() >= "3.51.3"
