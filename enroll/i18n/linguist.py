"""Qt Linguist's two programs: one collects a window's sentences, one compiles their translations.

`python -m enroll.i18n.linguist` after a sentence of the desk was added or changed; then fill in
what is unfinished in `desk_*.ts` (by hand or in Qt Linguist) and run it again. The compiled `.qm`
files are kept in the repository, so that an installed desk needs no compiler.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import PySide6

if TYPE_CHECKING:
    from collections.abc import Iterable

FOLDER: Final = Path(__file__).resolve().parent
LOCALES: Final = {"ko": "ko_KR", "zh": "zh_CN"}


def collect(files: Iterable[Path], language: str, ts_file: Path) -> None:
    """Bring a translators' file up to date; what is translated stays.

    Raises:
        subprocess.CalledProcessError: a file cannot be read or written.
    """
    words = ["-locations", "none", "-no-obsolete", "-silent"]
    words += ["-source-language", "en", "-target-language", LOCALES[language]]
    _run("lupdate", *words, *map(str, files), "-ts", str(ts_file))


def compile_to(ts_file: Path, qm_file: Path) -> None:
    """Compile a translators' file.

    Raises:
        subprocess.CalledProcessError: a file cannot be read or written.
    """
    _run("lrelease", "-silent", str(ts_file), "-qm", str(qm_file))


def _run(name: str, *words: str) -> None:
    folder = Path(PySide6.__file__).parent
    beside = folder / name
    tool = beside if beside.exists() else folder / "Qt" / "libexec" / name
    subprocess.run([str(tool), *words], check=True)  # noqa: S603 - Qt's own program


def main() -> int:
    """Update and compile every language of the desk."""
    window = sorted((FOLDER.parent / "window").glob("*.py"))
    for language in LOCALES:
        ts_file = FOLDER / f"desk_{language}.ts"
        collect(window, language, ts_file)
        compile_to(ts_file, ts_file.with_suffix(".qm"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
