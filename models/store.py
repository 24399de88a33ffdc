"""The model folder: what stands in it, and whether it is what it must be.

Files are written beside their place and renamed into it, so that a stop at any moment leaves either
the old file or the new one.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from typing import TYPE_CHECKING

from models import pins
from models.errors import BadModelFileError, Error, FetchError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

MANIFEST = "manifest.json"  # InsightFace's own, version 2
LICENCE = "MODEL.LICENSE"  # the name InsightFace's manifest insists on
PACK = "pack.json"  # names the InsightFace pack that the user chose, with its checksums
PACKS = ("buffalo_l", "buffalo_m", "buffalo_s", "buffalo_sc", "antelopev2")
BLOCK_BYTES = 1024 * 1024


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in lower-case hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


@contextlib.contextmanager
def disk_errors(folder: Path) -> Iterator[None]:
    """Turn what the disk refuses into a sentence."""
    try:
        yield
    except OSError as error:
        raise FetchError(
            f"Nothing could be written to {folder}: {error.strerror or error}.",
            hint="Free some space or mend the permissions there, then run the same command again.",
        ) from error


def write_whole(path: Path, data: bytes) -> None:
    """Put a file in place at once, and only when all of it is on the disk."""
    with disk_errors(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)  # noqa: PTH105 - a name, not a path object
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)  # noqa: PTH108 - the same
            raise


def fault_of(folder: Path, pin: pins.Pin) -> str | None:
    """What is wrong with one file, as the end of a sentence; none where nothing is."""
    path = folder / pin.name
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        return "is missing"
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    if size == 0:
        return "is empty"
    if size > pin.bytes_max:
        return "is far too large to be what it should be"
    if sha256_of(path) != pin.sha256:
        return "is not what was published: it is cut short, altered or another file"
    return None


def require(folder: Path, wanted: Iterable[pins.Pin]) -> None:
    """Refuse, by name, the first file that is not what it must be.

    Raises:
        BadModelFileError: a file is missing, cut short, altered or foreign.
    """
    for pin in wanted:
        if fault := fault_of(folder, pin):
            raise BadModelFileError(pin.name, fault)


def has_passive(folder: Path) -> bool:
    """Whether both passive anti-spoofing networks stand in the folder (sound or not)."""
    return all((folder / pin.name).is_file() for pin in pins.PASSIVE)


def _descriptions() -> dict[str, bytes]:
    """What describes the folder to InsightFace (manifest version 2), by name of the file."""
    manifest = {
        "manifest_version": 2,
        "model_id": "facetill",
        "display_name": "YuNet and SFace",
        "license": LICENCE,
        "tasks": {
            "detection": {
                "file": pins.DETECTOR.name,
                "sha256": pins.DETECTOR.sha256,
                "preprocessing": {"mean": 127.5, "std": 128.0},
            },
            "recognition": {
                "file": pins.RECOGNISER.name,
                "sha256": pins.RECOGNISER.sha256,
                "preprocessing": "embedded",
                "input_size": [112, 112],
                "embedding_dimension": 128,
            },
        },
    }
    licences = "".join(
        f"{pin.name}: {pin.what}: {pin.licence}\n" for pin in pins.CORE if not pin.source
    )
    return {LICENCE: licences.encode(), MANIFEST: (json.dumps(manifest, indent=2) + "\n").encode()}


def description_faults(folder: Path) -> Iterator[tuple[str, str]]:
    """Each describing file that is not as we write it.

    InsightFace loads whatever file its manifest names, so an altered manifest is a foreign network.
    """
    for name, data in _descriptions().items():
        try:
            with (folder / name).open("rb") as file:
                same = file.read(len(data) + 1) == data
        except OSError:
            yield name, "is missing or cannot be read"
        else:
            if not same:
                yield name, "is not as Facetill wrote it"


def write_manifest(folder: Path) -> None:
    """Describe the folder to InsightFace; what is described already is not written again."""
    faulty = {name for name, _ in description_faults(folder)}
    for name, data in _descriptions().items():
        if name in faulty:
            write_whole(folder / name, data)


def verify(folder: Path) -> list[str]:
    """Look at every file that stands in the folder and at every one that must.

    Returns:
        One phrase for each file that is not as it must be: its name, and what is wrong with it.
    """
    findings = []
    for pin in pins.ALL:
        needed = pin.group == "core"
        if (needed or (folder / pin.name).exists()) and (fault := fault_of(folder, pin)):
            findings.append(f"{pin.name} {fault}")
    findings += [f"{name} {fault}" for name, fault in description_faults(folder)]
    known = {pin.name for pin in pins.ALL}
    findings += [
        f"{path.name} is not a file of ours"
        for path in sorted(folder.glob("*"))
        if path.suffix in {".onnx", ".tflite"} and path.name not in known
    ]
    findings += [f"{name} {fault}" for name, fault in pack_faults(folder)]
    return findings


def read_pack(folder: Path) -> dict[str, str] | None:
    """The chosen InsightFace pack: its name under "name", then file → SHA-256; none if none is."""
    path = folder / PACK
    if not path.exists():
        return None
    try:
        pack = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadModelFileError(PACK, "cannot be read") from error
    if not isinstance(pack, dict) or pack.get("name") not in PACKS:
        raise BadModelFileError(PACK, "does not describe a pack")
    return {str(key): str(value) for key, value in pack.items()}


def pack_faults(folder: Path) -> Iterator[tuple[str, str]]:
    """Each file of the chosen pack that is not as it was when it was chosen."""
    try:
        pack = read_pack(folder)
    except Error:
        yield PACK, "does not describe a pack that can be chosen"
        return
    if pack is None:
        return
    place = folder / "packs" / pack["name"]
    here = {str(f.relative_to(folder)): f for f in sorted(place.rglob("*")) if f.is_file()}
    chosen = {name: sha256 for name, sha256 in pack.items() if name != "name"}
    for name, sha256 in chosen.items():
        if name not in here or sha256_of(here[name]) != sha256:
            yield name, "is missing or altered since the pack was chosen"
    for name in sorted(here.keys() - chosen.keys()):  # InsightFace loads whatever lies there
        yield name, "was not there when the pack was chosen"
