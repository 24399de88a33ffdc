"""Finds who a live face is; a face that is not live cannot be asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from enroll.gallery import THRESHOLD
from kiosk.flow import Payer
from kiosk.refusals import refused

if TYPE_CHECKING:
    from enroll.gallery import Gallery
    from kiosk.liveness import LiveFace


def identify(live: LiveFace, gallery: Gallery, recogniser_id: str) -> Payer:
    """Search the gallery for a live face.

    Args:
        live: what a passed liveness session gives.
        gallery: the enrolled shoppers.
        recogniser_id: the network that made the face's embedding.

    Raises:
        RefusedError: nobody, or two people too alike.
        enroll.errors.OtherModelError: the gallery is another network's.
    """
    match = gallery.search(live.embedding, recogniser_id)
    if match is None:
        raise refused("unknown_face")
    if not match.accepted:
        raise refused("ambiguous" if match.similarity >= THRESHOLD else "unknown_face")
    return Payer(match.pseudonym, gallery.mask_name(match.pseudonym), live.cues)
