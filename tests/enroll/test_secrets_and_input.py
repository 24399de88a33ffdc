"""Where secrets may come from, and what may be typed."""

from __future__ import annotations

import base64

import keyring
import pytest
from keyring.backend import KeyringBackend

from enroll import errors
from enroll.secrets import PASSPHRASE_ENV, KeyFile, KeyringEntry, Passphrase, default_secret
from enroll.shopper import clean_name, clean_phone
from enroll.vault import Vault


class KeyringInMemory(KeyringBackend):
    priority = 1

    def __init__(self):
        super().__init__()
        self.kept = {}

    def get_password(self, service, username):
        return self.kept.get((service, username))

    def set_password(self, service, username, password):
        self.kept[service, username] = password

    def delete_password(self, service, username):
        del self.kept[service, username]


@pytest.fixture
def real_keyring():
    before, ours = keyring.get_keyring(), KeyringInMemory()
    keyring.set_keyring(ours)
    yield ours
    keyring.set_keyring(before)


def test_a_vault_may_keep_its_key_in_the_systems_keyring(demo_home, person, real_keyring):
    with Vault.create(demo_home, KeyringEntry()) as vault:
        shopper = vault.add(person(1))
        vault.rotate_key()
    assert len(real_keyring.kept) == 1
    with Vault.open(demo_home) as vault:
        assert vault.list() == [shopper]
    real_keyring.kept.clear()
    with pytest.raises(errors.SecretError, match="does not hold"):
        Vault.open(demo_home)


def test_without_a_real_keyring_the_vault_is_not_made(demo_home):
    before = keyring.get_keyring()
    from keyring.backends import fail

    keyring.set_keyring(fail.Keyring())
    try:
        with pytest.raises(errors.SecretError, match="keyring"):
            Vault.create(demo_home, KeyringEntry())
    finally:
        keyring.set_keyring(before)
    assert not demo_home.vault_db.exists()


def test_the_passphrase_file_may_be_named_by_the_environment(demo_home, tmp_path, monkeypatch):
    file = tmp_path / "passphrase"
    file.write_text("correct horse battery\n")
    monkeypatch.setenv(PASSPHRASE_ENV, str(file))
    Vault.create(demo_home, default_secret("passphrase", demo_home)).close()
    Vault.open(demo_home).close()
    monkeypatch.delenv(PASSPHRASE_ENV)
    with pytest.raises(errors.SecretError, match="no terminal"):
        Vault.open(demo_home)


@pytest.mark.parametrize("content", [None, b"", b"\n", b"\xff\xfe"])
def test_a_passphrase_file_that_holds_none_is_told(demo_home, tmp_path, content):
    file = tmp_path / "passphrase"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(errors.SecretError, match="passphrase file"):
        Vault.create(demo_home, default_secret("passphrase", demo_home, file))
    assert not demo_home.vault_db.exists()


def test_a_short_passphrase_is_refused(demo_home):
    with pytest.raises(errors.SecretError, match="shorter"):
        Vault.create(demo_home, Passphrase(lambda: "short"))


def test_a_vault_opened_with_another_kind_of_secret_says_which_it_needs(vault, demo_home):
    assert vault.secret_kind == "keyfile"
    with pytest.raises(errors.WrongSecretError, match="keyfile"):
        Vault.open(demo_home, Passphrase(lambda: "correct horse"))


@pytest.mark.parametrize("content", [b"", b"hello", base64.b64encode(b"short")])
def test_a_key_file_that_holds_no_key_is_told(vault, demo_home, content):
    file = demo_home.keys_dir / "master.key"
    file.write_bytes(content)
    with pytest.raises(errors.SecretError, match="no 256-bit key"):
        Vault.open(demo_home)
    assert vault


def test_no_secrets_text_form_shows_it(tmp_path):
    secret = KeyFile(tmp_path / "master.key")
    _, key = secret.stage(fresh=True)
    assert key.hex() not in repr(secret)
    assert "correct" not in repr(Passphrase(lambda: "correct horse"))


@pytest.mark.parametrize("phone", ["", "12", "1" * 16, "555x0100", "+", "٣٤٥٦٧"])
def test_what_is_no_phone_number_is_refused(phone):
    with pytest.raises(errors.BadInputError):
        clean_phone(phone)


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "a\x00b", "a\x1b[31m"])
def test_what_is_no_name_is_refused(name):
    with pytest.raises(errors.BadInputError):
        clean_name(name)


@pytest.mark.parametrize("left", [b"", b"half a ke", b"AAAA"])
def test_half_a_staged_key_does_not_lock_anybody_out(demo_home, person, left):
    with Vault.create(demo_home) as vault:
        shopper = vault.add(person(1))
    staged = demo_home.keys_dir / "master.key.next"
    staged.write_bytes(left)
    staged.chmod(0o600)
    with Vault.open(demo_home) as vault:
        assert vault.list() == [shopper]
        vault.rotate_key()
    with Vault.open(demo_home) as vault:
        assert vault.list() == [shopper]
    assert sorted(p.name for p in demo_home.keys_dir.glob("master*")) == ["master.key"]
