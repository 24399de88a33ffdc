"""Correcting, renewing, erasing and exporting an account, with the book beside the vault."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

import numpy as np
import pytest

from enroll import erasure, errors
from enroll.export import document
from enroll.gallery import DUPLICATE, LOOKALIKE
from enroll.shopper import Consent, Limits, Template
from enroll.vault import Vault
from ledger.batching import Batching
from ledger.book import Ledger
from ledger.errors import Error as LedgerError
from ledger.errors import ShopperErased
from ledger.home import station_key
from ledger.orders import Order, OrderLine

AGAIN = Consent("2026-2-ko", 5_000, "staff-2")


def near(vector, seed, cosine):
    other = np.random.default_rng(seed).standard_normal(len(vector)).astype(np.float32)
    other -= (other @ vector) * vector
    other /= np.linalg.norm(other)
    return cosine * vector + np.sqrt(1 - cosine**2) * other


@pytest.fixture
def book(demo_home):
    Ledger.create(demo_home, 1).close()
    return demo_home


def test_a_name_and_a_number_are_corrected_and_found_by_the_new_one(vault, person):
    one, two = vault.add(person(1)), vault.add(person(2))
    assert vault.edit("55500001", name="Ada King").name == "Ada King"
    assert vault.edit(one.pseudonym, phone="555-7777").phone == "5557777"
    assert vault.show("5557777").name == "Ada King"
    with pytest.raises(errors.UnknownShopperError):
        vault.show("55500001")
    with pytest.raises(errors.AlreadyEnrolledError, match=two.pseudonym):
        vault.edit(one.pseudonym, phone="55500002")
    vault.edit(one.pseudonym, phone="5557777")  # one's own number is no clash
    for bad in ({"name": ""}, {"phone": "abc"}):
        with pytest.raises(errors.BadInputError):
            vault.edit(one.pseudonym, **bad)
    assert vault.gallery("m-1").by_digits("7777") == (one.pseudonym,)
    assert vault.gallery("m-1").mask_name(one.pseudonym) == "A*** K***"


def test_a_new_look_replaces_the_template_and_keeps_everything_else(vault, person, embedding):
    shopper = vault.add(replace(person(1), pin="907214", limits=Limits(1_000)))
    new = near(embedding(1), 7, 0.6)
    renewed = vault.renew("55500001", Template(new, "m-1", 88), AGAIN, 9_000)
    assert renewed.consent == AGAIN
    assert (renewed.pseudonym, renewed.name, renewed.quality) == (
        shopper.pseudonym,
        shopper.name,
        88,
    )
    assert vault.verify_pin(shopper.pseudonym, "907214")
    assert renewed.limits == Limits(1_000)
    gallery = vault.gallery("m-1")
    assert len(gallery) == 1
    assert gallery.search(new).similarity == pytest.approx(1, abs=1e-5)


def test_a_renewal_by_another_face_is_refused_unless_a_manager_checked(vault, person, embedding):
    shopper = vault.add(person(1))
    with pytest.raises(errors.OtherFaceError, match="not the face") as told:
        vault.renew("55500001", Template(embedding(2), "m-1"), AGAIN, 9)
    assert told.value.status == 1
    assert vault.gallery("m-1").search(embedding(1)).accepted
    vault.renew("55500001", Template(embedding(2), "m-1"), AGAIN, 9, identity_checked=True)
    assert vault.gallery("m-1").search(embedding(2)).pseudonym == shopper.pseudonym
    assert vault.trail.read()[-1].note == "identity checked"


def test_a_renewal_never_takes_somebody_elses_face(vault, person, embedding):
    vault.add(person(1))
    two = vault.add(person(2))
    with pytest.raises(errors.AlreadyEnrolledError, match=two.pseudonym):
        vault.renew("55500001", Template(embedding(2), "m-1"), AGAIN, 9, identity_checked=True)


def test_a_new_models_template_needs_a_check_since_faces_cannot_be_compared(
    vault, person, embedding
):
    shopper = vault.add(person(1))
    with pytest.raises(errors.OtherFaceError, match="another model's"):
        vault.renew("55500001", Template(embedding(1, 512), "m-2"), AGAIN, 9)
    vault.renew("55500001", Template(embedding(1, 512), "m-2"), AGAIN, 9, identity_checked=True)
    assert vault.gallery("m-2").search(embedding(1, 512)).pseudonym == shopper.pseudonym
    assert vault.gallery("m-1", strict=False).unusable == (shopper.pseudonym,)


def test_a_renewal_moves_the_lookalike_flags(vault, person, embedding):
    one, two = vault.add(person(1)), vault.add(person(2))
    like = near(embedding(2), 4, (LOOKALIKE + DUPLICATE) / 2)
    vault.renew(one.pseudonym, Template(like, "m-1"), AGAIN, 9, identity_checked=True)
    assert vault.lookalikes() == [
        (one.pseudonym, (two.pseudonym,)),
        (two.pseudonym, (one.pseudonym,)),
    ]
    vault.renew(one.pseudonym, Template(embedding(1), "m-1"), AGAIN, 9, identity_checked=True)
    assert vault.lookalikes() == []


def test_an_erasure_is_signed_into_the_book_once(vault, person, book):
    shopper = vault.add(person(1))
    assert erasure.erase(vault, "55500001", 2_000_000).status == "revoked"
    assert vault.tombstones_due() == []
    assert erasure.erased_in(book) == {shopper.pseudonym}
    assert erasure.settle(vault, 2_000_001) == 0
    with Ledger.open(book) as opened:
        assert [e.kind for e in opened.entries()].count("erasure") == 1
        assert opened.check() == []
        with pytest.raises(LedgerError):  # nobody pays into an account of nobody
            opened.at(station_key(book, "desk"), 2_000_002).topup(shopper.pseudonym, 1, "t")


def test_a_desk_killed_before_the_books_tombstone_writes_it_at_its_next_errand(vault, person, book):
    shopper = vault.add(person(1))
    vault.revoke("55500001", 2_000_000)  # and the process ends here
    with Vault.open(book) as again:
        assert again.tombstones_due() == [shopper.pseudonym]
        assert erasure.settle(again, 2_000_001) == 1
        assert again.tombstones_due() == []
    assert erasure.erased_in(book) == {shopper.pseudonym}


def test_a_book_that_cannot_be_written_does_not_hold_up_an_erasure(
    vault, person, book, monkeypatch
):
    vault.add(person(1))
    (book.keys_dir / "desk.key").rename(book.keys_dir / "aside")
    with pytest.raises(errors.Error, match="is erased, but the book"):
        erasure.erase(vault, "55500001", 2_000_000)
    assert [s.status for s in vault.list()] == ["revoked"]
    (book.keys_dir / "aside").rename(book.keys_dir / "desk.key")
    assert erasure.settle(vault, 2_000_001) == 1


def test_an_export_holds_all_that_is_stored_and_explains_it(vault, person, book):
    record = replace(
        person(1, name="Ada Lovelace", phone="5550100"),
        pin="907214",
        limits=Limits(1_000, 5_000),
        consent=Consent("2026-2-en", 1_000, "anna"),
    )
    shopper = vault.add(record)
    vault.add(person(2, name="Zebedee"))
    with Ledger.open(book) as opened:
        desk = opened.at(station_key(book, "desk"), 2_000_000)
        desk.topup(shopper.pseudonym, 700, "mine")
        desk.topup("s-bbbbbbbbbbbbbbbb", 900, "another")
    vault.attempts.failed(shopper.pseudonym, 1, failures_max=3, lock_ms=1, lock_ms_max=1)
    found = json.loads(json.dumps(document(vault, "5550100", 3_000_000)))
    assert (found["name"], found["phone"]) == ("Ada Lovelace", "5550100")
    assert "encrypted template" in found["consent"]["text"]
    assert (found["consent"]["given_at_ms"], found["consent"]["staff"]) == (1_000, "anna")
    stored = np.frombuffer(base64.b64decode(found["template"]["base64"]), "<f4")
    assert np.array_equal(stored, vault.gallery("m-1")._index._templates[0])
    assert (found["pin"], found["limits"]["per_day_minor"]) == ({"kept": True}, 5_000)
    assert [entry["id"] for entry in found["book"]] == ["topup/mine"]
    assert [entry["action"] for entry in found["desk"]] == ["enrol", "export"]
    assert found["attempts"] == {"failures": 1}
    assert set(found["what_is_what"]) <= set(found)
    text = json.dumps(found)
    assert "Zebedee" not in text
    assert "907214" not in text


def test_an_export_holds_ones_own_payments_of_a_batch_and_nobody_elses(vault, person, book):
    shopper, other = vault.add(person(1)), vault.add(person(2))
    key = station_key(book, "kiosk")
    batching = Batching(key, "demo", 2_000_000, policy="0" * 64, models={}, source="live")
    names = "tea", "wine", "bread"
    for pseudonym, name in zip(
        [shopper.pseudonym, other.pseudonym] * 2, [*names, "cake"], strict=True
    ):
        order = Order((OrderLine(name, name, 1, 100),), "EUR")
        batching.add(pseudonym, order, "face", ("blink",))
    with Ledger.open(book) as opened:
        desk = opened.at(station_key(book, "desk"), 2_000_000)
        desk.topup(shopper.pseudonym, 700, "mine")
        desk.topup(other.pseudonym, 700, "another")
        receipts = opened.post_batch(*batching.signed(2_030_000), 2_000_000)
    found = document(vault, shopper.pseudonym, 3_000_000)["book"]
    assert [entry["id"] for entry in found] == [
        *("topup/mine", f"payment/{receipts[0].id}", f"payment/{receipts[2].id}")
    ]
    text = json.dumps(found)
    assert other.pseudonym not in text
    assert [name in text for name in names] == [True, False, True]


def test_one_who_paid_in_a_batch_can_be_erased_and_pays_in_none_after(vault, person, book):
    shopper = vault.add(person(1))
    key = station_key(book, "kiosk")

    def post(opened, now_ms):
        batching = Batching(key, "demo", now_ms, policy="0" * 64, models={}, source="live")
        batching.add(
            shopper.pseudonym, Order((OrderLine("tea", "tea", 1, 100),), "EUR"), "face", ()
        )
        return opened.post_batch(*batching.signed(now_ms + 30_000), now_ms)[0]

    with Ledger.open(book) as opened:
        opened.at(station_key(book, "desk"), 2_000_000).topup(shopper.pseudonym, 700, "mine")
        paid = post(opened, 2_000_000)
    erasure.erase(vault, shopper.pseudonym, 2_000_001)
    assert erasure.erased_in(book) == {shopper.pseudonym}
    with Ledger.open(book) as opened:
        with pytest.raises(ShopperErased):
            post(opened, 2_000_002)
        assert opened.receipt(paid.id) == paid  # which is kept by law
        assert opened.check() == []
    kinds = [entry["kind"] for entry in document(vault, shopper.pseudonym, 3_000_000)["book"]]
    assert kinds == ["topup", "payment", "erasure"]


def test_what_is_left_of_an_erased_person_can_be_exported_too(vault, person, book):
    shopper = vault.add(person(1))
    erasure.erase(vault, shopper.pseudonym, 2_000_000)
    found = document(vault, shopper.pseudonym, 3_000_000)
    assert (found["name"], found["template"], found["status"]) == ("", None, "revoked")
    assert [entry["kind"] for entry in found["book"]] == ["erasure"]
