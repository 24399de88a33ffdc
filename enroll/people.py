"""The shoppers' rows: finding them, opening their cells, writing them, and what proves them whole.

What names a person is sealed under the person's own data key; the columns in clear (consent, times,
model) carry a MAC under a key of the vault, so that a consent cannot be backdated by whoever can
write to the disk.
"""

from __future__ import annotations

import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from enroll.errors import AlreadyEnrolledError, DamagedError, UnknownShopperError
from enroll.sealing import SealBrokenError, Sealer, new_key
from enroll.shopper import Consent, Person, Shopper, clean_phone, is_pseudonym
from enroll.store import scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from enroll.core import Core
    from enroll.shopper import Status
    from enroll.store import Value

FIRST_TRANSFORM: Final = 1
_UNKNOWN: Final = "unknown"
_QUERY: Final = (
    "SELECT s.number, s.pseudonym, s.status, s.changed, s.enrolled_ms, s.revoked_ms,"
    " s.consent_version, s.consent_ms, s.staff, s.model, s.transform, s.phone_index, s.person,"
    " s.template, s.pin, s.mac, d.epoch, d.data_key"
    " FROM shoppers s LEFT JOIN data_keys d ON d.pseudonym = s.pseudonym "
)


class Row(NamedTuple):
    """One shopper as stored, with the wrapped data key; the sealed cells are none once erased."""

    number: int
    pseudonym: str
    status: Status
    changed: int
    enrolled_ms: int
    revoked_ms: int | None
    consent_version: str
    consent_ms: int
    staff: str
    model: str
    transform: int
    phone_index: bytes | None
    person: bytes | None
    template: bytes | None
    pin: bytes | None
    mac: bytes
    epoch: int | None
    data_key: bytes | None


class People:
    """The shoppers of an open vault; every method runs within the caller's transaction."""

    def __init__(self, core: Core) -> None:
        self._core = core

    # --- finding -----------------------------------------------------------------------------

    def rows(self, clause: str, *values: Value) -> Iterator[Row]:
        """The shoppers that a constant SQL clause chooses."""
        for row in self._core.store.rows(_QUERY + clause, values):
            yield Row(*row)  # type: ignore[arg-type]  # the tables are strict

    def find(self, ref: str) -> Row:
        """By pseudonym or phone number.

        Raises:
            UnknownShopperError: Nobody there.
        """
        if is_pseudonym(ref):
            row = next(self.rows("WHERE s.pseudonym = ?", ref), None)
        else:
            row = self.by_phone(clean_phone(ref))
        if row is None:
            raise UnknownShopperError(
                f"Nobody is enrolled as {ref}.", hint="Run: facetill enroll list"
            )
        return row

    def active(self, ref: str) -> Row:
        """As `find`, and not erased.

        Raises:
            UnknownShopperError: Nobody there, or erased.
        """
        row = self.find(ref)
        if row.status != "active":
            raise UnknownShopperError(
                f"{row.pseudonym} was revoked.", hint="Run: facetill enroll list"
            )
        return row

    def by_phone(self, phone: str) -> Row | None:
        """The shopper with this cleaned phone number."""
        return next(self.rows("WHERE s.phone_index = ?", self.phone_index(phone)), None)

    def phone_index(self, phone: str) -> bytes:
        """The blind index of a phone number."""
        return hmac.digest(self._core.keys.phone, phone.encode(), "sha256")

    def require_phone_free(self, phone: str, but: str = "") -> None:
        """Refuse a number that another shopper than `but` has.

        Raises:
            AlreadyEnrolledError: Names the pseudonym.
        """
        row = self.by_phone(phone)
        if row is not None and row.pseudonym != but:
            raise AlreadyEnrolledError(
                f"This phone number belongs to {row.pseudonym} already.",
                hint=f"Run: facetill enroll show {row.pseudonym}",
                pseudonym=row.pseudonym,
            )

    # --- opening -----------------------------------------------------------------------------

    def require_whole(self, row: Row) -> None:
        """Refuse a row whose clear columns are not as they were written.

        Raises:
            DamagedError: Names the shopper.
        """
        if not hmac.compare_digest(row.mac, self._mac(row)):
            raise damaged(row.pseudonym)

    def sealer(self, row: Row) -> Sealer:
        """What the shopper's data key seals with.

        Raises:
            DamagedError: Names the shopper.
        """
        try:
            wrap = self._core.keys.wraps[-1 if row.epoch is None else row.epoch]
            return Sealer(wrap.unseal(row.data_key, row.pseudonym, "data-key"))
        except (SealBrokenError, KeyError, ValueError) as e:
            raise damaged(row.pseudonym) from e

    def person(self, row: Row, sealer: Sealer | None = None) -> Person:
        """Name, phone, limits and so on; `sealer` is the row's, if it was asked for already.

        Raises:
            DamagedError: Names the shopper.
        """
        try:
            sealer = sealer or self.sealer(row)
            return Person.unpack(sealer.unseal(row.person, row.pseudonym, "person"))
        except (SealBrokenError, ValueError, KeyError, TypeError) as e:
            raise damaged(row.pseudonym) from e

    def template(self, row: Row, sealer: Sealer | None = None) -> NDArray[np.float32]:
        """(d,) float32, turned by the transform that the row names; `sealer` as for `person`.

        Raises:
            DamagedError: Names the shopper.
        """
        try:
            purpose = _template_purpose(row.model, row.transform)
            data = (sealer or self.sealer(row)).unseal(row.template, row.pseudonym, *purpose)
            return np.frombuffer(data, dtype="<f4")
        except (SealBrokenError, ValueError) as e:
            raise damaged(row.pseudonym) from e

    def kept_pin(self, row: Row) -> bytes | None:
        """What `pins.hashed` gave, or None where there is no PIN.

        Raises:
            DamagedError: Names the shopper.
        """
        if row.pin is None:
            return None
        try:
            return self.sealer(row).unseal(row.pin, row.pseudonym, "pin")
        except SealBrokenError as e:
            raise damaged(row.pseudonym) from e

    def shopper(self, row: Row) -> Shopper:
        """As staff see it.

        Raises:
            DamagedError: Names the shopper.
        """
        self.require_whole(row)
        person = self.person(row) if row.status == "active" else Person("", "")
        return Shopper(
            row.pseudonym,
            person.name,
            person.phone,
            _utc(row.enrolled_ms),
            row.status,
            row.model,
            Consent(row.consent_version, row.consent_ms, row.staff),
            None if row.revoked_ms is None else _utc(row.revoked_ms),
            person.limits,
            bool(person.lookalikes),
            row.pin is not None,
            person.quality,
        )

    # --- writing -----------------------------------------------------------------------------

    def insert(
        self,
        pseudonym: str,
        person: Person,
        consent: Consent,
        enrolled_ms: int,
        template: tuple[str, NDArray[np.float32] | None],
        pin: bytes | None,
    ) -> None:
        """A new shopper under a new data key; a template is turned by the newest transform."""
        core, data_key = self._core, new_key()
        sealer, model = Sealer(data_key), template[0]
        number = scalar(core.store, "SELECT coalesce(max(number), 0) + 1 FROM shoppers")
        wrapped = core.keys.wraps[core.keys.epoch].seal(data_key, pseudonym, "data-key")
        core.store.write(
            "INSERT INTO data_keys (pseudonym, epoch, data_key) VALUES (?, ?, ?)",
            (pseudonym, core.keys.epoch, wrapped),
        )
        row = Row(
            *(int(str(number)), pseudonym, "active", core.next_revision(), enrolled_ms, None),
            *(consent.version, consent.given_at_ms, consent.staff, model, core.keys.transform),
            self.phone_index(person.phone),
            sealer.seal(person.pack(), pseudonym, "person"),
            None
            if template[1] is None
            else self._sealed_template(sealer, pseudonym, model, template[1]),
            None if pin is None else sealer.seal(pin, pseudonym, "pin"),
            *(b"", core.keys.epoch, wrapped),
        )
        columns = Row._fields[:-2]
        places = ", ".join("?" * len(columns))
        core.store.write(
            f"INSERT INTO shoppers ({', '.join(columns)}, tombstone_due)"  # noqa: S608
            f" VALUES ({places}, 0)",
            row._replace(mac=self._mac(row))[:-2],
        )

    def put_person(self, row: Row, person: Person) -> None:
        """Replace what is sealed of a person."""
        sealed = self.sealer(row).seal(person.pack(), row.pseudonym, "person")
        self._update(row._replace(person=sealed, phone_index=self.phone_index(person.phone)))

    def put_pin(self, row: Row, kept: bytes | None) -> None:
        """Replace or remove a PIN."""
        sealed = None if kept is None else self.sealer(row).seal(kept, row.pseudonym, "pin")
        self._update(row._replace(pin=sealed))

    def put_template(
        self, row: Row, model: str, turned: NDArray[np.float32], consent: Consent, person: Person
    ) -> None:
        """Replace a template, with the consent that it was taken under."""
        sealer = self.sealer(row)
        self._update(
            row._replace(
                model=model,
                transform=self._core.keys.transform,
                template=self._sealed_template(sealer, row.pseudonym, model, turned),
                person=sealer.seal(person.pack(), row.pseudonym, "person"),
                consent_version=consent.version,
                consent_ms=consent.given_at_ms,
                staff=consent.staff,
            )
        )

    def turned_again(self, row: Row, turned: NDArray[np.float32]) -> tuple[bytes, int]:
        """(sealed template, transform) of a row for the newest transform."""
        sealed = self._sealed_template(self.sealer(row), row.pseudonym, row.model, turned)
        return sealed, self._core.keys.transform

    def erase(self, row: Row, now_ms: int) -> None:
        """Destroy the data key and every sealed cell; a tombstone in the book is due."""
        try:
            self.require_whole(row)
        except DamagedError:  # what may be forged is not to be signed as if it were true
            row = row._replace(consent_version=_UNKNOWN, consent_ms=0, staff=_UNKNOWN)
        store = self._core.store
        store.write("DELETE FROM data_keys WHERE pseudonym = ?", (row.pseudonym,))
        store.write("UPDATE shoppers SET tombstone_due = 1 WHERE number = ?", (row.number,))
        gone = row._replace(phone_index=None, person=None, template=None, pin=None)
        self._update(gone._replace(status="revoked", revoked_ms=now_ms))

    def unflag(self, pseudonym: str, others: tuple[str, ...]) -> None:
        """Take a shopper out of the lists of those it looked like."""
        for other in others:
            row = next(self.rows("WHERE s.pseudonym = ? AND s.status = 'active'", other), None)
            if row is not None:
                person = self.person(row)
                left = tuple(p for p in person.lookalikes if p != pseudonym)
                self.put_person(row, replace(person, lookalikes=left))

    def flag(self, pseudonym: str, others: tuple[str, ...]) -> None:
        """Put a shopper into the lists of those it looks like."""
        for other in others:
            row = self.active(other)
            person = self.person(row)
            if pseudonym not in person.lookalikes:
                lookalikes = (*person.lookalikes, pseudonym)
                self.put_person(row, replace(person, lookalikes=lookalikes))

    def _update(self, row: Row) -> None:
        row = row._replace(changed=self._core.next_revision(), mac=self._mac(row))
        columns = Row._fields[2:-2]
        places = ", ".join(f"{column} = ?" for column in columns)
        self._core.store.write(
            f"UPDATE shoppers SET {places} WHERE number = ?",  # noqa: S608 - our own names
            (*row[2:-2], row.number),
        )

    def _sealed_template(
        self, sealer: Sealer, pseudonym: str, model: str, turned: NDArray[np.float32]
    ) -> bytes:
        purpose = _template_purpose(model, self._core.keys.transform)
        return sealer.seal(turned.astype("<f4").tobytes(), pseudonym, *purpose)

    def _mac(self, row: Row) -> bytes:
        return row_mac(self._core.keys.rows, row)


def row_mac(key: bytes, row: Row) -> bytes:
    """HMAC-SHA-256 of a row's columns in clear, except those that only order the work."""
    clear = (
        *(row.pseudonym, row.status, row.enrolled_ms, row.revoked_ms, row.consent_version),
        *(row.consent_ms, row.staff, row.model),
        None if row.phone_index is None else row.phone_index.hex(),
    )
    return hmac.digest(key, json.dumps(clear).encode(), "sha256")


def _template_purpose(model: str, transform: int) -> tuple[str, ...]:
    # as format 1 sealed it, which knew one transform
    first = transform == FIRST_TRANSFORM
    return ("template", model) if first else ("template", model, str(transform))


def _utc(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def damaged(pseudonym: str) -> DamagedError:
    """A shopper's row is not as it was written."""
    return DamagedError(
        f"The vault's row of {pseudonym} is damaged.",
        hint=f"Restore the vault from a backup, or run: facetill enroll revoke {pseudonym}",
    )
