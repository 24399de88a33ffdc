"""Keeps the galleries of an open vault in memory, and brings them up to date by what changed.

Each row carries the number of the change that last touched it. So following another process's
enrolment or revocation opens the cells of that one shopper, and enrolling somebody does not read
everybody's template from the disk again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from enroll.gallery import LAST_DIGITS, Card, Gallery, masked
from enroll.people import damaged
from enroll.transform import orthogonal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from enroll.core import Core
    from enroll.people import People, Row
    from enroll.sealing import Sealer


class _Kept(NamedTuple):
    """A gallery, and the state of the vault that it shows."""

    transform: int
    revision: int
    gallery: Gallery


class _Changed(NamedTuple):
    """Rows that were read, by what becomes of them."""

    seen: set[str]
    templates: dict[str, NDArray[np.float32]]
    cards: dict[str, Card]
    unusable: list[str]


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
        """The gallery as the vault has it now: the same object as before, brought up to date.

        Raises:
            DamagedError: Names the shopper whose row does not open; nothing was changed.
        """
        kept = self._kept.get(recogniser_id)
        transform, revision = self._core.keys.transform, self._core.revision()
        if kept is None or kept.transform != transform or kept.gallery.worn:
            gallery = self._loaded(recogniser_id)
        elif kept.revision != revision:
            gallery = self._followed(kept, recogniser_id)
        else:
            return kept.gallery
        self._kept[recogniser_id] = _Kept(transform, revision, gallery)
        return gallery

    def turn(self, model: str, dimensions: int, number: int | None = None) -> NDArray[np.float32]:
        """The (d, d) float32 matrix of a transform; the newest if none is named."""
        number = self._core.keys.transform if number is None else number
        place = (number, model, dimensions)
        if place not in self._turns:
            key = self._core.keys.transforms[number]
            self._turns[place] = orthogonal(key, model, dimensions)
        return self._turns[place]

    def turned_on(self, row: Row, sealer: Sealer | None = None) -> NDArray[np.float32]:
        """The row's template under the newest transform, whichever it is stored under."""
        template = self._people.template(row, sealer)
        if row.transform == self._core.keys.transform:
            return template
        if row.transform not in self._core.keys.transforms:
            raise damaged(row.pseudonym)
        before = self.turn(row.model, len(template), row.transform)
        after = self.turn(row.model, len(template))
        return np.asarray(after @ (before.T @ template), dtype=np.float32)

    def _loaded(self, recogniser_id: str) -> Gallery:
        """Everybody, from the store."""
        changed = self._changed(recogniser_id, -1)
        cards, templates = changed.cards, changed.templates
        matrix = np.stack(list(templates.values())) if templates else np.empty((0, 0), np.float32)
        return Gallery(
            recogniser_id,
            matrix,
            list(templates),
            {p: card.masked_name for p, card in cards.items()},
            self.turn(recogniser_id, matrix.shape[1]) if templates else None,
            tuple(changed.unusable),
            last_digits={p: card.last_digits for p, card in cards.items()},
            needs_second={p for p, card in cards.items() if card.needs_second},
        )

    def _followed(self, kept: _Kept, recogniser_id: str) -> Gallery:
        """What changed since, put into the gallery that is there."""
        gallery = kept.gallery
        if not gallery.dimensions:  # nobody yet: of what length templates are is not known
            return self._loaded(recogniser_id)
        changed = self._changed(recogniser_id, kept.revision, gallery.dimensions)
        stay = (p for p in gallery.unusable if p not in changed.seen)
        unusable = (*stay, *changed.unusable)
        gallery.follow(changed.seen, changed.templates, changed.cards, unusable)
        return gallery

    def _changed(self, recogniser_id: str, since: int, dimensions: int = 0) -> _Changed:
        """What to put in for everybody whose row was written after a revision."""
        found = _Changed(set(), {}, {}, [])
        for row in self._people.rows("WHERE s.changed > ? ORDER BY s.number", since):
            found.seen.add(row.pseudonym)
            if row.status != "active" or row.template is None:
                continue
            if row.model != recogniser_id:
                found.unusable.append(row.pseudonym)
                continue
            sealer = self._people.sealer(row)
            template = self.turned_on(row, sealer)
            dimensions = dimensions or len(template)
            if len(template) != dimensions:
                raise damaged(row.pseudonym)
            person = self._people.person(row, sealer)
            digits = person.phone.removeprefix("+")[-LAST_DIGITS:]
            found.templates[row.pseudonym] = template
            found.cards[row.pseudonym] = Card(masked(person.name), digits, bool(person.lookalikes))
        return found
