"""One byte string for one value, so that a signature or a leaf hash has exactly one preimage.

The encoding is the JSON Canonicalization Scheme (RFC 8785) over a subset that needs none of its
number rules: strings, integers within ±(2**53 - 1), lists, and objects whose keys are printable
ASCII (for which code-point order and RFC 8785's UTF-16 order agree). No floats, booleans or null.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias, cast

import orjson

from ledger.errors import BadEncodingError

Value: TypeAlias = "str | int | list[Value] | dict[str, Value]"

INTEGER_MAX: Final = 2**53 - 1
DEPTH_MAX: Final = 16
_OPTIONS: Final = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER


def encode(value: Value) -> bytes:
    """Canonical UTF-8 bytes of a value whose fields were checked when it was made.

    Raises:
        BadEncodingError: A type, key, integer, depth or lone surrogate that has no encoding;
            floats, booleans and null are only found by `encode_untrusted`.
    """
    try:
        return orjson.dumps(value, option=_OPTIONS)
    except orjson.JSONEncodeError as e:
        raise _refusal(str(e)) from e


def embed(encoded: bytes) -> Value:
    """What `encode` gave for a value, to stand as it is in a larger one that is encoded."""
    value: Any = orjson.Fragment(encoded)
    return value  # type: ignore[no-any-return]


def encode_untrusted(value: Value) -> bytes:
    """As `encode`, for a value of any origin.

    Raises:
        BadEncodingError: A type, key, integer, depth or lone surrogate that has no encoding.
    """
    _require_encodable(value, 0)
    return encode(value)


def loads(data: bytes) -> Value:
    """What JSON says, in whatever spelling: for a caller who encodes it again and compares.

    Raises:
        BadEncodingError: Not UTF-8, or not JSON.
    """
    try:
        return cast("Value", orjson.loads(data))
    except orjson.JSONDecodeError as e:
        raise _refusal("the bytes are not JSON in UTF-8") from e


def decode(data: bytes) -> Value:
    """The value whose canonical encoding is exactly `data`.

    Raises:
        BadEncodingError: Not UTF-8, not JSON, or any other spelling than the canonical one.
    """
    value = loads(data)
    if encode_untrusted(value) != data:
        raise _refusal("the bytes are not in canonical form")
    return value


def _refusal(what: str) -> BadEncodingError:
    return BadEncodingError(
        f"No canonical encoding: {what}.", hint="Use strings, integers, lists and objects only."
    )


def _require_encodable(value: object, depth: int) -> None:
    if depth > DEPTH_MAX:
        raise _refusal(f"nested deeper than {DEPTH_MAX}")
    kind = type(value)
    if kind is str:
        return
    if kind is int:
        if not -INTEGER_MAX <= cast("int", value) <= INTEGER_MAX:
            raise _refusal("an integer is out of range")
    elif kind is list:
        for item in cast("list[object]", value):
            _require_encodable(item, depth + 1)
    elif kind is dict:
        for key, item in cast("dict[object, object]", value).items():
            if type(key) is not str or not (key.isascii() and key.isprintable()):
                raise _refusal("a key is not printable ASCII")
            _require_encodable(item, depth + 1)
    else:
        raise _refusal(f"a {kind.__name__} is not allowed")
