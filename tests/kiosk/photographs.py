"""Takes a photograph of a code as a shopper would: off a screen, askew, in bad light."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import segno


@dataclass(frozen=True)
class Shot:
    """How a photograph is taken.

    Attributes:
        module_px: how large a module of the code comes out, in pixels of the photograph.
        tilt: how far the corners lean in, as a share of the side.
        turn: degrees by which the phone is turned.
        blur: standard deviation of the blur, in pixels.
        motion: length of the smear by a moving hand, in pixels.
        noise: standard deviation of the noise, of 255.
        light: brightest value of the picture, of 255.
        jpeg: quality, 1..100.
        glare: whether a lamp is mirrored in the screen.
        moire: depth of the screen's own pattern, 0..1.
    """

    module_px: float = 5.0
    tilt: float = 0.08
    turn: float = 8.0
    blur: float = 0.8
    motion: int = 0
    noise: float = 6.0
    light: float = 220.0
    jpeg: int = 80
    glare: bool = False
    moire: float = 0.0


def screen(payload: str, module: int = 8) -> np.ndarray:
    """A till's screen with the code on a white card; uint8 (H, W, 3)."""
    matrix = np.array(tuple(segno.make_qr(payload, error="l", boost_error=False).matrix))
    code = np.kron(np.pad(1 - matrix, 4, constant_values=1), np.ones((module, module)))
    height, width = code.shape
    picture = np.zeros((int(height * 1.5), int(width * 1.8), 3), np.uint8)
    picture[:] = (96, 62, 20)
    picture[: height // 8] = (230, 226, 214)
    top, left = (picture.shape[0] - height) // 2, (picture.shape[1] - width) // 2
    picture[top : top + height, left : left + width] = (code * 255).astype(np.uint8)[..., None]
    return picture


def take(payload: str, shot: Shot, seed: int = 1) -> np.ndarray:
    """The photograph; uint8 (H, W, 3), BGR."""
    rng = np.random.default_rng(seed)
    module = 8
    flat = screen(payload, module)
    if shot.moire:
        rows = np.arange(flat.shape[0])[:, None, None]
        flat = (flat * (1 - shot.moire * (rows % 3 == 0))).astype(np.uint8)
    height, width = flat.shape[:2]
    scale = shot.module_px / module
    size = (int(width * scale * 1.2), int(height * scale * 1.2))
    lean = shot.tilt
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    there = np.array([[lean, lean / 2], [1, 0], [1 - lean / 3, 1], [0, 1 - lean]], np.float32)
    there = there * [width * scale, height * scale] + [size[0] * 0.08, size[1] * 0.08]
    warp = cv2.getPerspectiveTransform(corners, there.astype(np.float32))
    spin = np.vstack(
        [cv2.getRotationMatrix2D((size[0] / 2, size[1] / 2), shot.turn, 1.0), [0, 0, 1]]
    )
    picture = cv2.warpPerspective(
        flat, spin @ warp, size, flags=cv2.INTER_AREA, borderValue=(40, 46, 52)
    ).astype(np.float32)
    if shot.blur:
        picture = cv2.GaussianBlur(picture, (0, 0), shot.blur)
    if shot.motion:
        smear = np.zeros((shot.motion, shot.motion), np.float32)
        smear[shot.motion // 2] = 1 / shot.motion
        picture = cv2.filter2D(picture, -1, smear)
    if shot.glare:
        yy, xx = np.mgrid[0 : size[1], 0 : size[0]]
        lamp = np.exp(-(((xx / size[0] - 0.62) / 0.12) ** 2 + ((yy / size[1] - 0.35) / 0.1) ** 2))
        picture += 140 * lamp[..., None]
    picture *= shot.light / 255
    shade = np.linspace(1.0, 0.65, size[0])[None, :, None]
    picture = picture * shade + rng.normal(0, shot.noise, picture.shape)
    picture = np.clip(picture, 0, 255).astype(np.uint8)
    return cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, shot.jpeg])[1], 1)
