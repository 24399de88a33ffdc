"""Finds an article by a few letters: any part of its name, or the first sounds of Korean syllables.

A Korean shopper types ㅋㅍ for 커피, as their phone's contact list lets them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

INITIALS: Final = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_SYLLABLES: Final = range(0xAC00, 0xD7A4)  # Unicode's Hangul syllables, in order of their initials
_SYLLABLES_PER_INITIAL: Final = 588


def initials(text: str) -> str:
    """The text with every Hangul syllable replaced by its first consonant."""
    return "".join(
        INITIALS[(ord(sign) - _SYLLABLES.start) // _SYLLABLES_PER_INITIAL]
        if ord(sign) in _SYLLABLES
        else sign
        for sign in text
    )


def matches(query: str, texts: Iterable[str]) -> bool:
    """Whether a query is found in one of the texts; an empty one is found everywhere."""
    wanted = "".join(query.casefold().split())
    if not wanted:
        return True
    folded = ["".join(text.casefold().split()) for text in texts]
    if all(sign in INITIALS for sign in wanted):
        folded += [initials(text) for text in folded]
    return any(wanted in text for text in folded)
