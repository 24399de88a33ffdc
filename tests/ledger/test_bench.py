"""The bench measures what it says, on the real command; no figure is judged here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ledger import bench_growth, bench_shop

FACETILL = Path(sys.executable).with_name("facetill")


def test_bench_ledger_gives_the_figures_that_others_read(tmp_path):
    command = [FACETILL, "bench", "ledger", "--quick", "--json", "--folder", tmp_path]
    done = subprocess.run(command, capture_output=True, check=True, timeout=250)
    found = json.loads(done.stdout)
    for name in ("payments_per_s", "post_ms_p50", "post_ms_p99", "check_entries_per_s"):
        assert found[name] > 0
    for name in ("own_entries_payments_per_s", "batched_payments_per_s", "batched_proof_ms"):
        assert found[name] > 0
    assert 0 < found["own_entries_ratio_to_plain_sqlite_batched"] < 10
    assert found["proof_bytes"] < found["proof_bytes_at_a_billion"] < 2_048
    batched, far = found["batched_proof_bytes"], found["batched_proof_bytes_at_a_billion"]
    bare = found["batched_proof_bytes_at_a_billion_without_the_payment"]
    assert max(batched, bare) < far <= 2_000
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("in_batches", [False, True])
def test_growth_is_measured_and_drawn(tmp_path, monkeypatch, in_batches):
    monkeypatch.setattr(bench_shop, "SHOPPERS", 5)
    rows = bench_growth.growth(tmp_path, 1_000, lambda _: None, in_batches=in_batches)
    assert [row["payments"] for row in rows] == [1_050 if in_batches else 1_000]
    bench_growth.plot(rows, tmp_path / "cost.png")
    assert (tmp_path / "cost.png").read_bytes()[:4] == b"\x89PNG"
