"""What every test may ask for: real models, a fresh demo home, and sample media where present.

Fetched weights live in one folder for the whole run; a test that needs media which only some
machines have skips, and says which.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ledger.home import Home
    from models.vision import Vision

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session", autouse=True)
def own_state(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What an auditor remembers of a book stays out of the user's own folder."""
    os.environ["XDG_STATE_HOME"] = str(tmp_path_factory.mktemp("state"))


@pytest.fixture(scope="session")
def repository() -> Path:
    return REPOSITORY


@pytest.fixture(scope="session")
def models_dir() -> Path:
    """The verified model folder; fetched once where the machine does not have it yet."""
    from models.fetch import fetch

    folder = Path(os.environ.get("FACETILL_MODELS", REPOSITORY / ".cache" / "models"))
    fetch(folder, portraits=True)
    os.environ["FACETILL_MODELS"] = str(folder)
    return folder


@pytest.fixture(scope="session")
def vision(models_dir: Path) -> Vision:
    from models.vision import open_vision

    return open_vision(models_dir)


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """Faces and weights that may be used here but not committed."""
    folder = Path(os.environ.get("FACETILL_SHARED", REPOSITORY.parent / "shared"))
    if not (folder / "media").is_dir():
        pytest.skip("needs the shared sample media, which this machine does not have")
    return folder


@pytest.fixture
def demo_home(tmp_path: Path) -> Home:
    from ledger.home import create_home

    return create_home(tmp_path / "home", "demo")


@pytest.fixture
def live_home(tmp_path: Path) -> Home:
    from ledger.home import create_home

    return create_home(tmp_path / "live", "live")
