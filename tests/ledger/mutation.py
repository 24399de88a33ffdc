"""How many small faults in the ledger's core its tests find: the mutation score.

    make mutation
    python tests/ledger/mutation.py --sample 1000 --seed 7

The tests run once to see which of them pass each line. Then, for a sample of all mutants drawn from
a seed, a forked child puts that one fault in and runs the tests that pass its line, the fastest
first, until one fails. Survivors are named. The core is the list of files whose coverage must be
full, in pyproject.toml; tests of crashes, other programs and databases are too slow to take part.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import importlib.abc
import importlib.util
import json
import math
import os
import random
import resource
import signal
import sys
import tempfile
import time
import tomllib
import types
from collections import Counter
from pathlib import Path

import coverage
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from mutants import mutants, mutated

ROOT = Path(__file__).resolve().parents[2]
SKIPPED = ("crash", "flips", "two_stores", "bench", "faults", "mutation", "model", "bank")
TEST_S_MAX = 3.0
CPU_S_LEAST = 20
CPU_TIMES_MAX = 5  # as long as the same tests took without the fault
WALL_TIMES_MAX = 20  # of that; the machine may be busy
OUT_OF_TIME = -signal.SIGXCPU
Z_95 = 1.96


def core_files():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return [ROOT / name for name in settings["tool"]["coverage"]["report"]["include"]]


def is_chosen(test):
    """Whether a file of tests takes part."""
    return test.stem.removeprefix("test_") not in SKIPPED


def in_child(work, wall_s):
    """Run `work` in a fork, its output dropped; gives its exit status; None: it was too slow."""
    child = os.fork()
    if child == 0:
        os.setsid()
        with Path(os.devnull).open("r+b") as nowhere:
            for stream in (0, 1, 2):
                os.dup2(nowhere.fileno(), stream)
        status = 99
        with contextlib.suppress(BaseException):
            status = work()
        os._exit(status)
    ends_s = time.monotonic() + wall_s
    try:
        while time.monotonic() < ends_s:
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                child = 0
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.002)
        return None
    finally:
        if child:
            os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)


def run_items(items, told=lambda _: None):
    """Run collected tests until one fails; gives how many failed, 0 or 1."""
    for item, following in zip(items, [*items[1:], None], strict=True):
        told(item)
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if item.session.testsfailed:
            return 1
    return 0


def survey(items, folder):
    """Which tests pass each line: {file: {line: [test]}}, and each test's seconds."""
    told = folder / "survey.json"
    files = core_files()

    def work():
        cov = coverage.Coverage(data_file=None, config_file=False, include=list(map(str, files)))
        starts_s = {}

        def begin(item):
            cov.switch_context(item.nodeid)
            starts_s[item.nodeid] = time.process_time()  # the machine may be busy

        cov.start()
        failed = run_items(items, begin)
        cov.stop()
        ends_s = [*list(starts_s.values())[1:], time.process_time()]
        took = {t: end - s for (t, s), end in zip(starts_s.items(), ends_s, strict=True)}
        data = cov.get_data()
        told.write_text(
            json.dumps([{str(f): data.contexts_by_lineno(str(f)) for f in files}, took])
        )
        return failed

    if in_child(work, 3_600) != 0:
        pytest.exit("The tests fail without any fault: mend that first.", returncode=2)
    lines, seconds = json.loads(told.read_text())
    return lines, {test: s for test, s in seconds.items() if s < TEST_S_MAX}


def tests_for(mutant, lines, seconds, idle):
    """The tests that pass a line, the fastest first.

    For one that runs at import: the file's, and the idle ones, which pass no line of any file and
    so can only look at what was there from the start.
    """
    near = {
        test
        for line in range(mutant.line, mutant.last_line + 1)
        for test in lines.get(str(line), ())
    }
    if near <= {""}:
        near = {test for tests in lines.values() for test in tests} | idle
    return sorted(near & seconds.keys(), key=seconds.__getitem__)


# --- putting a fault in ------------------------------------------------------------------------


def functions_in(code):
    """The code objects of all functions in a module's, however deep, in order."""
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield constant
            yield from functions_in(constant)


def swapped(path, tree):
    """Give the functions that are loaded their faulty code; False if that cannot be all of it."""
    sound = compile(path.read_text("utf-8"), str(path), "exec", dont_inherit=True)
    faulty = compile(tree, str(path), "exec", dont_inherit=True)
    pairs = list(zip(functions_in(sound), functions_in(faulty), strict=True))
    changed = {
        (old.co_qualname, old.co_firstlineno): new
        for old, new in pairs
        if (old.co_code, _plain(old)) != (new.co_code, _plain(new))
    }
    done = set()
    for thing in gc.get_objects():
        if isinstance(thing, types.FunctionType) and thing.__code__.co_filename == str(path):
            place = (thing.__code__.co_qualname, thing.__code__.co_firstlineno)
            if place in changed:
                try:
                    thing.__code__ = changed[place]
                except ValueError:  # a variable of the function around it is not used any more
                    return False
                done.add(place)
    return bool(changed) and done == changed.keys()


def _plain(code):
    return [
        (type(c), "" if isinstance(c, types.CodeType) else repr(c)) for c in code.co_consts
    ], code.co_names


class Faulty(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module from a changed tree."""

    def __init__(self, path, tree):
        self._name = path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
        self._path = path
        self._code = compile(tree, str(path), "exec", dont_inherit=True)

    def find_spec(self, name, _path, _target=None):
        if name != self._name:
            return None
        return importlib.util.spec_from_file_location(name, self._path, loader=self)

    def exec_module(self, module):
        exec(self._code, module.__dict__)


def outcome(path, mutant, items, seconds):
    """ "found" by a failing test, "endless" where the tests never end with it, or "survived"."""
    cpu_s = int(CPU_S_LEAST + CPU_TIMES_MAX * seconds)

    def work():
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
        resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
        tree = mutated(path.read_text("utf-8"), mutant)
        if swapped(path, tree):
            return run_items(items)
        return from_the_start(path, tree, [item.nodeid for item in items])

    status = in_child(work, WALL_TIMES_MAX * cpu_s)
    if status == 0:
        return "survived"
    return "endless" if status in (None, OUT_OF_TIME) else "found"


def from_the_start(path, tree, tests):
    """As `run_items`, in a process that imports the core anew, for what is done at import."""
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None) or ""
        if file.startswith(f"{ROOT}{os.sep}") and ".venv" not in file and name != "__main__":
            del sys.modules[name]
    sys.meta_path.insert(0, Faulty(path, tree))
    return int(run_pytest(["-x", *tests], []))


def run_pytest(words, plugins):
    options = ["-q", "-s", "--no-header", "-p", "no:cacheprovider", "-o", "addopts="]
    options += ["--import-mode=importlib", "--assert=plain", "--timeout=120"]
    base = f"--basetemp={Path(os.environ['HYPOTHESIS_STORAGE_DIRECTORY']) / 'base'}"
    return pytest.main([*options, base, *words], plugins=plugins)


# --- the score ---------------------------------------------------------------------------------


def bounds(found, tried):
    """Wilson's 95 % interval of a share."""
    share, z2 = found / tried, Z_95**2
    middle = (share + z2 / (2 * tried)) / (1 + z2 / tried)
    half = Z_95 * math.sqrt(share * (1 - share) / tried + z2 / (4 * tried**2)) / (1 + z2 / tried)
    return max(0.0, middle - half), min(1.0, middle + half)


class Trial:
    """Takes the place of pytest's loop: surveys the collected tests, and tries each mutant."""

    def __init__(self, sample, folder):
        self.survivors = []
        self.tried = self.endless = 0
        self._sample = sample
        self._folder = folder

    def pytest_runtestloop(self, session):
        lines, seconds = survey(session.items, self._folder)
        busy = {t for of_file in lines.values() for tests in of_file.values() for t in tests}
        idle = seconds.keys() - busy
        by_name = {item.nodeid: item for item in session.items}
        sys.stderr.write(f"{len(by_name)} tests surveyed\n")
        started_s = time.monotonic()
        for path, mutant in self._sample:
            tests = tests_for(mutant, lines[str(path)], seconds, idle)
            took_s = sum(seconds[test] for test in tests)
            told = outcome(path, mutant, [by_name[test] for test in tests], took_s)
            self.endless += told == "endless"
            if told == "survived":
                self.survivors.append((path, mutant))
                where = f"{path.relative_to(ROOT)}:{mutant.line}"
                sys.stderr.write(f"survived: {where}: {mutant.what} ({len(tests)} tests)\n")
            self.tried += 1
            if self.tried % 10 == 0:
                minutes = (time.monotonic() - started_s) / 60
                sys.stderr.write(f"{self.tried} of {len(self._sample)}, {minutes:.1f} minutes\n")
        return True


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sample", type=int, default=400, help="how many; 0: every mutant")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="files whose name has this in it")
    args = parser.parse_args()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # what was tried until then is told
    os.chdir(ROOT)
    everything = [
        (path, mutant)
        for path in core_files()
        if args.only in path.name
        for mutant in mutants(path.read_text("utf-8"))
    ]
    count = min(args.sample or len(everything), len(everything))
    sample = random.Random(args.seed).sample(everything, count)
    tests = sorted((ROOT / "tests" / "ledger").glob("test_*.py"))
    chosen = [str(test) for test in tests if is_chosen(test)]
    with tempfile.TemporaryDirectory(
        prefix="facetill-mutation", ignore_cleanup_errors=True
    ) as name:
        os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = name
        trial = Trial(sample, Path(name))
        status = int(run_pytest(chosen, [trial]))
    if not trial.tried:
        return status or 2
    found = trial.tried - len(trial.survivors)
    low, high = bounds(found, trial.tried)
    result = {
        "mutants": len(everything),
        "tried": trial.tried,
        "found": found,
        "of_these_endless": trial.endless,
        "score": round(found / trial.tried, 4),
        "score_95_low": round(low, 4),
        "score_95_high": round(high, 4),
        "survivors_by_file": dict(Counter(path.name for path, _ in trial.survivors)),
        "survivors": [f"{path.name}:{m.line}: {m.what}" for path, m in trial.survivors],
    }
    print(json.dumps(result, indent=1))  # noqa: T201 - the command's answer
    return int(result["score"] < 0.95)


if __name__ == "__main__":
    sys.exit(main())
