"""The gallery: every active template in memory, and the one search that decides who a face is.

Scores stay inside: a match's text form shows none, and nothing here logs. Templates are held as
stored, that is, turned by the installation's keyed transform; a probe is turned the same way.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from enroll.errors import OtherModelError
from enroll.search import SCAN_FROM, index_for

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray

THRESHOLD: Final = 0.363
"""Least cosine of two pictures of one person: the value published with SFace (OpenCV's model zoo);
at it, 262 pairs of different people gave no false match, which bounds the rate below 1.2 % (rule of
three). Not a rate chosen by the operator yet."""

MARGIN: Final = 0.05
"""Least lead over the second shopper; below it two shoppers are too alike for a face alone."""

LOOKALIKE: Final = 0.46
"""Cosine from which two shoppers' templates are too alike for a face alone: what one in ten
thousand pairs of strangers reaches, as far as that can be extrapolated from 253 measured ones
(`kiosk.impostors`). At 0.30, which 5 of those 253 pairs reach, most of a hundred shoppers would be
somebody's lookalike."""

DUPLICATE: Final = 0.56
"""Cosine from which a new face is taken for one that is enrolled already: all of 31 measured pairs
of one person reach it, and of 253 pairs of different people none; the likest are at 0.47."""

LAST_DIGITS: Final = 4
_UNIT_TOLERANCE: Final = 1e-2


@dataclass(frozen=True, slots=True)
class Match:
    """The best shopper for a probe.

    Attributes:
        pseudonym: Who comes nearest; says nothing on its own where `accepted` is false.
        accepted: Similarity and lead are both large enough.
        similarity: Cosine, -1..1; never to be shown, logged or stored.
        margin: Lead over the second shopper, 0..2, or infinity if there is no second one.
        needs_second: Another enrolled face is so like this one that a face alone never pays.
    """

    pseudonym: str
    accepted: bool
    similarity: float = field(repr=False)
    margin: float = field(repr=False)
    needs_second: bool = False


class Card(NamedTuple):
    """What a till may know of a shopper besides the template.

    Attributes:
        masked_name: Fit for a screen in a shop.
        last_digits: The last LAST_DIGITS of the phone number.
        needs_second: A face alone is not enough.
    """

    masked_name: str
    last_digits: str
    needs_second: bool


NO_CARD: Final = Card("", "", needs_second=False)
WORN_MIN: Final = 1_000


class Gallery:
    """Templates of one recogniser; `Vault.gallery` brings the same one up to date.

    Args:
        recogniser_id: The model that made them, as `Vision.recogniser_id`.
        templates: (n, d) float32, turned by `transform`, each of length 1.
        owners: Pseudonym of each row; a shopper may own several.
        masked_names: Pseudonym to a name fit for a screen in a shop.
        transform: (d, d) float32 orthogonal matrix; None where there are no templates.
        unusable: Pseudonyms whose template is another model's: they cannot be found.
        last_digits: Pseudonym to the last digits of the phone number.
        needs_second: Pseudonyms that a face alone is not enough for.
    """

    def __init__(
        self,
        recogniser_id: str,
        templates: NDArray[np.float32],
        owners: Sequence[str],
        masked_names: dict[str, str],
        transform: NDArray[np.float32] | None,
        unusable: tuple[str, ...] = (),
        *,
        last_digits: Mapping[str, str] | None = None,
        needs_second: Collection[str] = (),
    ) -> None:
        self.recogniser_id = recogniser_id
        self.unusable = unusable
        self._lock = threading.Lock()
        self._owners = list(dict.fromkeys(owners))  # by number; who is gone keeps the number
        self._place = {pseudonym: i for i, pseudonym in enumerate(self._owners)}
        self._index = index_for(*templates.shape)
        self._index.add(np.array([self._place[o] for o in owners], dtype=np.int32), templates)
        self._transform = transform
        self._cards: dict[str, Card] = {}
        self._by_digits: dict[str, dict[str, None]] = {}
        digits, second = last_digits or {}, frozenset(needs_second)
        for pseudonym, name in masked_names.items():
            card = Card(name, digits.get(pseudonym, ""), pseudonym in second)
            self._put_card(pseudonym, card)

    def __len__(self) -> int:
        return len(self._place)

    @property
    def pseudonyms(self) -> tuple[str, ...]:
        """Everybody who can be found."""
        return tuple(self._place)

    @property
    def dimensions(self) -> int:
        """Of a template; 0 where there are none."""
        return 0 if self._transform is None else self._transform.shape[0]

    @property
    def worn(self) -> bool:
        """So much has changed that making it anew would serve searches better."""
        live = len(self)
        other = type(index_for(live, 1)) is not type(self._index)
        return len(self._owners) > 2 * live + WORN_MIN or (other and live > 2 * SCAN_FROM)

    def follow(
        self,
        changed: Collection[str],
        templates: Mapping[str, NDArray[np.float32]],
        cards: Mapping[str, Card],
        unusable: tuple[str, ...],
    ) -> None:
        """Take over what changed; a search in another thread sees all of it or nothing.

        Args:
            changed: Whom to forget, and to take anew where `templates` has them.
            templates: Pseudonym to (d,) float32, turned as the others.
            cards: Of the same.
            unusable: As for the constructor, after the change.
        """
        with self._lock:
            for pseudonym in changed:
                number = self._place.pop(pseudonym, None)
                if number is not None:
                    self._index.remove(number)
                card = self._cards.pop(pseudonym, None)
                if card is not None:
                    self._by_digits.get(card.last_digits, {}).pop(pseudonym, None)
            numbers = range(len(self._owners), len(self._owners) + len(templates))
            self._owners.extend(templates)
            self._place.update(zip(templates, numbers, strict=True))
            if templates:
                matrix = np.stack(list(templates.values()))
                self._index.add(np.array(numbers, dtype=np.int32), matrix)
            for pseudonym, card in cards.items():
                self._put_card(pseudonym, card)
            self.unusable = unusable

    def _put_card(self, pseudonym: str, card: Card) -> None:
        self._cards[pseudonym] = card
        self._by_digits.setdefault(card.last_digits, {})[pseudonym] = None

    def __repr__(self) -> str:
        return f"Gallery({len(self)} shoppers, {self.recogniser_id})"

    def search(
        self,
        embedding: NDArray[np.float32],
        recogniser_id: str | None = None,
        *,
        among: Collection[str] | None = None,
    ) -> Match | None:
        """Compare a probe with all shoppers, or with some.

        Args:
            embedding: (d,) float32 of length 1, as `Vision.embed` gives it.
            recogniser_id: The model that made the probe, to be sure that it is the gallery's.
            among: Only these pseudonyms are compared, and the lead is over the second of them.

        Returns:
            The nearest shopper, or None if there is nobody to compare with.

        Raises:
            OtherModelError: The probe is not of this gallery's model.
        """
        if recogniser_id is not None and recogniser_id != self.recogniser_id:
            raise OtherModelError(
                f"The probe is of the model {recogniser_id}, the gallery of {self.recogniser_id}.",
                hint="Use the recogniser that the shoppers were enrolled with.",
            )
        if self._transform is None or not len(self):
            return None
        if embedding.shape != (self._transform.shape[0],) or not (
            abs(float(np.linalg.norm(embedding)) - 1.0) < _UNIT_TOLERANCE
        ):
            raise OtherModelError(
                "The probe has not the shape or length of this gallery's model.",
                hint="Use the recogniser that the shoppers were enrolled with.",
            )
        turned = self._transform @ embedding
        with self._lock:
            if among is None:
                found = self._index.best_two(turned)
            else:
                found = self._index.of(turned, {self._place[p] for p in among if p in self._place})
            if not found:
                return None
            first, similarity = found[0]
            pseudonym = self._owners[first]
            card = self._cards.get(pseudonym, NO_CARD)
        margin = similarity - found[1][1] if len(found) > 1 else float("inf")
        accepted = similarity >= THRESHOLD and margin >= MARGIN
        return Match(pseudonym, accepted, similarity, margin, card.needs_second)

    def near(self, embedding: NDArray[np.float32], least: float) -> tuple[str, ...]:
        """The shoppers whose similarity to a probe is at least this, nearest first.

        Args:
            embedding: As for `search`.
            least: Cosine, -1..1.
        """
        if self._transform is None or not len(self):
            return ()
        turned = self._transform @ embedding
        with self._lock:
            found = self._index.at_least(turned, least)
            return tuple(self._owners[owner] for owner, _ in found)

    def by_digits(self, last: str) -> tuple[str, ...]:
        """The pseudonyms whose phone number ends in these LAST_DIGITS digits."""
        with self._lock:
            return tuple(self._by_digits.get(last, ())) if len(last) == LAST_DIGITS else ()

    def mask_name(self, pseudonym: str) -> str:
        """The shopper's name with all but first letters hidden; "" for an unknown pseudonym."""
        return self._cards.get(pseudonym, NO_CARD).masked_name


def masked(name: str) -> str:
    """`Wolfgang Langer` -> `W*** L***`: every word keeps its first letter and no length."""
    return " ".join(f"{word[0]}***" for word in name.split())
