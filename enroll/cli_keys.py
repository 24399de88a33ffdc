"""The verbs for the vault as a whole: its keys, its transform, its backups."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from enroll.cli_tools import home_of, now_ms, opened, progress

if TYPE_CHECKING:
    import argparse

    import numpy as np
    from numpy.typing import NDArray

    from enroll.cli_tools import Result, Verbs
    from enroll.secrets import MasterSecret


def register(verbs: Verbs) -> None:
    """Add the verbs."""
    rotate = verbs.add(
        "rotate-key",
        _rotate_key,
        "replace the vault's master key, or finish a rotation that was interrupted",
        "rotate-key",
        "rotate-key --key passphrase --new-passphrase-file FILE",
    )
    rotate.add_argument(
        "--key", choices=("keyfile", "passphrase", "keyring"), help="where it comes from now"
    )
    rotate.add_argument(
        "--new-passphrase-file", type=Path, metavar="FILE", help="holds the new passphrase"
    )
    verbs.add(
        "renew-transform",
        _renew_transform,
        "turn all templates by a new key, so that those that leaked match nothing",
        "renew-transform",
    )
    evaluate = verbs.add(
        "evaluate-transform",
        _evaluate,
        "measure what the templates' transform costs in accuracy, and how unlinkable it makes them",
        "evaluate-transform",
        "evaluate-transform --pictures DIR --json",
    )
    evaluate.add_argument(
        "--pictures",
        type=Path,
        metavar="DIR",
        help="a folder of pictures for each person (default: made-up embeddings)",
    )
    evaluate.add_argument("--seed", type=int, default=1, help="of what is made up (default: 1)")
    backup = verbs.add(
        "backup",
        _backup,
        "write the whole vault, sealed as it is, into one file",
        "backup vault.gz",
    )
    backup.add_argument("file", metavar="FILE", type=Path, help="a new file, such as vault.gz")
    restore = verbs.add(
        "restore",
        _restore,
        "put a backup's vault in place, where there is none; who was erased since stays erased",
        "restore vault.gz",
    )
    restore.add_argument("file", metavar="FILE", type=Path, help="what `enroll backup` wrote")
    bench = verbs.add(
        "bench",
        _bench,
        "time the rotation of a master key, on a vault made for it and thrown away",
        "bench",
        "bench --records 1000000 --json",
    )
    bench.add_argument(
        "--records", type=int, default=100_000, metavar="N", help="data keys (default: 100000)"
    )
    bench.add_argument(
        "--database", metavar="URL", help="a PostgreSQL database to do it in (default: a file)"
    )


def _rotate_key(args: argparse.Namespace) -> Result:
    from enroll.secrets import Passphrase, default_secret, passphrase_reader

    home = home_of(args)
    new: MasterSecret | None = None
    if args.key == "passphrase" or args.new_passphrase_file is not None:
        new = Passphrase(passphrase_reader(args.new_passphrase_file, confirm=True))
    elif args.key is not None:
        new = default_secret(args.key, home)
    with opened(args, home) as vault, progress("Rewrapping data keys") as shown:
        count = vault.rotate_key(new, shown, now_ms())
        kind = vault.secret_kind
    text = f"The master key is new ({kind}); {count} data keys were rewrapped."
    return 0, {"rewrapped": count, "key": kind}, text


def _renew_transform(args: argparse.Namespace) -> Result:
    with opened(args) as vault, progress("Turning templates") as shown:
        count = vault.renew_transform(shown, now_ms())
    return 0, {"renewed": count}, f"The transform is new; {count} templates were turned."


def _evaluate(args: argparse.Namespace) -> Result:
    import numpy as np

    from enroll import unlinkability
    from enroll.gallery import THRESHOLD
    from enroll.sealing import new_key

    rng = np.random.default_rng(args.seed)
    if args.pictures is None:
        embeddings, people = unlinkability.synthetic(rng, 200, 5)
        what = "made-up embeddings"
    else:
        embeddings, people = _embeddings(args.pictures, args)
        what = f"{len(embeddings)} pictures of {len(set(people.tolist()))} people"
    found = unlinkability.evaluate(embeddings, people, (new_key(), new_key()), THRESHOLD, rng)
    text = (
        f"On {what}: {found.pairs_mated} pairs of one person, {found.pairs_non_mated} of two.\n"
        f"Accuracy cost: no cosine changed by more than {found.cosine_error_max:.1e};"
        f" {found.decisions_changed} decisions changed.\n"
        f"Unlinkability across two installations: D_sys {found.d_sys:.3f}"
        f" (by chance alone up to {found.d_sys_by_chance:.3f}; without the transform"
        f" {found.d_sys_unprotected:.3f}). 0 is unlinkable, 1 is linkable."
    )
    return 0, {"on": what, **found.to_json()}, text


def _embeddings(
    folder: Path, args: argparse.Namespace
) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    import numpy as np

    from enroll.bulk import PICTURES
    from enroll.cli_camera import embeddings_of
    from enroll.errors import BadInputError
    from models.cli import folder_in

    people = sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    pictures = [
        (number, path)
        for number, person in enumerate(people)
        for path in sorted(person.iterdir())
        if path.suffix.lower() in PICTURES
    ]
    with progress("Looking at pictures") as shown:
        found = embeddings_of([path for _, path in pictures], folder_in(args.home), shown)
    numbers = [n for (n, _), e in zip(pictures, found, strict=True) if e is not None]
    if len(set(numbers)) < 2 or len(set(numbers)) == len(numbers):  # noqa: PLR2004
        raise BadInputError(
            f"{folder} has not two people with faces, one of them twice.",
            hint="Give a folder with a folder of pictures for each person.",
        )
    return np.stack([e for e in found if e is not None]), np.array(numbers)


def _backup(args: argparse.Namespace) -> Result:
    with opened(args) as vault, progress("Writing the backup") as shown:
        count = vault.backup(args.file, now_ms(), shown)
    data: dict[str, object] = {"shoppers": count, "file": str(args.file)}
    return 0, data, f"{count} shoppers in {args.file}, sealed. It holds no master key."


def _restore(args: argparse.Namespace) -> Result:
    from enroll import backup

    count = backup.restore(home_of(args), None, args.file, now_ms(), args.passphrase_file)
    with opened(args):  # writes the tombstones that are due
        pass
    data: dict[str, object] = {"shoppers": count, "file": str(args.file)}
    return 0, data, f"{count} shoppers are in place again."


def _bench(args: argparse.Namespace) -> Result:
    from enroll import bench
    from enroll.errors import BadInputError

    if args.records < 1:
        raise BadInputError("There is nothing to time.", hint="Give --records from 1 upwards.")
    with progress("Making data keys") as filling, progress("Rewrapping") as rotating:
        found = bench.rotation(args.records, filling, rotating, args.database)
    text = (
        f"{found.records} data keys rewrapped in {found.seconds:.1f} s in {found.store}:"
        f" {found.records_per_s:.0f} a second,"
        f" {found.ratio_to_peer:.2f} times the bare cryptography."
    )
    return 0, found.to_json(), text
