"""The keyed, renewable transform between an embedding and what is stored (ISO/IEC 24745).

A random orthogonal matrix, made from a key that lies encrypted in the vault, turns embeddings
before they are stored or compared. Angles, and so every cosine and threshold, stay the same (to
float32 rounding). What it gives: the same face has unrelated templates in two shops (their
databases cannot be linked), and a new key renews all templates. What it does not give: with
its key the turn can be undone, so secrecy rests on the encryption, and whoever knows as many
original embeddings with their templates as there are dimensions can solve for the matrix.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from enroll.sealing import subkey

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ALGORITHM: Final = "transform"


def orthogonal(key: bytes, model: str, dimensions: int) -> NDArray[np.float32]:
    """The installation's (dimensions, dimensions) float32 matrix for one recogniser's space.

    Drawn from the uniform (Haar) distribution: the QR factorisation of a Gaussian matrix with the
    signs of R's diagonal moved into Q (Mezzadri 2007). The Gaussian numbers come from AES-256-CTR
    by Box-Muller, not from numpy's generators, whose streams may change between releases.
    """
    count = dimensions * dimensions
    stream_key = subkey(key, f"{_ALGORITHM}/{model}/{dimensions}")
    encryptor = Cipher(algorithms.AES256(stream_key), modes.CTR(bytes(16))).encryptor()
    words = np.frombuffer(encryptor.update(bytes(16 * count)), dtype="<u8")
    uniform = (words >> np.uint64(11)).astype(np.float64) * 2.0**-53
    radius = np.sqrt(-2.0 * np.log1p(-uniform[:count]))
    gaussian = radius * np.cos(2.0 * np.pi * uniform[count:])
    q, r = np.linalg.qr(gaussian.reshape(dimensions, dimensions))
    return np.asarray(q * np.sign(np.diag(r)), dtype=np.float32)
