"""The desk's side of an open vault: everything that changes a shopper's account.

Each change is one transaction together with its entry in the audit trail, so that a process killed
at any moment leaves either before or after.
"""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from enroll import pins
from enroll.errors import (
    AlreadyEnrolledError,
    BadInputError,
    OtherFaceError,
    StorageError,
    UnknownShopperError,
)
from enroll.gallery import DUPLICATE, LOOKALIKE, THRESHOLD
from enroll.shopper import NO_MODEL, Person, clean_name, clean_phone, new_pseudonym

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from enroll.core import Core
    from enroll.galleries import Galleries
    from enroll.people import People, Row
    from enroll.shopper import Consent, EnrolmentRecord, Limits, Shopper, Template
    from enroll.trail import Trail, TrailEntry


@dataclass(frozen=True, slots=True, eq=False)
class Everything:
    """All that the vault holds on a person.

    Attributes:
        shopper: As staff see it.
        template: (d,) float32 as stored, that is, turned; None once erased.
        lookalikes: Pseudonyms of shoppers whose faces are too near.
        trail: What was done to the account.
    """

    shopper: Shopper
    template: NDArray[np.float32] | None = field(repr=False)
    lookalikes: tuple[str, ...]
    trail: tuple[TrailEntry, ...]


class Accounts:
    """What the desk does to shoppers; `enroll.vault.Vault` is one."""

    _core: Core
    _people: People
    _galleries: Galleries
    trail: Trail

    def require_phone_free(self, phone: str) -> None:
        """Look before the camera opens.

        Raises:
            AlreadyEnrolledError: Names the pseudonym that has this number.
            SignInError: Nobody signed in who may enrol.
        """
        with self._core.transaction(write=False):
            self.trail.permit("enrol")
            self._people.require_phone_free(clean_phone(phone))

    def nearest(self, template: Template) -> tuple[str, tuple[str, ...]]:
        """Who a face is: (the pseudonym it is enrolled as or "", those it merely looks like).

        For the desk to know before the rest is typed. No score leaves this.

        Raises:
            DamagedError, StorageError: As named.
        """
        embedding = unit(template.embedding)
        with self._core.transaction(write=False):
            self.trail.permit("enrol")
            gallery = self._galleries.of(template.model)
        same = gallery.near(embedding, DUPLICATE)
        like = gallery.near(embedding, LOOKALIKE)
        return (same[0] if same else ""), like[len(same) :]

    def add(self, record: EnrolmentRecord, *, lookalike_of: Collection[str] = ()) -> Shopper:
        """Enrol a person, unless the face or the phone number has an account already.

        Those whom the new face looks like are flagged with it: a face alone pays for none of them.

        Args:
            record: Everything on the person.
            lookalike_of: Pseudonyms that a manager knows to be other people (a twin), whom this
                face may resemble as if it were theirs.

        Raises:
            AlreadyEnrolledError: Names the pseudonym of that account.
            BadInputError, SignInError, StorageError: As named; nothing was written.
        """
        name, phone = clean_name(record.name), clean_phone(record.phone)
        pin = None if record.pin is None else pins.hashed(pins.require_good(record.pin, phone))
        face = record.template
        if face is None and (pin is None or record.limits.face_allowed):
            raise BadInputError(
                "An account without a face pays by phone number and PIN, and has none.",
                hint="Let the person choose a PIN, and do not allow the face.",
            )
        with self._core.transaction(write=True):
            session = self.trail.permit("enrol a lookalike" if lookalike_of else "enrol")
            self._people.require_phone_free(phone)
            like: tuple[str, ...] = ()
            turned = None
            if face is not None:
                embedding = unit(face.embedding)
                like = self._lookalikes(embedding, face.model, known=lookalike_of)
                turned = self._galleries.turn(face.model, len(embedding)) @ embedding
            pseudonym = new_pseudonym()
            model, quality = (NO_MODEL, None) if face is None else (face.model, face.quality)
            person = Person(name, phone, record.limits, like, quality)
            self._people.insert(
                pseudonym, person, record.consent, record.enrolled_at_ms, (model, turned), pin
            )
            self._people.flag(pseudonym, like)
            note = f"looks like {', '.join(like)}" if like else ""
            self.trail.append(record.enrolled_at_ms, session, "enrol", pseudonym, note)
            return self._shown(pseudonym)

    def renew(
        self,
        ref: str,
        template: Template,
        consent: Consent,
        now_ms: int | None = None,
        *,
        identity_checked: bool = False,
        lookalike_of: Collection[str] = (),
    ) -> Shopper:
        """Replace a shopper's template: a new look, better pictures, or another model.

        Args:
            ref: Pseudonym or phone number.
            template: The new one.
            consent: Given before the camera opened.
            now_ms: The time, Unix ms.
            identity_checked: A manager saw who this is by other means, since the face on file is
                too unlike, or by another model.
            lookalike_of: As for `add`.

        Raises:
            OtherFaceError: The new face is not the one on file, and nobody checked.
            AlreadyEnrolledError: It is somebody else's.
            UnknownShopperError, SignInError, StorageError: As named; nothing was written.
        """
        embedding, model = unit(template.embedding), template.model
        with self._core.transaction(write=True):
            session = self.trail.permit("renew")
            if identity_checked or lookalike_of:
                self.trail.permit("change a face")
            row = self._people.active(ref)
            turned = self._galleries.turn(model, len(embedding)) @ embedding
            if not identity_checked:
                self._require_same_face(row, model, turned)
            like = self._lookalikes(embedding, model, known=lookalike_of, but=row.pseudonym)
            before = self._people.person(row)
            self._people.unflag(row.pseudonym, before.lookalikes)
            person = replace(before, lookalikes=like, quality=template.quality)
            self._people.put_template(row, model, turned, consent, person)
            self._people.flag(row.pseudonym, like)
            note = "identity checked" if identity_checked else ""
            self.trail.append(_now(now_ms), session, "renew", row.pseudonym, note)
            return self._shown(row.pseudonym)

    def edit(
        self,
        ref: str,
        *,
        name: str | None = None,
        phone: str | None = None,
        now_ms: int | None = None,
    ) -> Shopper:
        """Correct a name or a phone number; None leaves it as it is.

        Raises:
            AlreadyEnrolledError: The number belongs to somebody else.
            BadInputError, UnknownShopperError, SignInError, StorageError: As named.
        """
        new_name = None if name is None else clean_name(name)
        new_phone = None if phone is None else clean_phone(phone)
        with self._core.transaction(write=True):
            session = self.trail.permit("edit")
            row = self._people.active(ref)
            person = self._people.person(row)
            if new_phone is not None:
                self._people.require_phone_free(new_phone, but=row.pseudonym)
            self._people.put_person(
                row, replace(person, name=new_name or person.name, phone=new_phone or person.phone)
            )
            note = " ".join([*(["name"] if new_name else []), *(["phone"] if new_phone else [])])
            self.trail.append(_now(now_ms), session, "edit", row.pseudonym, note)
            return self._shown(row.pseudonym)

    def set_pin(self, ref: str, pin: str | None, now_ms: int | None = None) -> Shopper:
        """Set a shopper's PIN, or take it away.

        Raises:
            BadInputError: A rule of `pins.require_good`.
            UnknownShopperError, SignInError, StorageError: As named.
        """
        kept = None if pin is None else pins.hashed(pin)
        with self._core.transaction(write=True):
            session = self.trail.permit("set a PIN")
            row = self._people.active(ref)
            if pin is not None:
                pins.require_good(pin, self._people.person(row).phone)
            self._people.put_pin(row, kept)
            action = "set the PIN" if pin is not None else "remove the PIN"
            self.trail.append(_now(now_ms), session, action, row.pseudonym, "")
            return self._shown(row.pseudonym)

    def set_limits(self, ref: str, limits: Limits, now_ms: int | None = None) -> Shopper:
        """Set what the till may take; loosening is a manager's.

        Raises:
            UnknownShopperError, SignInError, StorageError: As named.
        """
        with self._core.transaction(write=True):
            row = self._people.active(ref)
            person = self._people.person(row)
            loosens = limits.loosens(person.limits)
            session = self.trail.permit("loosen limits" if loosens else "tighten limits")
            self._people.put_person(row, replace(person, limits=limits))
            action = "loosen limits" if loosens else "tighten limits"
            self.trail.append(_now(now_ms), session, action, row.pseudonym, "")
            return self._shown(row.pseudonym)

    def revoke(self, ref: str, now_ms: int | None = None) -> Shopper:
        """Erase a person: destroys the data key and all sealed cells, leaves a tombstone.

        The book's own signed tombstone is then due; `enroll.erasure` writes it. Copies made before
        (backups, snapshots, blocks of a worn disk) open as long as the master key of their time
        exists: rotate it to close those too.

        Raises:
            UnknownShopperError: Nobody there, or erased before.
            SignInError, StorageError: As named; nothing was written.
        """
        with self._core.transaction(write=True):
            session = self.trail.permit("revoke")
            row = self._people.find(ref)
            if row.status == "revoked":
                raise UnknownShopperError(
                    f"{row.pseudonym} was revoked before, and nothing is left to erase.",
                    hint="Run: facetill enroll list",
                )
            with contextlib.suppress(StorageError):  # a damaged row is erased as well
                self._people.unflag(row.pseudonym, self._people.person(row).lookalikes)
            self._people.erase(row, _now(now_ms))
            self.trail.append(_now(now_ms), session, "revoke", row.pseudonym, "")
            tombstone = self._shown(row.pseudonym)
        self._core.scrub()
        return tombstone

    def tombstones_due(self) -> list[str]:
        """The erased pseudonyms whose tombstone the book may not have yet."""
        with self._core.transaction(write=False):
            rows = self._people.rows("WHERE s.tombstone_due = 1 ORDER BY s.number")
            return [row.pseudonym for row in rows]

    def tombstone_written(self, pseudonym: str) -> None:
        """The book has it."""
        with self._core.transaction(write=True):
            self._core.store.write(
                "UPDATE shoppers SET tombstone_due = 0 WHERE pseudonym = ?", (pseudonym,)
            )

    def require_import(self) -> None:
        """Look before a bulk import begins.

        Raises:
            SignInError: Nobody signed in who may import.
        """
        with self._core.transaction(write=False):
            self.trail.permit("import")

    def for_topup(self, ref: str) -> Shopper:
        """The active shopper whose balance is to be topped up.

        Raises:
            UnknownShopperError, SignInError, DamagedError: As named.
        """
        with self._core.transaction(write=False):
            self.trail.permit("top up")
            return self._people.shopper(self._people.active(ref))

    def topped_up(self, pseudonym: str, entry: int, now_ms: int) -> None:
        """Note in the trail who booked a top-up, by the book's entry."""
        with self._core.transaction(write=True):
            session = self.trail.permit("top up")
            self.trail.append(now_ms, session, "top up", pseudonym, f"entry {entry}")

    def lookalikes(self) -> list[tuple[str, tuple[str, ...]]]:
        """(shopper, those whose faces are too near) of all who need a second factor for it.

        Raises:
            SignInError, DamagedError: As named.
        """
        with self._core.transaction(write=False):
            self.trail.permit("look up")
            rows = self._people.rows("WHERE s.status = 'active' ORDER BY s.number")
            found = [(row.pseudonym, self._people.person(row).lookalikes) for row in rows]
        return [(pseudonym, others) for pseudonym, others in found if others]

    def everything_on(self, ref: str, now_ms: int) -> Everything:
        """All that the vault holds on a person, for `enroll.export`; noted in the trail.

        Raises:
            UnknownShopperError, SignInError, DamagedError: As named.
        """
        with self._core.transaction(write=True):
            session = self.trail.permit("export")
            row = self._people.find(ref)
            shopper = self._people.shopper(row)
            active = row.status == "active"
            template = self._people.template(row) if row.template is not None else None
            lookalikes = self._people.person(row).lookalikes if active else ()
            self.trail.append(now_ms, session, "export", row.pseudonym, "")
        trail = [entry for entry in self.trail.read() if entry.subject == row.pseudonym]
        return Everything(shopper, template, lookalikes, tuple(trail))

    # --- inside ----------------------------------------------------------------------------

    def _shown(self, pseudonym: str) -> Shopper:
        return self._people.shopper(self._people.find(pseudonym))

    def _lookalikes(
        self,
        embedding: NDArray[np.float32],
        model: str,
        *,
        known: Collection[str] = (),
        but: str = "",
    ) -> tuple[str, ...]:
        """Whom a face is near to, unless it is theirs.

        Raises:
            AlreadyEnrolledError: It is one enrolled, who is not among `known`.
        """
        gallery = self._galleries.of(model)
        # Without the margin: whoever resembles two shoppers is not to become a third.
        for same in gallery.near(embedding, DUPLICATE):
            if same not in known and same != but:
                raise AlreadyEnrolledError(
                    f"This person is enrolled already, as {same}.",
                    hint=f"Run: facetill enroll show {same}"
                    f" (and if that is somebody else, add --twin-of {same}).",
                    pseudonym=same,
                )
        return tuple(p for p in gallery.near(embedding, LOOKALIKE) if p != but)

    def _require_same_face(self, row: Row, model: str, turned: NDArray[np.float32]) -> None:
        hint = "If a manager has seen by other means who it is, add --identity-checked."
        if row.template is None:
            return  # an account that had no face: whoever has its phone and PIN asked for one
        if row.model != model:
            raise OtherFaceError(
                f"The template of {row.pseudonym} is another model's, so the faces cannot be"
                " compared.",
                hint=hint,
            )
        if float(self._galleries.turned_on(row) @ turned) < THRESHOLD:
            raise OtherFaceError(f"This is not the face of {row.pseudonym} on file.", hint=hint)


def unit(embedding: NDArray[np.float32]) -> NDArray[np.float32]:
    """The embedding scaled to length 1.

    Raises:
        BadInputError: It is no vector, or has no length.
    """
    vector = np.asarray(embedding, dtype=np.float32)
    length = float(np.linalg.norm(vector)) if vector.ndim == 1 else 0.0
    if not np.isfinite(length) or length == 0.0:
        raise BadInputError("The template is no vector.", hint="Enrol again from good frames.")
    return (vector / np.float32(length)).astype(np.float32)


def wall_ms() -> int:
    """The wall clock, Unix ms."""
    return time.time_ns() // 1_000_000


def _now(now_ms: int | None) -> int:
    return wall_ms() if now_ms is None else now_ms
