"""What a till is run with: logs and figures that name nobody, a unit, a doctor."""

from __future__ import annotations

import argparse
import http.client
import json
import logging
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk import doctor, doctor_till, flow
from kiosk.catalogue import built_in
from kiosk.errors import Error
from kiosk.flow import Screen
from kiosk.goods.shelf import Goods
from kiosk.refusals import refusal
from kiosk.service import logs
from kiosk.service.attach import add_words, attached
from kiosk.service.metrics import Metrics
from kiosk.service.systemd import unit
from kiosk.window.showcase import sample_receipt

PAYER = flow.Payer("s-abcdefghijklmnop", "W*** L***", ("blink",))
PERSONAL = ("abcdefghijklmnop", "W***", "L***", "5550100", "4711", "0.8731")
GOODS = Goods(built_in("EUR"))


class Clock:
    now = 5_000

    def __call__(self):
        self.now += 700
        return self.now


@pytest.fixture(scope="module")
def receipt(tmp_path_factory):
    return sample_receipt(tmp_path_factory.mktemp("book") / "home")


@pytest.fixture
def session(receipt):
    """Every state of visits that end in a receipt, in refusals, and at a call for staff."""
    to_face = [flow.Touch(), flow.Add("tea"), flow.Checkout(), flow.Checkout(), flow.PayByFace()]
    by_pin = [*to_face[:-1], flow.PayByPin(), *(flow.Key(d) for d in "5550100"), flow.Submit()]
    by_pin += [*(flow.Key(d) for d in "4711"), flow.Submit(), flow.PinDone(PAYER)]
    visits = [
        [*to_face, flow.FaceDone(PAYER), flow.Confirm(), flow.Paid(receipt), flow.Done()],
        [*by_pin, flow.Confirm(), flow.Paid(receipt), flow.Done()],
        [*to_face, flow.Failed(refusal("not_live")), flow.Help(), flow.Cancel()],
        [*to_face, flow.Failed(refusal("camera"))],
        [*to_face, flow.Failed(replace(refusal("fault"), reason="score 0.8731 of 5550100"))],
    ]
    states = []
    for events in visits:
        state = flow.attract("EUR")
        for event in events:
            state, _ = flow.step(state, event, 0, GOODS)
            states.append(state)
        states.append(flow.attract("EUR"))
    return states


@pytest.fixture
def quiet():
    """The logging of the process as it was, afterwards."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), logs.events.level
    yield
    for handler in list(root.handlers):
        if handler not in handlers:
            root.removeHandler(handler)
            handler.close()
    for handler in handlers:
        if handler not in root.handlers:
            root.addHandler(handler)
    logs.events.setLevel(level)


def lines_of(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_whole_session_is_told_without_a_person_in_it(session, quiet, tmp_path):
    logs.start("text", tmp_path / "logs")
    seen = logs.EventLog(Clock())
    for state in session:
        seen.see(state)
    path = tmp_path / "logs" / "kiosk.jsonl"
    told = lines_of(path)
    events = [line["event"] for line in told]
    assert events.count("paid") == 2
    assert events.count("refused") == 3
    assert events.count("staff_called") == 1
    assert all(line["level"] == "info" and line["time"].endswith("Z") for line in told)
    shown = path.read_text().replace("score 0.8731 of 5550100", "")
    assert not [word for word in PERSONAL if word in shown]


def test_a_reason_that_is_none_is_told_as_other(session, quiet, tmp_path):
    logs.start("text", tmp_path / "logs")
    seen = logs.EventLog(Clock())
    for state in session:
        seen.see(state)
    told = lines_of(tmp_path / "logs" / "kiosk.jsonl")
    reasons = [line["reason"] for line in told if line["event"] == "refused"]
    assert reasons == ["not_live", "camera", "other"]


@pytest.mark.parametrize(
    "words",
    ["s-abcdefghijklmnop paid", "call +49 555 0100", "5550100", "score 0.8731", "id " + "ab12" * 8],
)
def test_what_others_log_is_kept_without_what_names_a_person(quiet, tmp_path, words):
    logs.start("text", tmp_path)
    logging.getLogger("somebody").warning("%s", words)
    (line,) = lines_of(tmp_path / "kiosk.jsonl")
    assert "[struck]" in line["message"]
    assert not any(word in line["message"] for word in PERSONAL)


def test_an_error_is_told_by_its_kind_and_its_lines_alone(quiet, tmp_path):
    logs.start("text", tmp_path)
    try:
        raise ValueError("Ada Lovelace, 5550100")  # noqa: TRY301 - it is raised to be logged
    except ValueError:
        logging.getLogger("somebody").exception("the payment broke")
    text = (tmp_path / "kiosk.jsonl").read_text()
    (line,) = lines_of(tmp_path / "kiosk.jsonl")
    assert (line["error"], line["level"]) == ("ValueError", "error")
    assert line["at"][0].startswith("test_an_error")
    assert "Ada" not in text


def test_the_log_is_changed_for_a_new_one_before_it_fills_the_disk(quiet, tmp_path, monkeypatch):
    monkeypatch.setattr(logs, "FILE_BYTES_MAX", 2_000)
    logs.start("text", tmp_path)
    for number in range(300):
        logs.tell("screen", number=number)
    kept = sorted(tmp_path.glob("kiosk.jsonl*"))
    assert len(kept) == logs.FILES_KEPT + 1
    assert all(path.stat().st_size <= 2_000 for path in kept)


def test_a_log_that_cannot_be_written_is_said(quiet, tmp_path):
    (tmp_path / "logs").write_text("a file")
    with pytest.raises(Error, match="cannot be written"):
        logs.start("text", tmp_path / "logs")


class Subscribed:
    """A till of tests that tells its states to whoever is attached."""

    def __init__(self):
        self.now_ms, self.told = Clock(), []

    def subscribe(self, callback):
        self.told.append(callback)
        return lambda: self.told.remove(callback)


def test_what_is_attached_is_let_go_even_when_the_till_is_stopped(quiet, demo_home, port):
    words = argparse.ArgumentParser()
    add_words(words)
    args = words.parse_args(["--metrics", str(port), "--log-file"])
    till = Subscribed()

    def run():
        with attached(till, demo_home, args):
            assert len(till.told) == 2
            assert "facetill_in_use" in scrape(port)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run()
    assert till.told == []
    told = lines_of(demo_home.path / "logs" / "kiosk.jsonl")
    assert [line["event"] for line in told] == ["started", "stopped"]
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", port), 2)


def scrape(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/metrics")
    text = connection.getresponse().read().decode()
    connection.close()
    return text


@pytest.fixture
def port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def test_figures_are_counted_and_none_is_about_a_person(session, port):
    metrics = Metrics(Clock())
    stop = metrics.serve(port)
    try:
        for state in session:
            metrics.see(state)
        text = scrape(port)
    finally:
        stop()
    for line in (
        'facetill_payments_total{method="face",mode="demo"} 2.0',
        'facetill_refusals_total{reason="not_live"} 1.0',
        'facetill_refusals_total{reason="other"} 1.0',
        'facetill_face_check_seconds_count{outcome="recognised"} 1.0',
        'facetill_face_check_seconds_count{outcome="refused"} 3.0',
        "facetill_staff_calls_total 1.0",
        "facetill_camera_up 1.0",
        "facetill_in_use 0.0",
    ):
        assert line in text
    assert not [word for word in PERSONAL if word in text]


def test_a_camera_that_gave_no_picture_shows_in_the_figures(session):
    metrics = Metrics(Clock())
    failed = next(s for s in session if s.refusal and s.refusal.reason == "camera")
    metrics.see(replace(failed, screen=Screen.FACE, refusal=None))
    metrics.see(failed)
    assert metrics.registry.get_sample_value("facetill_camera_up") == 0


def test_figures_are_served_on_loopback_alone(port):
    stop = Metrics(Clock()).serve(port)
    try:
        others = {
            info[4][0]
            for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
            if not info[4][0].startswith("127.")
        }
        for address in others:
            with pytest.raises(OSError):
                socket.create_connection((address, port), 2)
        assert "facetill_in_use" in scrape(port)
    finally:
        stop()
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", port), 2)


def test_a_port_that_is_taken_or_none_is_said(port):
    with socket.create_server(("127.0.0.1", port)), pytest.raises(Error, match="cannot be served"):
        Metrics(Clock()).serve(port)
    for wrong in (0, -1, 65_536):
        with pytest.raises(Error, match="is no port"):
            Metrics(Clock()).serve(wrong)


def test_systemd_takes_the_unit_and_rates_it_well(tmp_path):
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("needs systemd-analyze, which this machine does not have")
    path = tmp_path / "facetill.service"
    home = Path("/var/lib/facetill home")
    path.write_text(unit(Path(sys.executable), home, "root", "/dev/video0", "eglfs"))
    done = subprocess.run(
        [tool, "verify", "--man=no", str(path)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, [x for x in done.stderr.splitlines() if path.name in x]) == (0, [])
    rated = subprocess.run(
        [tool, "security", "--offline=true", "--no-pager", str(path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    level = float(rated.stdout.rsplit("facetill.service:", 1)[1].split()[0])
    assert level < 4.0, rated.stdout[-300:]


@pytest.mark.parametrize(
    ("user", "platform"), [("a b", "eglfs"), ("root\nExecStart=x", "eglfs"), ("root", "x;y")]
)
def test_a_word_that_cannot_stand_in_a_unit_is_refused(user, platform):
    with pytest.raises(Error):
        unit(Path("/usr/bin/facetill"), Path("/srv/till"), user, "0", platform)


def test_a_percent_sign_in_a_path_stays_one():
    text = unit(Path("/usr/bin/facetill"), Path("/srv/100%"), "till", "0", "eglfs")
    assert "--home /srv/100%% " in text


def test_the_doctor_looks_at_the_till(live_home):
    names = [finding.name for finding in doctor.examine(live_home.path)]
    assert len(names) == len(set(names))
    wanted = {"camera", "fonts", "printer", "speech", "clock", "keys", "policy", "tables", "book"}
    assert wanted <= set(names)


def state_of(home, name):
    found = {finding.name: finding for finding in doctor_till.examine_till(home.path)}
    return found[name]


def test_the_doctor_names_what_is_wrong_with_a_home(live_home):
    assert state_of(live_home, "keys").state == "ok"
    (live_home.keys_dir / "kiosk.key").chmod(0o644)
    assert state_of(live_home, "keys").state == "missing"
    live_home.catalogue_csv.write_text("sku,name,price,category\na,A,x,B\nb,B,y,B\n")
    tables = state_of(live_home, "tables")
    assert tables.state == "missing"
    assert "line 2, price 'x'" in tables.says
    assert "1 more" in tables.says
    (live_home.path / "policy.toml").write_text("nonsense = [")
    assert state_of(live_home, "policy").state == "missing"


def test_the_doctor_finds_a_book_from_the_future(demo_home, monkeypatch):
    assert state_of(demo_home, "book").state == "note"
    from ledger.book import Ledger

    Ledger.create(demo_home, time.time_ns() // 1_000_000 + 86_400_000).close()
    found = state_of(demo_home, "book")
    assert (found.state, "later than this clock" in found.says) == ("missing", True)


def test_the_doctor_says_when_the_other_book_cannot_be_reached(live_home):
    record = json.loads((live_home.path / "home.json").read_text())
    record["database"] = "postgresql://nobody@127.0.0.1:1/none"
    (live_home.path / "home.json").write_text(json.dumps(record))
    found = state_of(live_home, "book")
    assert found.state == "missing"
    assert found.mend


def test_a_payment_by_the_real_command_leaves_no_person_in_its_logs(tmp_path, models_dir):
    assert models_dir
    home = tmp_path / "home"

    def facetill(*words):
        return subprocess.run(
            [sys.executable, "-m", "kiosk.main", *words, "--home", str(home), "--json"],
            capture_output=True,
            text=True,
            check=False,
            timeout=200,
            stdin=subprocess.DEVNULL,
        )

    facetill("init", "--mode", "demo")
    enrolled = facetill(
        *("enroll", "add", "--name", "Sample Shopper", "--phone", "5550100"),
        *("--camera", "sample", "--consent"),
    )
    assert enrolled.returncode == 0, enrolled.stderr
    assert facetill("enroll", "topup", "5550100", "50.00").returncode == 0
    paid = facetill(
        *("kiosk", "--headless", "--cart", "tea:1", "--camera", "sample"),
        *("--log-format", "json", "--log-file"),
    )
    told = json.loads(paid.stdout)
    assert told["outcome"] == "paid", paid.stderr
    lines = [json.loads(line) for line in paid.stderr.splitlines()]
    assert [line["event"] for line in lines if line["event"] != "screen"] == [
        "started",
        "paid",
        "stopped",
    ]
    kept = paid.stderr + (home / "logs" / "kiosk.jsonl").read_text()
    pseudonym = told["receipt"]["pseudonym"]
    for word in ("Sample", "Shopper", "S***", "5550100", "0100", pseudonym, told["receipt"]["id"]):
        assert word not in kept
