"""A witness outside the shop: an insider who rewrites the book is caught against what it saw."""

from __future__ import annotations

import base64
import errno
import hashlib
import shutil
import threading
from contextlib import suppress

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ledger import consistency, merkle, note
from ledger.book import Ledger
from ledger.errors import BadInputError, HomeError, ProofRefused
from ledger.home import station_key
from ledger.witness import Witness, cosigned_at


@pytest.fixture
def witness(tmp_path):
    return Witness(tmp_path / "witness", "witness.example/w1")


@pytest.fixture
def seen(stocked, witness):
    """The size at which the witness saw the book last."""
    witness.cosign(stocked.book.head, stocked.book.vkey, 1_800_000_000)
    return len(stocked.book)


def test_a_cosigned_head_keeps_the_ledgers_signature_and_adds_the_witnesses(stocked, witness):
    text = witness.cosign(stocked.book.head, stocked.book.vkey, 1_800_000_000)
    assert note.open_checkpoint(text, stocked.book.vkey).size == len(stocked.book)
    assert cosigned_at(text, witness.vkey) == 1_800_000_000


def test_the_cosignature_is_c2sps_to_the_byte(stocked, witness):
    # written again, plainly, from the specification
    text = witness.cosign(stocked.book.head, stocked.book.vkey, 1_800_000_001)
    body, signatures = text.split("\n\n")
    line = signatures.splitlines()[1]
    assert line.startswith("— witness.example/w1 ")
    data = base64.b64decode(line.split(" ")[2])
    public = witness.vkey.public_bytes
    assert data[:4] == hashlib.sha256(b"witness.example/w1\n\x04" + public).digest()[:4]
    assert int.from_bytes(data[4:12], "big") == 1_800_000_001
    signed = f"cosignature/v1\ntime 1800000001\n{body}\n".encode()
    Ed25519PublicKey.from_public_bytes(public).verify(data[12:], signed)


def test_a_book_that_grew_is_cosigned_with_its_proof(stocked, witness, seen):
    stocked.pay()
    proof = stocked.book.prove_consistency(seen).text()
    text = witness.cosign(proof, stocked.book.vkey, 1_800_000_060)
    assert note.open_checkpoint(text, stocked.book.vkey).size == seen + 1


def test_a_book_that_grew_is_not_cosigned_without_a_proof(stocked, witness, seen):
    stocked.pay()
    with pytest.raises(ProofRefused, match="without proof") as refused:
        witness.cosign(stocked.book.head, stocked.book.vkey, 1)
    assert refused.value.hint.endswith(f"consistency {seen}")


def test_a_book_rolled_back_and_written_anew_with_the_real_key_is_caught(
    stocked, witness, tmp_path
):
    stocked.book.close()
    copy = tmp_path / "copy"
    shutil.copytree(stocked.home.path / "ledger", copy)
    stocked.book = Ledger.open(stocked.home)
    stocked.pay()
    size = len(stocked.book)
    witness.cosign(stocked.book.head, stocked.book.vkey, 1)
    stocked.book.close()
    shutil.rmtree(stocked.home.path / "ledger")
    shutil.copytree(copy, stocked.home.path / "ledger")
    stocked.book = Ledger.open(stocked.home)
    stocked.pay()  # another payment in the place of the one that was witnessed
    stocked.pay()
    assert stocked.book.check() == []  # the rewritten book is right in itself
    with pytest.raises(ProofRefused, match="does not continue"):
        witness.cosign(stocked.book.prove_consistency(size).text(), stocked.book.vkey, 2)


def test_the_witness_remembers_across_restarts(stocked, witness, seen, tmp_path):
    forged = note.Checkpoint(stocked.book.vkey.name, seen, b"\x01" * 32)
    text = note.sign(forged, station_key(stocked.home, "ledger"))
    with pytest.raises(ProofRefused):
        Witness(tmp_path / "witness").cosign(text, stocked.book.vkey, 2)


def test_a_head_of_another_log_is_refused(stocked, witness):
    stranger = note.VerifierKey("facetill/other", stocked.book.vkey.public_bytes)
    with pytest.raises(ProofRefused):
        witness.cosign(stocked.book.head, stranger, 1)


def test_another_witness_did_not_sign(stocked, witness, tmp_path):
    text = witness.cosign(stocked.book.head, stocked.book.vkey, 1)
    with pytest.raises(ProofRefused, match="not cosigned"):
        cosigned_at(text, Witness(tmp_path / "other", "witness.example/w1").vkey)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "x" * 101])
def test_a_name_that_a_note_cannot_carry_is_bad_input(tmp_path, name):
    if not name:
        assert Witness(tmp_path / "w", name).vkey.name == "facetill-witness"
        return
    with pytest.raises(BadInputError, match="no name"):
        Witness(tmp_path / "w", name)


def test_a_witness_keeps_its_name(tmp_path):
    Witness(tmp_path / "w", "one")
    assert Witness(tmp_path / "w").vkey.name == "one"
    with pytest.raises(BadInputError, match="signs as one"):
        Witness(tmp_path / "w", "two")


def fork(stocked, seen):
    """Two signed heads that both continue the one that was seen, and part from each other."""
    asked = []
    for last in (b"\x01", b"\x02"):
        frontier = merkle.Frontier()
        for entry in list(stocked.book.entries())[:seen]:
            frontier.append(frontier.completed(merkle.leaf_hash(entry.leaf())))
        old = list(frontier.hashes)
        frontier.append(frontier.completed(merkle.leaf_hash(last)))
        assert seen == 8, "a perfect tree, to whose root one hash is added"
        head = note.Checkpoint(stocked.book.vkey.name, seen + 1, frontier.root())
        text = note.sign(head, station_key(stocked.home, "ledger"))
        path = (merkle.leaf_hash(last),)
        assert merkle.is_consistent(seen, old[0], seen + 1, frontier.root(), path)
        asked.append(consistency.ConsistencyProof(seen, path, text).text())
    return asked


def test_of_two_heads_that_part_only_one_is_cosigned_although_both_are_asked_for_at_once(
    stocked, witness, seen, tmp_path, monkeypatch
):
    both = threading.Barrier(2)
    real = Witness._remember

    def slowly(self, *args):
        with suppress(threading.BrokenBarrierError):
            both.wait(0.5)  # the other one is here too, if nothing keeps it out
        real(self, *args)

    monkeypatch.setattr(Witness, "_remember", slowly)
    answers = []

    def ask(proof):
        try:
            answers.append(Witness(tmp_path / "witness").cosign(proof, stocked.book.vkey, 1))
        except ProofRefused as e:
            answers.append(e)

    threads = [threading.Thread(target=ask, args=(proof,)) for proof in fork(stocked, seen)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(type(answer) for answer in answers if isinstance(answer, Exception)) == [
        ProofRefused
    ]


def test_a_head_that_a_power_cut_could_take_back_is_not_cosigned(
    stocked, witness, seen, monkeypatch
):
    def fails(_):
        raise OSError(errno.EIO, "the disk failed")

    stocked.pay()
    proof = stocked.book.prove_consistency(seen).text()
    monkeypatch.setattr("ledger.witness.sync_folder", fails)
    with pytest.raises(HomeError, match="could not remember"):
        witness.cosign(proof, stocked.book.vkey, 1)


def test_a_witness_that_was_stopped_before_it_had_a_key_begins_again(tmp_path):
    (tmp_path / "w").mkdir()
    (tmp_path / "w" / "name").write_text("half")
    assert Witness(tmp_path / "w", "whole").vkey.name == "whole"
