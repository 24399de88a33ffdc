"""Collects every sentence of the window into the translators' files, and compiles these.

`python -m kiosk.i18n.update` after a sentence was added or changed; then fill in what is unfinished
in `kiosk_*.ts` (by hand or in Qt Linguist) and run it again. The compiled `.qm` files are kept in
the repository, so that an installed kiosk needs no compiler.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

import PySide6

from kiosk.i18n.translators import FOLDER, SOURCE_LANGUAGE, catalog
from kiosk.refusals import WORDS
from kiosk.window.look import LANGUAGES
from kiosk.window.words import REFUSAL_CONTEXT

WINDOW: Final = FOLDER.parent / "window"
TRANSLATED: Final = tuple(code for code in LANGUAGES if code != SOURCE_LANGUAGE)
_LOCALES: Final = {"ko": "ko_KR", "zh-Hans": "zh_CN"}


def sources(language: str) -> Path:
    """The translators' file of a language."""
    return FOLDER / f"kiosk_{language[:2]}.ts"


def tool(name: str) -> Path:
    """A program of Qt Linguist, as PySide6 brings it."""
    folder = Path(PySide6.__file__).parent
    beside = folder / name
    return beside if beside.exists() else folder / "Qt" / "libexec" / name


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
        words = ["-locations", "none", "-no-obsolete", "-silent"]
        words += ["-source-language", "en", "-target-language", _LOCALES[language]]
        _run("lupdate", *words, *map(str, files), "-ts", str(ts_file))


def compile_to(ts_file: Path, qm_file: Path) -> None:
    """Compile a translators' file.

    Raises:
        subprocess.CalledProcessError: a file cannot be read or written.
    """
    _run("lrelease", "-silent", str(ts_file), "-qm", str(qm_file))


def _run(name: str, *words: str) -> None:
    subprocess.run([str(tool(name)), *words], check=True)  # noqa: S603 - Qt's own program


def main() -> int:
    """Update and compile every language."""
    for language in TRANSLATED:
        collect(language, sources(language))
        compile_to(sources(language), catalog(language))
    return 0


if __name__ == "__main__":
    sys.exit(main())
