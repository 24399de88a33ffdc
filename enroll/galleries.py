"""Keeps the galleries of an open vault in memory, and brings them up to date by what changed.

Each row carries the number of the change that last touched it. So following another process's
enrolment or revocation opens the cells of that one shopper, and enrolling somebody does not read
everybody's template from the disk again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from enroll.gallery import LAST_DIGITS, Gallery, masked
from enroll.people import damaged
from enroll.transform import orthogonal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from enroll.core import Core
    from enroll.people import People, Row


class _Card(NamedTuple):
    """What a till may know of a shopper besides the template."""

    masked_name: str
    last_digits: str
    needs_second: bool


class _Kept(NamedTuple):
    """A gallery, what it was made of, and the state of the vault that it shows."""

    transform: int
    revision: int
    owners: tuple[str, ...]
    templates: NDArray[np.float32]
    cards: dict[str, _Card]
    unusable: dict[str, None]
    gallery: Gallery


class Galleries:
    """The galleries of an open vault, one for each recogniser asked for.

    Every method runs within the caller's transaction.
    """

    def __init__(self, core: Core, people: People) -> None:
        self._core = core
        self._people = people
        self._kept: dict[str, _Kept] = {}
        self._turns: dict[tuple[int, str, int], NDArray[np.float32]] = {}

    def of(self, recogniser_id: str) -> Gallery:
        """The gallery as the vault has it now.

        Raises:
            DamagedError: Names the shopper whose row does not open.
        """
        kept = self._kept.get(recogniser_id)
        if kept is not None and kept.transform != self._core.keys.transform:
            kept = None
        revision = self._core.revision()
        if kept is None or kept.revision != revision:
            kept = self._kept[recogniser_id] = self._brought_up(kept, recogniser_id, revision)
        return kept.gallery

    def turn(self, model: str, dimensions: int, number: int | None = None) -> NDArray[np.float32]:
        """The (d, d) float32 matrix of a transform; the newest if none is named."""
        number = self._core.keys.transform if number is None else number
        place = (number, model, dimensions)
        if place not in self._turns:
            key = self._core.keys.transforms[number]
            self._turns[place] = orthogonal(key, model, dimensions)
        return self._turns[place]

    def turned_on(self, row: Row) -> NDArray[np.float32]:
        """The row's template under the newest transform, whichever it is stored under."""
        template = self._people.template(row)
        if row.transform == self._core.keys.transform:
            return template
        if row.transform not in self._core.keys.transforms:
            raise damaged(row.pseudonym)
        before = self.turn(row.model, len(template), row.transform)
        after = self.turn(row.model, len(template))
        return np.asarray(after @ (before.T @ template), dtype=np.float32)

    def _brought_up(self, kept: _Kept | None, recogniser_id: str, revision: int) -> _Kept:
        owners, templates = ((), None) if kept is None else (kept.owners, kept.templates)
        cards = {} if kept is None else dict(kept.cards)
        unusable = {} if kept is None else dict(kept.unusable)
        since = -1 if kept is None else kept.revision
        changed: set[str] = set()
        added: list[NDArray[np.float32]] = []
        new_owners: list[str] = []
        for row in self._people.rows("WHERE s.changed > ? ORDER BY s.number", since):
            changed.add(row.pseudonym)
            cards.pop(row.pseudonym, None)
            unusable.pop(row.pseudonym, None)
            if row.status != "active":
                continue
            if row.model != recogniser_id:
                unusable[row.pseudonym] = None
                continue
            template = self.turned_on(row)
            first = (
                added[0]
                if added
                else templates[0]
                if owners and templates is not None
                else template
            )
            if len(template) != len(first):
                raise damaged(row.pseudonym)
            added.append(template)
            new_owners.append(row.pseudonym)
            cards[row.pseudonym] = self._card(row)
        stay = [owner not in changed for owner in owners]
        parts = [
            *([] if templates is None else [templates[stay]]),
            *([np.stack(added)] if added else []),
        ]
        parts = [part for part in parts if len(part)]
        matrix = np.concatenate(parts) if parts else np.empty((0, 0), dtype=np.float32)
        left = (*(o for o, s in zip(owners, stay, strict=True) if s), *new_owners)
        turn = self.turn(recogniser_id, matrix.shape[1]) if parts else None
        gallery = Gallery(
            recogniser_id,
            matrix,
            left,
            {p: card.masked_name for p, card in cards.items()},
            turn,
            tuple(unusable),
            last_digits={p: card.last_digits for p, card in cards.items()},
            needs_second={p for p, card in cards.items() if card.needs_second},
        )
        transform = self._core.keys.transform
        return _Kept(transform, revision, left, matrix, cards, unusable, gallery)

    def _card(self, row: Row) -> _Card:
        person = self._people.person(row)
        digits = person.phone.removeprefix("+")[-LAST_DIGITS:]
        return _Card(masked(person.name), digits, bool(person.lookalikes))
