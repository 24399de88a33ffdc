"""MiniFASNet: does this look like skin, or like paper and glass?

minivision-ai, Silent-Face-Anti-Spoofing (2020). Two networks see the face at two scales, and their
softmaxes are averaged. They were taught photographs of prints and screens; a picture that never
left the computer looks live to them, so their word never stands alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from onnxruntime import InferenceSession

    from models.faces import Face

INPUT_PX = 80
LIVE = 1  # the class, of three


def window(shape: tuple[int, ...], face: Face, scale: float) -> tuple[int, int, int, int]:
    """The face's box scaled about its centre and shifted back inside the picture.

    Returns:
        Left, top, right, bottom in whole pixels, the last two excluded.
    """
    height, width = shape[:2]
    box_w, box_h = face.width_px, float(face.box[3] - face.box[1])
    scale = min((height - 1) / box_h, (width - 1) / box_w, scale)
    x, y = face.centre
    left, top = x - box_w * scale / 2, y - box_h * scale / 2
    left = min(max(left, 0), width - 1 - box_w * scale)
    top = min(max(top, 0), height - 1 - box_h * scale)
    return (
        int(left),
        int(top),
        int(left + box_w * scale) + 1,
        int(top + box_h * scale) + 1,
    )


class Passive(Protocol):
    """The port of every passive anti-spoofing network."""

    id: str  # name and start of the weights' SHA-256, as an authorisation names it

    def __call__(self, image: NDArray[np.uint8], face: Face) -> float | None:
        """How live the face looks, 0..1; none where it cannot say."""


class MiniFASNet:
    """The pair of networks.

    Args:
        sessions: each with the scale of the window that it was taught.
        model_id: name and start of the weights' SHA-256.
    """

    def __init__(
        self, sessions: tuple[tuple[InferenceSession, float], ...], model_id: str = "minifasnet"
    ) -> None:
        self._sessions = sessions
        self.id = model_id

    def __call__(self, image: NDArray[np.uint8], face: Face) -> float:
        """How live the face looks, 0..1; meant for faces that look nearly ahead."""
        total = 0.0
        for session, scale in self._sessions:
            left, top, right, bottom = window(image.shape, face, scale)
            cut = cv2.resize(image[top:bottom, left:right], (INPUT_PX, INPUT_PX))
            pixels = np.ascontiguousarray(cut.transpose(2, 0, 1)[None], dtype=np.float32)
            logits = session.run(None, {session.get_inputs()[0].name: pixels})[0][0]
            weights = np.exp(logits - logits.max())
            total += float(weights[LIVE] / weights.sum())
        return total / len(self._sessions)
