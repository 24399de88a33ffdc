"""From a camera to a template, for the verbs that look at somebody: consent first."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from enroll.cli_tools import now_ms

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from enroll.enrolment import Enrolment
    from enroll.shopper import Consent, Template
    from enroll.vault import Vault
    from ledger.home import Home


def agreed(args: argparse.Namespace) -> Callable[[str], Consent]:
    """What makes the consent's record once it is known who works at the desk.

    Raises:
        ConsentMissingError: None was stated.
    """
    from enroll import consent
    from enroll.errors import ConsentMissingError
    from enroll.shopper import Consent

    if not args.consent:
        raise ConsentMissingError(
            "Nobody is enrolled without consent, and none was stated; no camera was opened.",
            hint="Tell the person what is kept; if they agree, add --consent.",
        )
    version, given_at_ms = consent.version(args.language), now_ms()
    return lambda staff: Consent(version, given_at_ms, staff)


def known_others(args: argparse.Namespace, vault: Vault) -> list[str]:
    """The pseudonyms that `--twin-of` names."""
    return [vault.pseudonym_of(ref) for ref in args.twin_of]


def capture(spec: str, home: Home) -> tuple[Template, int]:
    """A template from what `--camera` names, and from how many good frames."""
    from enroll import desk
    from enroll.enrolment import FROM_VIDEO, of_pictures
    from models.frames import PictureSource, open_source
    from models.vision import open_vision

    # the sample's own stretch for enrolling, which no payment shows again
    source = open_source("sample:enrol" if spec == "sample" else spec, home.models_dir)
    wanted = of_pictures(source.count) if isinstance(source, PictureSource) else FROM_VIDEO
    try:
        eyes = open_vision(home.models_dir)
        with _progress(wanted.good_max) as shown:
            return desk.capture(source, eyes, wanted, shown)
    finally:
        source.close()


@contextmanager
def _progress(total: int) -> Iterator[Callable[[Enrolment], None]]:
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("good frames", total=total)
        yield lambda enrolment: bar.update(task, completed=enrolment.good)


def picture_reader(home: Home) -> Callable[[Path], Template]:
    """From a picture, or a folder of pictures of one person, to a template; loads the networks."""
    from enroll import desk
    from enroll.enrolment import of_pictures
    from enroll.errors import BadInputError
    from models.frames import PictureSource, open_source
    from models.vision import open_vision

    eyes = open_vision(home.models_dir)

    def look(path: Path) -> Template:
        source = open_source(str(path), home.models_dir)
        try:
            if not isinstance(source, PictureSource):
                raise BadInputError(f"{path.name} is no picture.", hint="Give a JPEG or PNG.")
            return desk.capture(source, eyes, of_pictures(source.count))[0]
        finally:
            source.close()

    return look


def embeddings_of(
    pictures: list[Path], models_dir: Path, progress: Callable[[int, int], None]
) -> list[NDArray[np.float32] | None]:
    """The embedding of each picture's largest face; None where there is none."""
    import cv2
    import numpy as np

    from models.vision import open_vision

    eyes = open_vision(models_dir)
    found: list[NDArray[np.float32] | None] = []
    for path in pictures:
        read = cv2.imread(str(path), cv2.IMREAD_COLOR)
        embedding = None
        if read is not None:
            image = read.astype(np.uint8, copy=False)
            faces = eyes.detect(image)
            embedding = eyes.embed(image, faces[0]) if faces else None
        found.append(embedding)
        progress(len(found), len(pictures))
    return found
