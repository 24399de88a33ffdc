"""SFace: a face as a direction in 128 dimensions.

Y. Zhong et al., "SFace: Sigmoid-Constrained Hypersphere Loss for Robust Face Recognition" (2021).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from onnxruntime import InferenceSession


class Recogniser:
    """The network and how to feed it; for one thread at a time.

    Args:
        session: the loaded graph.
    """

    def __init__(self, session: InferenceSession) -> None:
        self._session = session
        self._input = session.get_inputs()[0].name

    def features(self, aligned: NDArray[np.uint8]) -> NDArray[np.float32]:
        """The network's output for one aligned face.

        Args:
            aligned: uint8 (112, 112, 3), BGR, as `models.align.align` gives it.

        Returns:
            float32 (128,), of any length.
        """
        # the graph wants RGB from 0 to 255 and normalises by itself
        pixels = np.ascontiguousarray(aligned[:, :, ::-1].transpose(2, 0, 1)[None], np.float32)
        output = self._session.run(None, {self._input: pixels})[0]
        return np.asarray(output, dtype=np.float32).ravel()
