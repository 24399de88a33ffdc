"""A backup of the vault: sealed, whole or refused, never over another, and without the erased."""

from __future__ import annotations

import errno
import gzip
import json
import shutil
from dataclasses import replace

import pytest

from enroll import backup, erasure, errors
from enroll.secrets import KeyFile, Passphrase
from enroll.vault import Vault
from ledger.book import Ledger


@pytest.fixture
def kept(vault, person, demo_home, tmp_path):
    """A vault with two shoppers and staff, its backup, and the vault moved away."""
    vault.add(replace(person(1, name="Zebedee Quux", phone="5550177123"), pin="907214"))
    vault.add(person(2))
    vault.staff.add("anna", "manager", "290571", 1)
    vault.backup(tmp_path / "vault.gz", 5)
    before = vault.list()
    vault.close()
    shutil.move(demo_home.vault_db.parent, tmp_path / "aside")
    return tmp_path / "vault.gz", before


def test_a_backup_brings_everything_back(kept, demo_home, embedding):
    file, before = kept
    assert backup.restore(demo_home, None, file, 9) == 2
    with Vault.open(demo_home) as vault:
        vault.staff.sign_in("anna", "290571", 10)
        assert vault.list() == before
        assert vault.verify_pin(before[0].pseudonym, "907214")
        assert vault.gallery("m-1").search(embedding(1)).pseudonym == before[0].pseudonym
        assert [e.action for e in vault.trail.read()] == ["enrol", "enrol", "add staff", "back up"]
        vault.rotate_key()
        vault.renew_transform()


def test_a_backup_holds_nothing_in_clear_and_no_key(kept, demo_home):
    file, _ = kept
    assert file.stat().st_mode & 0o077 == 0
    inside = gzip.decompress(file.read_bytes())
    key = (demo_home.keys_dir / "master.key").read_bytes().strip()
    for secret in (b"Zebedee", b"5550177123", b"907214", key, b'anna", "manager'):
        assert secret not in inside


def test_a_wrong_key_is_told_at_once_and_puts_nothing_in_place(kept, demo_home):
    file, _ = kept
    other = Passphrase(lambda: "some passphrase")
    with pytest.raises(errors.WrongSecretError, match="keyfile"):
        backup.restore(demo_home, other, file, 9)
    (demo_home.keys_dir / "master.key").unlink()
    with pytest.raises(errors.SecretError, match="missing"):
        backup.restore(demo_home, None, file, 9)
    secret = KeyFile(demo_home.keys_dir / "master.key")
    secret.settle(*secret.stage(fresh=True))
    with pytest.raises(errors.WrongSecretError, match="not the vault's key"):
        backup.restore(demo_home, None, file, 9)
    assert not demo_home.vault_db.exists()


def test_a_backup_never_replaces_a_vault_nor_a_file(kept, demo_home):
    file, _ = kept
    backup.restore(demo_home, None, file, 9)
    with pytest.raises(errors.VaultExistsError, match="never replaces"):
        backup.restore(demo_home, None, file, 9)
    before = file.read_bytes()
    with Vault.open(demo_home) as vault, pytest.raises(errors.BadInputError, match="already"):
        vault.backup(file, 9)
    assert file.read_bytes() == before


@pytest.mark.parametrize("number", [errno.EPERM, errno.EOPNOTSUPP])
def test_a_backup_fits_a_file_system_without_links(vault, person, tmp_path, monkeypatch, number):
    def fails(*_):
        raise OSError(number, "no links here")

    vault.add(person(1))
    monkeypatch.setattr("os.link", fails)
    assert vault.backup(tmp_path / "vault.gz", 5) == 1
    assert [path.name for path in tmp_path.glob("vault.gz*")] == ["vault.gz"]


def test_a_backup_that_cannot_get_its_name_leaves_nothing(vault, tmp_path, monkeypatch):
    def fails(*_):
        raise OSError(errno.EIO, "the disk failed")

    monkeypatch.setattr("os.link", fails)
    with pytest.raises(errors.StorageError):
        vault.backup(tmp_path / "vault.gz", 5)
    assert not list(tmp_path.glob("vault.gz*"))


def test_a_vault_that_gives_its_rows_again_and_again_is_not_backed_up(
    vault, person, tmp_path, monkeypatch
):
    for seed in range(4):
        vault.add(person(seed))
    monkeypatch.setattr(backup, "BATCH", 2)
    real = type(vault._core.store).rows

    def again(self, sql, values=()):
        return real(
            self, sql.replace("number > ?", "? > 0") if "FROM shoppers" in sql else sql, values
        )

    monkeypatch.setattr(type(vault._core.store), "rows", again)
    with pytest.raises(errors.DamagedError, match="table shoppers gives its rows out of order"):
        vault.backup(tmp_path / "vault.gz", 5)
    assert not list(tmp_path.glob("vault.gz*"))


def test_no_vault_is_put_beside_the_log_of_another(kept, demo_home):
    file, _ = kept
    log = demo_home.vault_db.with_name("vault.db-wal")
    log.parent.mkdir(exist_ok=True)
    log.write_bytes(b"enrolments that were not moved yet")
    for make in (lambda: backup.restore(demo_home, None, file, 9), lambda: Vault.create(demo_home)):
        with pytest.raises(errors.VaultExistsError, match="vault is gone"):
            make()
    assert [path.name for path in log.parent.iterdir()] == ["vault.db-wal"]
    log.unlink()
    assert backup.restore(demo_home, None, file, 9) == 2


def test_who_was_erased_since_the_backup_stays_erased(vault, person, demo_home, tmp_path):
    Ledger.create(demo_home, 1).close()
    one, two = vault.add(person(1)), vault.add(person(2))
    vault.backup(tmp_path / "vault.gz", 5)
    erasure.erase(vault, one.pseudonym, 2_000_000)
    vault.close()
    shutil.move(demo_home.vault_db.parent, tmp_path / "aside")
    backup.restore(demo_home, None, tmp_path / "vault.gz", 3_000_000)
    with Vault.open(demo_home) as again:
        assert again.show(one.pseudonym).status == "revoked"
        assert again.gallery("m-1").pseudonyms == (two.pseudonym,)
        assert erasure.settle(again, 3_000_001) == 1
        assert again.tombstones_due() == []


def lines_of(file):
    return gzip.decompress(file.read_bytes()).splitlines(keepends=True)


def changed(lines, cell=5, value=2_003):
    record = json.loads(lines[1])
    assert record[0] == "shoppers"
    assert record[cell] != value
    record[cell] = value
    return [lines[0], json.dumps(record).encode() + b"\n", *lines[2:]]


DAMAGES = {
    "cut off": lambda lines: lines[:-1],
    "half": lambda lines: lines[: len(lines) // 2],
    "a row gone": lambda lines: [*lines[:1], *lines[2:]],
    "a row twice": lambda lines: [*lines[:2], *lines[1:]],
    "a time changed": changed,
    "a number that no database has": lambda lines: changed(lines, 5, 2**63),
    "a text that none has": lambda lines: changed(lines, 8, "\ud800"),
    "a seal that is no text": lambda lines: [*lines[:-1], b'{"lines": 9, "mac": "\\u0663"}\n'],
    "no end of lists": lambda lines: [*lines[:2], b"[" * 100_000 + b"\n", *lines[2:]],
    "no JSON": lambda lines: [*lines[:2], b"{{\n", *lines[2:]],
    "another table": lambda lines: [*lines[:2], b'["sqlite_schema", 1]\n', *lines[2:]],
    "something else": lambda _: [b'{"type": "facetill/backup"}\n'],
    "empty": lambda _: [],
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_backup_is_refused_and_puts_nothing_in_place(kept, demo_home, damage):
    file, _ = kept
    lines = DAMAGES[damage](lines_of(file))
    with gzip.open(file, "wb") as out:
        out.writelines(lines)
    with pytest.raises((errors.BadInputError, errors.DamagedError)):
        backup.restore(demo_home, None, file, 9)
    assert not demo_home.vault_db.exists()
    assert list(demo_home.vault_db.parent.glob("*")) == []


def test_a_file_that_is_no_archive_or_is_cut_is_refused(kept, demo_home, tmp_path):
    file, _ = kept
    whole = file.read_bytes()
    for data in (b"", b"no archive at all", whole[:-20], whole[: len(whole) // 2]):
        file.write_bytes(data)
        with pytest.raises(errors.BadInputError, match="no whole backup"):
            backup.restore(demo_home, None, file, 9)
    with pytest.raises(errors.StorageError):
        backup.restore(demo_home, None, tmp_path / "not-there.gz", 9)


def test_a_backup_of_another_home_is_refused(kept, live_home):
    file, _ = kept
    with pytest.raises(errors.DamagedError, match="another home"):
        backup.restore(live_home, None, file, 9)
