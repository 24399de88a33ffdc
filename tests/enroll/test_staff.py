"""Who may do what at the desk, how they sign in, and the trail of what they did."""

from __future__ import annotations

from dataclasses import replace

import pytest

from enroll import errors, pins
from enroll.shopper import Limits
from enroll.staff import FAILURES_MAX, LOCK_MS
from enroll.store import has_staff
from enroll.vault import Vault

ANNA, BEN = "290571", "835027"


@pytest.fixture(autouse=True)
def quick_pins(monkeypatch):
    """What a hash costs is looked at elsewhere."""
    monkeypatch.setattr(pins, "_MEMORY_KIB", 64)
    monkeypatch.setattr(pins, "_TIME", 1)


@pytest.fixture
def staffed(vault, person):
    """A desk with a manager and a member of staff; one shopper; nobody is signed in."""
    vault.add(person(1))
    vault.staff.add("anna", "manager", ANNA, 1)
    vault.staff.add("ben", "staff", BEN, 2)
    vault.staff.sign_out()
    return vault


def test_a_desk_without_accounts_is_open_and_the_first_account_ends_that(vault, person):
    vault.add(person(1))
    with pytest.raises(errors.RefusedError, match="first account is a manager's"):
        vault.staff.add("ben", "staff", BEN, 1)
    vault.staff.add("anna", "manager", ANNA, 1)
    assert vault.session.staff == "anna"  # who made it goes on
    vault.staff.sign_out()
    with pytest.raises(errors.SignInError, match="nobody signed in"):
        vault.add(person(2))


def test_a_kiosk_needs_nobody_to_sign_in(staffed, embedding):
    match = staffed.gallery("m-1").search(embedding(1))
    assert staffed.limits(match.pseudonym) == Limits()
    assert not staffed.verify_pin(match.pseudonym, "111222")
    assert staffed.attempts.locked_until_ms("k", 1) == 0
    assert staffed.pseudonym_of("55500001") == match.pseudonym


STAFF_MAY = {
    "look up": lambda v, p: v.list(),
    "enrol": lambda v, p: v.add(p(5)),
    "edit": lambda v, p: v.edit("55500001", name="New Name"),
    "set a PIN": lambda v, p: v.set_pin("55500001", "907214"),
    "tighten limits": lambda v, p: v.set_limits("55500001", Limits(1_000)),
    "top up": lambda v, p: v.for_topup("55500001"),
    "renew": lambda v, p: v.renew("55500001", p(1).template, p(1).consent, 9),
}
MANAGERS_MAY = {
    "revoke": lambda v, p: v.revoke("55500001"),
    "rotate the key": lambda v, p: v.rotate_key(),
    "renew the transform": lambda v, p: v.renew_transform(),
    "export": lambda v, p: v.everything_on("55500001", 9),
    "import": lambda v, p: v.require_import(),
    "read the trail": lambda v, p: v.trail.read(),
    "keep staff accounts": lambda v, p: v.staff.add("eve", "staff", "715093", 9),
    "enrol a lookalike": lambda v, p: v.add(
        replace(p(5), template=p(1).template), lookalike_of=[v.pseudonym_of("55500001")]
    ),
    "change a face": lambda v, p: v.renew(
        "55500001", p(7).template, p(7).consent, 9, identity_checked=True
    ),
}


@pytest.mark.parametrize("action", [*STAFF_MAY, *MANAGERS_MAY])
def test_each_role_may_do_its_own_and_no_more(staffed, person, action):
    do = {**STAFF_MAY, **MANAGERS_MAY}[action]
    with pytest.raises(errors.SignInError, match="nobody signed in"):
        do(staffed, person)
    staffed.staff.sign_in("ben", BEN, 10)
    if action in MANAGERS_MAY:
        with pytest.raises(errors.SignInError, match=f"ben may not {action}"):
            do(staffed, person)
        staffed.staff.sign_in("anna", ANNA, 10)
    do(staffed, person)


def test_loosening_a_limit_is_a_managers(staffed):
    staffed.staff.sign_in("ben", BEN, 10)
    staffed.set_limits("55500001", Limits(1_000, 5_000, face_allowed=False))
    for looser in (Limits(2_000, 5_000, False), Limits(1_000, None, False), Limits(1_000, 5_000)):
        with pytest.raises(errors.SignInError, match="may not loosen"):
            staffed.set_limits("55500001", looser)
    staffed.staff.sign_in("anna", ANNA, 10)
    staffed.set_limits("55500001", Limits())


def test_a_wrong_pin_and_an_unknown_id_say_the_same(staffed):
    said = []
    for staff, pin in (("anna", BEN), ("nobody", BEN), ("", "")):
        with pytest.raises(errors.SignInError) as told:
            staffed.staff.sign_in(staff, pin, 10)
        said.append((told.value.message, told.value.hint))
    assert len(set(said)) == 1
    assert staffed.session is None


def test_five_wrong_pins_lock_an_id_and_a_restart_does_not_help(staffed, demo_home):
    for _ in range(FAILURES_MAX - 1):
        with pytest.raises(errors.SignInError):
            staffed.staff.sign_in("ben", "000001", 10)
    with pytest.raises(errors.LockedError, match="30 seconds"):
        staffed.staff.sign_in("ben", "000001", 10)
    with Vault.open(demo_home) as again:
        with pytest.raises(errors.LockedError):
            again.staff.sign_in("ben", BEN, 11)
        again.staff.sign_in("anna", ANNA, 11)
        assert again.staff.sign_in("ben", BEN, 10 + LOCK_MS).role == "staff"


def test_the_last_manager_cannot_be_taken_away_while_others_are_left(staffed):
    staffed.staff.sign_in("anna", ANNA, 10)
    for take in (
        lambda: staffed.staff.remove("anna", 11),
        lambda: staffed.staff.change("anna", 11, role="staff"),
    ):
        with pytest.raises(errors.RefusedError, match="last manager"):
            take()
    staffed.staff.change("ben", 12, role="manager")
    staffed.staff.remove("anna", 13)
    staffed.staff.sign_in("ben", BEN, 14)
    staffed.staff.remove("ben", 15)
    assert not staffed.staff.exist()
    staffed.staff.sign_out()
    assert len(staffed.list()) == 1


def test_everybody_may_change_their_own_pin_and_nobody_elses(staffed):
    staffed.staff.sign_in("ben", BEN, 10)
    staffed.staff.change("ben", 11, pin="604182")
    with pytest.raises(errors.SignInError):
        staffed.staff.change("anna", 11, pin="604182")
    with pytest.raises(errors.SignInError):
        staffed.staff.change("ben", 11, role="manager")
    staffed.staff.sign_in("ben", "604182", 12)


@pytest.mark.parametrize("staff", ["", " ben", "x" * 41, "a\nb", "desk"])
def test_a_staff_id_that_would_mislead_is_refused(vault, staff):
    with pytest.raises(errors.BadInputError):
        vault.staff.add(staff, "manager", ANNA, 1)


def test_no_staff_pin_or_role_lies_on_the_disk_and_a_forged_account_is_told(staffed, demo_home):
    disk = b"".join(p.read_bytes() for p in demo_home.path.rglob("*") if p.is_file())
    assert ANNA.encode() not in disk
    assert b"manager" not in disk
    db = staffed._core.store.db
    (cell,) = db.execute("SELECT account FROM staff WHERE id = 'anna'").fetchone()
    db.execute("UPDATE staff SET account = ? WHERE id = 'ben'", (cell,))
    with pytest.raises(errors.DamagedError, match="ben"):
        staffed.staff.sign_in("anna", ANNA, 10)


# --- the trail -------------------------------------------------------------------------------


def test_the_trail_tells_who_did_what_to_whom_and_when(staffed, person):
    staffed.staff.sign_in("ben", BEN, 10)
    shopper = staffed.add(replace(person(2), enrolled_at_ms=20))
    staffed.edit(shopper.pseudonym, phone="5551234", now_ms=30)
    staffed.staff.sign_in("anna", ANNA, 40)
    staffed.revoke(shopper.pseudonym, 50)
    told = [(e.number, e.at_ms, e.staff, e.action, e.subject, e.note) for e in staffed.trail.read()]
    assert told[-3:] == [
        (4, 20, "ben", "enrol", shopper.pseudonym, ""),
        (5, 30, "ben", "edit", shopper.pseudonym, "phone"),
        (6, 50, "anna", "revoke", shopper.pseudonym, ""),
    ]
    assert [e.number for e in staffed.trail.read(since=4)] == [5, 6]


def test_what_was_refused_leaves_no_entry(staffed):
    staffed.staff.sign_in("ben", BEN, 10)
    with pytest.raises(errors.SignInError):
        staffed.revoke("55500001")
    staffed.staff.sign_in("anna", ANNA, 10)
    assert "revoke" not in [e.action for e in staffed.trail.read()]


def test_the_trail_holds_no_name_and_no_number(staffed, person, demo_home):
    staffed.staff.sign_in("anna", ANNA, 10)
    staffed.edit("55500001", name="Zebedee Quux", phone="5550177123")
    shown = repr([e.to_json() for e in staffed.trail.read()])
    assert "Zebedee" not in shown
    assert "5550177123" not in shown
    disk = b"".join(p.read_bytes() for p in demo_home.path.rglob("*") if p.is_file())
    assert (
        b"revoke"
        not in staffed._core.store.db.execute(
            "SELECT entry FROM trail ORDER BY number DESC LIMIT 1"
        ).fetchone()[0]
    )
    assert b"Zebedee" not in disk


TAMPERINGS = {
    "a time": "UPDATE trail SET at_ms = at_ms + 1 WHERE number = 2",
    "an entry": "UPDATE trail SET entry = (SELECT entry FROM trail WHERE number = 1)"
    " WHERE number = 2",
    "a hash": "UPDATE trail SET hash = zeroblob(32) WHERE number = 2",
    "one gone": "DELETE FROM trail WHERE number = 2",
    "the last gone": "DELETE FROM trail WHERE number = 3",
    "all gone": "DELETE FROM trail",
    "the head gone": "UPDATE vault SET trail_head = NULL",
    "the head": "UPDATE vault SET trail_head = zeroblob(80)",
    "swapped": "UPDATE trail SET number = 5 - number WHERE number IN (2, 3)",
    "a text for an entry": "CREATE TABLE loose AS SELECT * FROM trail; DROP TABLE trail;"
    "ALTER TABLE loose RENAME TO trail; UPDATE trail SET entry = 'text' WHERE number = 2",
    "one too many": "INSERT INTO trail SELECT 4, at_ms, entry, hash FROM trail WHERE number = 3",
}


@pytest.mark.parametrize("what", TAMPERINGS)
def test_a_trail_that_was_changed_beside_the_desk_is_told(vault, person, what):
    for seed in (1, 2, 3):
        vault.add(person(seed))
    assert len(vault.trail.read()) == 3
    db = vault._core.store.db
    if what == "swapped":
        db.execute("UPDATE trail SET number = number + 10")
        db.execute("UPDATE trail SET number = 2 WHERE number = 13")
        db.execute("UPDATE trail SET number = 3 WHERE number = 12")
        db.execute("UPDATE trail SET number = 1 WHERE number = 11")
    else:
        db.execute(TAMPERINGS[what])
    with pytest.raises(errors.DamagedError, match="trail is not as it was written"):
        vault.trail.read()


def test_a_trail_cut_together_with_its_hash_is_told_by_its_sealed_head(vault, person):
    """Hashes alone would be whole after the last entries were dropped."""
    for seed in (1, 2, 3):
        vault.add(person(seed))
    db = vault._core.store.db
    (head_of_2,) = db.execute("SELECT hash FROM trail WHERE number = 2").fetchone()
    db.execute("DELETE FROM trail WHERE number = 3")
    assert db.execute("SELECT hash FROM trail ORDER BY number DESC").fetchone()[0] == head_of_2
    with pytest.raises(errors.DamagedError, match="entry 3"):
        vault.trail.read()


def test_whether_staff_sign_in_is_known_without_the_key(staffed, demo_home):
    (demo_home.keys_dir / "master.key").unlink()
    assert has_staff(demo_home)
    staffed.staff.sign_in("anna", ANNA, 10)
    staffed.staff.remove("ben", 11)
    staffed.staff.remove("anna", 12)
    assert not has_staff(demo_home)
