"""Pictures held before a camera, by simulation: tilted, rolled, moved, bent, with holes for eyes.

A pinhole camera looks at a picture that is a plane, or a cylinder about an upright axis.
"""

from __future__ import annotations

import cv2
import numpy as np

FOCAL, DISTANCE = 2.6, 2.0  # in widths of the picture
BACKGROUND = (90, 100, 110)


def _rotation(yaw, pitch, roll):
    y, p, r = np.radians([yaw, pitch, roll])
    about_y = [[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]]
    about_x = [[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]]
    about_z = [[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]]
    return np.array(about_z) @ np.array(about_x) @ np.array(about_y)


def held(picture, *, yaw=0, pitch=0, roll=0, bend=0.0, away=1.0, shift=0.0, centre=(0.5, 0.5)):
    """What the camera sees.

    `bend` is the inverse radius in widths; `away` the distance in multiples of the usual one.
    """
    high, wide = picture.shape[:2]
    across, down = np.meshgrid(np.arange(wide) - wide / 2, np.arange(high) - high / 2)
    rays = np.stack([across, down, np.full(across.shape, FOCAL * wide)], -1) / (FOCAL * wide)
    turn = _rotation(yaw, pitch, roll)
    eye = turn.T @ -np.array([shift, 0, DISTANCE * away])
    rays = rays @ turn
    if bend:
        radius = 1 / bend
        a = rays[..., 0] ** 2 + rays[..., 2] ** 2
        b = 2 * (eye[0] * rays[..., 0] + (eye[2] - radius) * rays[..., 2])
        c = eye[0] ** 2 + (eye[2] - radius) ** 2 - radius**2
        inside = b * b - 4 * a * c
        reach = np.where(inside >= 0, (-b - np.sqrt(np.maximum(inside, 0))) / (2 * a), 1e6)
        met = eye + reach[..., None] * rays
        along = radius * np.arctan2(met[..., 0], radius - met[..., 2])
    else:
        met = eye + (-eye[2] / rays[..., 2])[..., None] * rays
        along = met[..., 0]
    x = np.float32((along + centre[0]) * wide)
    y = np.float32(met[..., 1] * wide + centre[1] * high)
    return cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderValue=BACKGROUND)


def noisy(image, rng):
    """A camera's noise, by which no two frames are alike."""
    return np.clip(image + rng.normal(0, 3, image.shape), 0, 255).astype(np.uint8)


def with_eyes_of(print_, eyes_from, points, radius):
    """A print with holes cut for the eyes, through which another picture's eyes look."""
    out = print_.copy()
    for x, y in points[:2].astype(int):
        mask = np.zeros(print_.shape[:2], np.uint8)
        cv2.ellipse(mask, (x, y), (radius, radius * 2 // 3), 0, 0, 360, 255, -1)
        out[mask > 0] = eyes_from[mask > 0]
    return out
