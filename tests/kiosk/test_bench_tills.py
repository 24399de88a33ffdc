"""Many tills on one PostgreSQL, where a server is installed."""

from __future__ import annotations

import importlib.util
import sys

import pytest

from kiosk.bench import tills


@pytest.fixture
def database(repository):
    spec = importlib.util.spec_from_file_location(
        "postgres_server", repository / "tests" / "ledger" / "postgres_server.py"
    )
    server = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = server
    spec.loader.exec_module(server)
    if server.binaries() is None:
        pytest.skip("needs a PostgreSQL server, which this machine does not have")
    with server.running() as running:
        yield running.url


def test_several_tills_post_to_one_book(database, monkeypatch):
    monkeypatch.setattr(tills, "COUNTS", (1, 2))
    found = tills.run(database, seconds=0.2)
    assert [row["tills"] for row in found["tills"]] == [1, 2]
    assert found["payments_per_s_most"] >= found["payments_per_s_one_till"] > 0
