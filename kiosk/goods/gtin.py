"""Tells whether a code is a trade item's number, by its check digit (GS1 General Specifications).

EAN-8, UPC-A, EAN-13 and GTIN-14 are one number with zeros before it: a scanner that drops or adds
the zeros names the same article.
"""

from __future__ import annotations

LENGTHS = (8, 12, 13, 14)
GTIN_DIGITS = 14
CODE_CHARS_MAX = 80


def check_digit(digits: str) -> int:
    """The check digit that belongs after these digits.

    Args:
        digits: 1 or more decimal digits, without a check digit.
    """
    weighted = (int(digit) * (3, 1)[place % 2] for place, digit in enumerate(reversed(digits)))
    return -sum(weighted) % 10


def is_gtin(code: str) -> bool:
    """Whether it is 8, 12, 13 or 14 digits, the last of which is the right check digit."""
    return (
        code.isascii()
        and code.isdigit()
        and len(code) in LENGTHS
        and check_digit(code[:-1]) == int(code[-1])
    )


def canonical(code: str) -> str:
    """What a code is looked up by: a trade item's number as 14 digits, any other as it is."""
    code = code.strip()
    return code.zfill(GTIN_DIGITS) if is_gtin(code) else code


def parse(field: str) -> str:
    """The canonical form of a code in a table.

    Raises:
        ValueError: says what is allowed.
    """
    if not field or len(field) > CODE_CHARS_MAX or not field.isprintable():
        raise ValueError(f"a code of 1 to {CODE_CHARS_MAX} printable characters is allowed")
    if field.isascii() and field.isdigit():
        if len(field) not in LENGTHS:
            raise ValueError(
                f"{field} has {len(field)} digits: EAN-8, UPC-A, EAN-13 and GTIN-14 have"
                " 8, 12, 13 and 14; another code must hold a letter"
            )
        if not is_gtin(field):
            right = field[:-1] + str(check_digit(field[:-1]))
            raise ValueError(f"the check digit of {field} is wrong: {right} would be right")
    elif "E+" in field.upper() and field[:1].isdigit():
        raise ValueError("a spreadsheet shortened it: format that column as text")
    return canonical(field)
