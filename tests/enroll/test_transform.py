"""The templates' transform: no accuracy lost, and two installations cannot be linked."""

from __future__ import annotations

import numpy as np
import pytest

from enroll import unlinkability
from enroll.gallery import THRESHOLD
from enroll.transform import orthogonal

KEYS = (b"1" * 32, b"2" * 32)


def figures(embeddings, people, keys=KEYS):
    return unlinkability.evaluate(embeddings, people, keys, THRESHOLD, np.random.default_rng(5))


@pytest.mark.parametrize("dimensions", [128, 512])
def test_the_transform_changes_no_decision_and_no_cosine_beyond_rounding(dimensions):
    embeddings, people = unlinkability.synthetic(np.random.default_rng(1), 60, 4, dimensions)
    found = figures(embeddings, people)
    assert found.cosine_error_max < 1e-6
    assert found.decisions_changed == 0


def test_templates_of_two_installations_cannot_be_linked_though_plain_ones_can():
    embeddings, people = unlinkability.synthetic(np.random.default_rng(2), 120, 5)
    found = figures(embeddings, people)
    assert (found.pairs_mated, found.pairs_non_mated) == (1_200, 178_500)
    assert found.d_sys_unprotected > 0.95
    assert found.d_sys < max(1.5 * found.d_sys_by_chance, 0.08)


def test_two_installations_with_one_key_would_be_found_linkable():
    embeddings, people = unlinkability.synthetic(np.random.default_rng(3), 60, 4)
    assert figures(embeddings, people, (KEYS[0], KEYS[0])).d_sys > 0.95


def test_real_faces_of_two_installations_cannot_be_linked(models_dir, vision):
    import cv2

    pictures = sorted((models_dir / "portraits").rglob("person_*.jpg"))
    names = sorted({p.stem.rpartition("_")[0] for p in pictures})
    embeddings = []
    for path in pictures:
        image = cv2.imread(str(path))
        embeddings.append(vision.embed(image, vision.detect(image)[0]))
    people = np.array([names.index(p.stem.rpartition("_")[0]) for p in pictures])
    faces = np.stack(embeddings)
    one, two = (faces @ orthogonal(key, "m", faces.shape[1]).T for key in KEYS)
    mated = (people[:, None] == people[None, :]) & ~np.eye(len(people), dtype=bool)
    assert (faces @ faces.T)[mated].min() > THRESHOLD
    assert np.abs(faces @ faces.T - one @ one.T).max() < 1e-5
    assert np.abs(one @ two.T).max() < THRESHOLD  # even of one and the same picture


def test_a_thousand_renewals_would_not_wear_a_template_out():
    """Each renewal rounds to float32: the cosine to the original stays within 1e-4."""
    rng = np.random.default_rng(4)
    vector = rng.standard_normal(128).astype(np.float32)
    vector /= np.linalg.norm(vector)
    turns = [orthogonal(bytes([n]) * 32, "m", 128) for n in range(10)]
    worn, place = turns[0] @ vector, 0
    for step in range(1, 1_001):
        following = step % 10
        worn = turns[following] @ (turns[place].T @ worn)
        place = following
    assert float((turns[place].T @ worn) @ vector) == pytest.approx(1, abs=1e-4)
