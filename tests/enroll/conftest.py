"""Made-up faces for the desk's tests: unit vectors, and records around them."""

from __future__ import annotations

import numpy as np
import pytest

from enroll.shopper import Consent, EnrolmentRecord, Template
from enroll.vault import Vault


@pytest.fixture
def embedding():
    def make(seed: int, dimensions: int = 128) -> np.ndarray:
        vector = np.random.default_rng(seed).standard_normal(dimensions).astype(np.float32)
        return vector / np.linalg.norm(vector)

    return make


@pytest.fixture
def person(embedding):
    def make(seed: int, *, name: str = "", phone: str = "", model: str = "m-1") -> EnrolmentRecord:
        return EnrolmentRecord(
            name or f"Person Number{seed}",
            phone or f"555{seed:05d}",
            Template(embedding(seed), model),
            Consent("1", 1_000, "staff-1"),
            2_000 + seed,
        )

    return make


@pytest.fixture
def vault(demo_home):
    with Vault.create(demo_home) as made:
        yield made
