"""Collects every sentence of the window into the translators' files, and compiles these.

`python -m kiosk.i18n.update` after a sentence was added or changed; then fill in what is unfinished
in `kiosk_*.ts` (by hand or in Qt Linguist) and run it again. The compiled `.qm` files are kept in
the repository, so that an installed kiosk needs no compiler.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Final

from enroll.i18n import linguist
from kiosk.i18n.translators import FOLDER, SOURCE_LANGUAGE, catalog
from kiosk.refusals import WORDS
from kiosk.window.look import LANGUAGES
from kiosk.window.words import REFUSAL_CONTEXT

WINDOW: Final = FOLDER.parent / "window"
TRANSLATED: Final = tuple(code for code in LANGUAGES if code != SOURCE_LANGUAGE)


def sources(language: str) -> Path:
    """The translators' file of a language."""
    return FOLDER / f"kiosk_{language[:2]}.ts"


def refusal_sources() -> str:
    """The refusals' sentences in a form that `lupdate` finds: their module knows nothing of Qt."""
    sentences = dict.fromkeys(text for pair in WORDS.values() for text in pair)
    calls = "\n".join(f'    translate("{REFUSAL_CONTEXT}", {text!r})' for text in sentences)
    return f"def words(translate):\n{calls}\n"


def collect(language: str, ts_file: Path) -> None:
    """Bring a translators' file up to date; what is translated stays.

    Raises:
        subprocess.CalledProcessError: a file cannot be read or written.
    """
    with tempfile.TemporaryDirectory() as folder:
        refusals = Path(folder) / "refusals.py"
        refusals.write_text(refusal_sources(), encoding="utf-8")
        files = [*sorted(WINDOW.rglob("*.py")), refusals]
        linguist.collect(files, language[:2], ts_file)


def main() -> int:
    """Update and compile every language."""
    for language in TRANSLATED:
        collect(language, sources(language))
        linguist.compile_to(sources(language), catalog(language))
    return 0


if __name__ == "__main__":
    sys.exit(main())
