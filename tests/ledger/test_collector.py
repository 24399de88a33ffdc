"""The collector of cycles rests where much is made that lives on, and is left as it was."""

from __future__ import annotations

import gc
import os

import pytest

from ledger import audit, parts
from ledger.book import Ledger
from ledger.draft import Draft


@pytest.fixture(params=[True, False], ids=["on", "off"])
def collects(request):
    (gc.enable if request.param else gc.disable)()
    yield request.param
    gc.enable()


@pytest.fixture
def seen(monkeypatch):
    """Whether it ran, each time that what was told is called, which then fails."""
    found = []

    def stop_at(owner, name):
        monkeypatch.setattr(owner, name, lambda *_: found.append(gc.isenabled()) or 1 / 0)
        return found

    return stop_at


def test_it_rests_during_a_commit(shop, seen, collects):
    shop.topup(1_000)
    found = seen(Draft, "flush")
    with pytest.raises(ZeroDivisionError):
        shop.pay()
    assert (gc.isenabled(), found) == (collects, [False])


def test_it_rests_while_batches_are_read(shop, seen, collects, monkeypatch):
    batch = shop.batch((shop.shopper, shop.order()))
    found = seen(Ledger, "_take_batch")
    monkeypatch.setattr("ledger.book._with_sheet", lambda *_: found.append(gc.isenabled()))
    with pytest.raises(ZeroDivisionError):
        shop.book.post_batch(*batch, shop.now_ms)
    assert (gc.isenabled(), found) == (collects, [False, False])


def test_it_rests_during_a_check(shop, seen, collects):
    found = seen(audit._Audit, "run")
    with pytest.raises(ZeroDivisionError):
        audit.check_home(shop.home)
    assert (gc.isenabled(), found) == (collects, [False])


def test_it_rests_in_a_process_that_verifies_a_part(seen, collects, monkeypatch):
    monkeypatch.setattr(os, "nice", lambda _: 0)
    found = seen(parts, "serve")
    with pytest.raises(ZeroDivisionError):
        parts.main()
    assert (gc.isenabled(), found) == (collects, [False])
