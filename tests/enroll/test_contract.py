"""What the till asks of the vault: PINs, limits, failed attempts, lookalikes, last digits."""

from __future__ import annotations

import shutil
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enroll import errors, pins
from enroll.attempts import _Count, _moved
from enroll.gallery import DUPLICATE, LOOKALIKE, Card, Gallery
from enroll.secrets import Passphrase
from enroll.shopper import Limits, Template
from enroll.vault import Vault
from ledger.home import open_home

FIXTURES = Path(__file__).parent / "fixtures"
NOBODY = "s-aaaaaaaaaaaaaaaa"
LOCKS = {"failures_max": 3, "lock_ms": 1_000, "lock_ms_max": 5_000}


@pytest.fixture
def old_home(tmp_path):
    shutil.copytree(FIXTURES / "vault-1", tmp_path / "home")
    return open_home(tmp_path / "home")


def fixtures_secret(words="a passphrase of the fixture"):
    return Passphrase(lambda: words)


def near(vector: np.ndarray, seed: int, cosine: float) -> np.ndarray:
    """A unit vector at this cosine."""
    other = np.random.default_rng(seed).standard_normal(len(vector)).astype(np.float32)
    other -= (other @ vector) * vector
    other /= np.linalg.norm(other)
    return cosine * vector + np.sqrt(1 - cosine**2) * other


# --- format 1 --------------------------------------------------------------------------------


def test_a_vault_of_format_1_opens_with_everybody_in_it(old_home, embedding):
    with Vault.open(old_home, fixtures_secret()) as vault:
        people = {s.phone: s for s in vault.list()}
        assert [people[p].name for p in ("5550100", "+15550101")] == [
            "Ada Lovelace",
            "Grace Hopper",
        ]
        ada = vault.show("5550100")
        assert (ada.consent.given_at_ms, ada.consent.staff) == (1_000, "staff-1")
        assert (ada.limits, ada.has_pin, ada.needs_second) == (Limits(), False, False)
        assert [s.status for s in vault.list()] == ["active", "active", "revoked"]
        found = vault.gallery("m-1").search(embedding(1))
        assert (found.pseudonym, found.accepted) == (ada.pseudonym, True)
        assert found.similarity == pytest.approx(1, abs=1e-5)
        assert [e.action for e in vault.trail.read()] == ["upgrade the vault"]
    with Vault.open(old_home, fixtures_secret()) as again:
        assert again.show("5550100") == ada
        again.rotate_key()
        assert again.set_pin("5550100", "907214").has_pin


def test_a_vault_of_format_1_is_left_alone_by_a_wrong_passphrase(old_home):
    before = old_home.vault_db.read_bytes()
    with pytest.raises(errors.WrongSecretError):
        Vault.open(old_home, fixtures_secret("another passphrase"))
    assert old_home.vault_db.read_bytes() == before


def test_an_upgrade_that_was_killed_leaves_format_1(old_home, monkeypatch):
    from enroll import migration

    def die(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(migration, "_copy", die)
    with pytest.raises(KeyboardInterrupt):
        Vault.open(old_home, fixtures_secret())
    monkeypatch.undo()
    with Vault.open(old_home, fixtures_secret()) as vault:
        assert len(vault.list()) == 3


# --- PINs ------------------------------------------------------------------------------------


def test_a_pin_is_known_again_and_no_other_is(vault, person):
    shopper = vault.add(replace(person(1), pin="907214"))
    assert shopper.has_pin
    assert vault.has_pin(shopper.pseudonym)
    assert vault.verify_pin(shopper.pseudonym, "907214")
    for wrong in ("907215", "", "90721", "9072144"):
        assert not vault.verify_pin(shopper.pseudonym, wrong)
    vault.set_pin(shopper.pseudonym, "318802")
    assert not vault.verify_pin(shopper.pseudonym, "907214")
    assert vault.verify_pin(shopper.pseudonym, "318802")
    assert not vault.set_pin("55500001", None).has_pin
    assert not vault.verify_pin(shopper.pseudonym, "318802")


@pytest.mark.parametrize(
    ("pin", "why"),
    [
        ("12345", "6 digits"),
        ("1234567", "6 digits"),
        ("12a456", "6 digits"),
        ("٣٣٤٥٦٧", "6 digits"),
        ("777777", "one digit"),
        ("123456", "in a row"),
        ("987654", "in a row"),
        ("567890", "in a row"),
        ("555017", "phone"),
        ("017732", "phone"),
        ("237710", "phone"),
    ],
)
def test_a_pin_that_is_guessed_first_is_refused_and_never_repeated(vault, person, pin, why):
    with pytest.raises(errors.BadInputError, match=why) as told:
        vault.add(replace(person(1, phone="+15550177321"), pin=pin))
    assert pin not in told.value.message + told.value.hint
    assert vault.list() == []


def test_a_pin_is_not_on_the_disk_and_goes_with_the_person(vault, person, demo_home):
    shopper = vault.add(replace(person(1), pin="907214"))
    disk = b"".join(p.read_bytes() for p in demo_home.path.rglob("*") if p.is_file())
    assert b"907214" not in disk
    assert "907214" not in repr(replace(person(2), pin="907214"))
    vault.revoke(shopper.pseudonym)
    assert not vault.has_pin(shopper.pseudonym)
    assert not vault.verify_pin(shopper.pseudonym, "907214")


def test_a_pin_costs_the_same_for_those_who_have_none(vault, person):
    with_pin = vault.add(replace(person(1), pin="907214")).pseudonym
    without = vault.add(person(2)).pseudonym
    least = {}
    for _ in range(4):
        for who in (with_pin, without, NOBODY):
            began = time.perf_counter()
            vault.verify_pin(who, "111222")
            took = time.perf_counter() - began
            least[who] = min(took, least.get(who, took))
    assert max(least.values()) < 2 * min(least.values())


def test_two_shoppers_with_one_pin_keep_different_hashes():
    assert pins.hashed("907214") != pins.hashed("907214")
    assert pins.matches("907214", pins.hashed("907214"))
    assert not pins.matches("907214", None)
    assert not pins.matches("907214", b"\x02" + bytes(48))


# --- limits ----------------------------------------------------------------------------------


def test_limits_are_kept_and_outlive_a_restart(vault, person, demo_home):
    shopper = vault.add(replace(person(1), limits=Limits(2_000, 5_000)))
    assert vault.limits(shopper.pseudonym) == Limits(2_000, 5_000, face_allowed=True)
    vault.set_limits(shopper.pseudonym, Limits(1_000, None, face_allowed=False))
    with Vault.open(demo_home) as again:
        assert again.limits(shopper.pseudonym) == Limits(1_000, None, face_allowed=False)
    with pytest.raises(errors.UnknownShopperError):
        vault.limits(NOBODY)
    with pytest.raises(errors.BadInputError):
        Limits(-1)


AMOUNTS = st.one_of(st.none(), st.integers(0, 50))
LIMITS = st.builds(Limits, AMOUNTS, AMOUNTS, st.booleans())


@given(before=LIMITS, after=LIMITS, amount=st.integers(0, 60))
def test_limits_that_do_not_loosen_allow_nothing_new(before, after, amount):
    def allows(limits):
        most = limits.per_payment_minor, limits.per_day_minor
        return (*(m is None or amount <= m for m in most), limits.face_allowed)

    if not after.loosens(before):
        assert all(was or not now for was, now in zip(allows(before), allows(after), strict=True))
    assert not before.loosens(before)


# --- attempts --------------------------------------------------------------------------------


def test_attempts_lock_with_a_doubling_back_off_that_outlives_a_restart(vault, demo_home):
    tries, now = vault.attempts, 1_000_000
    assert [tries.failed("k", now, **LOCKS) for _ in range(2)] == [0, 0]
    assert tries.failed("k", now, **LOCKS) == now + 1_000
    assert tries.locked_until_ms("k", now + 999) == now + 1_000
    assert tries.locked_until_ms("k", now + 1_000) == 0
    assert tries.failed("k", now + 2_000, **LOCKS) == now + 4_000
    assert tries.failed("k", now + 5_000, **LOCKS) == now + 9_000
    assert tries.failed("k", now + 10_000, **LOCKS) == now + 15_000  # at most
    with Vault.open(demo_home) as again:
        assert again.attempts.locked_until_ms("k", now + 10_001) == now + 15_000
        assert again.attempts.locked_until_ms("other", now) == 0
        again.attempts.succeeded("k")
    assert tries.locked_until_ms("k", now + 10_001) == 0
    assert tries.failed("k", now + 20_000, **LOCKS) == 0


def test_attempts_do_not_make_a_kiosk_load_its_gallery_again(vault):
    before = vault.revision()
    vault.attempts.failed("k", 1, **LOCKS)
    assert vault.revision() == before


def test_a_clock_that_jumps_back_neither_unlocks_early_nor_locks_for_ever(vault):
    tries, now = vault.attempts, 10_000_000_000
    for _ in range(3):
        tries.failed("k", now, **LOCKS)
    earlier = now - 5_000_000_000
    assert tries.locked_until_ms("k", earlier) == earlier + 1_000
    assert tries.locked_until_ms("k", earlier + 600) == earlier + 1_000
    assert tries.locked_until_ms("k", earlier + 1_000) == 0


@given(
    rest=st.integers(0, 10_000),
    seen=st.integers(0, 10**13),
    now=st.integers(0, 10**13),
    lock=st.integers(1, 10_000),
)
def test_a_lock_moved_to_another_clock_lasts_as_long_as_was_left_and_no_longer(
    rest, seen, now, lock
):
    moved = _moved(_Count(5, lock, seen, seen + rest), now)
    left = moved.locked_until_ms - now if moved.locked_until_ms else 0
    assert left == min(rest, lock)


# --- lookalikes and digits -------------------------------------------------------------------


def test_two_lookalikes_both_need_a_second_factor_until_one_is_gone(vault, person, embedding):
    one, third = vault.add(person(1)), vault.add(person(3))
    assert not one.needs_second
    twin = replace(
        person(2), template=Template(near(embedding(1), 9, (LOOKALIKE + DUPLICATE) / 2), "m-1")
    )
    two = vault.add(twin)
    assert two.needs_second
    gallery = vault.gallery("m-1")
    assert gallery.search(embedding(1)).needs_second
    assert gallery.search(twin.template.embedding).needs_second
    assert not gallery.search(embedding(3)).needs_second
    vault.revoke(two.pseudonym)
    assert not vault.gallery("m-1").search(embedding(1)).needs_second
    assert not vault.show(third.pseudonym).needs_second


def test_a_twin_is_enrolled_by_somebody_who_says_that_it_is_one(vault, person, embedding):
    one = vault.add(person(1))
    twin = replace(person(2), template=Template(near(embedding(1), 9, 0.8), "m-1"))
    with pytest.raises(errors.AlreadyEnrolledError, match=one.pseudonym) as told:
        vault.add(twin)
    assert told.value.pseudonym == one.pseudonym
    two = vault.add(twin, lookalike_of=[one.pseudonym])
    assert two.needs_second
    assert vault.show(one.pseudonym).needs_second


def test_a_shopper_with_more_lookalikes_than_can_be_listed_stays_flagged(vault, person, embedding):
    centre = vault.add(person(1, model="m-2"))
    others = []
    for seed in range(20):
        template = Template(near(embedding(1), 50 + seed, (LOOKALIKE + DUPLICATE) / 2), "m-2")
        known = [centre.pseudonym, *others]
        others.append(
            vault.add(replace(person(2 + seed), template=template), lookalike_of=known).pseudonym
        )
    for other in others[:-1]:
        vault.revoke(other)
    assert vault.show(centre.pseudonym).needs_second


def test_shoppers_are_found_by_the_last_digits_of_their_phone(vault, person):
    one = vault.add(person(1, phone="+49 555 0177 1234"))
    two = vault.add(person(2, phone="1234"))
    gallery = vault.gallery("m-1")
    assert set(gallery.by_digits("1234")) == {one.pseudonym, two.pseudonym}
    assert gallery.by_digits("234") == gallery.by_digits("9999") == ()


def test_a_search_among_some_finds_nobody_else_and_leads_over_those_alone(vault, person, embedding):
    one = vault.add(person(1))
    two = vault.add(
        replace(person(2), template=Template(near(embedding(1), 9, 0.99), "m-1")),
        lookalike_of=[one.pseudonym],
    )
    gallery = vault.gallery("m-1")
    assert not gallery.search(embedding(1)).accepted
    found = gallery.search(embedding(1), "m-1", among=[one.pseudonym])
    assert (found.pseudonym, found.accepted) == (one.pseudonym, True)
    assert gallery.search(embedding(1), among=[two.pseudonym]).pseudonym == two.pseudonym
    assert gallery.search(embedding(1), among=[]) is None
    assert gallery.search(embedding(1), among=[NOBODY]) is None
    assert Gallery("m-1", np.empty((0, 0), np.float32), (), {}, None).search(embedding(1)) is None


# --- galleries -------------------------------------------------------------------------------


def test_a_gallery_follows_changes_without_opening_everybody_again(
    vault, person, embedding, demo_home, monkeypatch
):
    shoppers = [vault.add(person(seed)) for seed in range(1, 6)]
    before = vault.gallery("m-1")
    assert before.search(embedding(1)).accepted
    opened = []
    original = vault._people.template
    monkeypatch.setattr(
        vault._people,
        "template",
        lambda row, sealer: opened.append(row.pseudonym) or original(row, sealer),
    )
    with Vault.open(demo_home) as other:
        other.revoke(shoppers[0].pseudonym)
        new = other.add(person(9))
    after = vault.gallery("m-1")
    assert opened == [new.pseudonym]
    assert not after.search(embedding(1)).accepted
    assert after.search(embedding(9)).pseudonym == new.pseudonym
    assert all(after.search(embedding(s)).accepted for s in range(2, 6))
    assert after is before is vault.gallery("m-1")
    assert after.by_digits("0001") == ()
    assert after.by_digits("0009") == (new.pseudonym,)
    assert (after.mask_name(shoppers[0].pseudonym), len(after)) == ("", 5)


@settings(max_examples=30, deadline=None)
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["add", "drop", "flag"]), st.integers(0, 8)), max_size=30
    )
)
def test_a_gallery_that_followed_answers_like_one_made_anew(steps):
    vectors = np.eye(9, dtype=np.float32)
    turn = np.eye(9, dtype=np.float32)
    followed = Gallery("m", vectors[:1], ["p0"], {"p0": "A***"}, turn, last_digits={"p0": "0000"})
    model = {0: False}
    for what, n in steps:
        name = f"p{n}"
        if what == "drop":
            model.pop(n, None)
            followed.follow([name], {}, {}, ())
        else:
            model[n] = what == "flag"
            card = Card("A***", f"{n:04d}", model[n])
            followed.follow([name], {name: vectors[n]}, {name: card}, ())
        assert set(followed.pseudonyms) == {f"p{k}" for k in model}
        assert len(followed) == len(model)
        for k in range(9):
            match = followed.search(vectors[k])
            found = match is not None and match.accepted
            assert found == (k in model)
            assert followed.by_digits(f"{k:04d}") == ((f"p{k}",) if k in model else ())
            if found:
                assert (match.pseudonym, match.needs_second) == (f"p{k}", model[k])
