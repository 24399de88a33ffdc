"""Each field's last allowed values are taken, the next ones are refused, and the field is named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ledger import authorization, batches, errors, instructions, orders
from ledger.authorization import Authorization, BatchPlace, SignedAuthorization
from ledger.batches import Batch
from ledger.contents import Genesis, Payment, Rotation, Station
from ledger.fields import require_currency, require_fields, require_mode, signature_from_text
from ledger.instructions import Capture, Close, Erasure, Limit, Refund, Supply, Topup, Void
from ledger.orders import Discount, Order, OrderLine, Tax

BIG = 2**53 - 1
MODES = ("mode", ("live", "demo"), ("play", None), None)
HEX_32, HEX_64 = "0a" * 16, "0a" * 32
LINE = OrderLine("X", "Thing", 2, 100, counted=True)
ORDER = Order((LINE,), "EUR")
AUTHORIZATION = Authorization(
    *(HEX_32, HEX_32, "s-ann", HEX_64, 200, "EUR", 0, 1, HEX_64, {}, (), "pin", "live"),
)
HOLD = replace(AUTHORIZATION, hold_until_ms=5)
COMMON = {"id": "x", "issued_at_ms": 0, "desk": HEX_32, "mode": "demo"}
TOPUP = Topup(**COMMON, pseudonym="s-ann", amount_minor=1, currency="EUR")
REFUND = Refund(**COMMON, payment=HEX_32, pseudonym="s-ann", amount_minor=1, currency="EUR")
PAYMENT = Payment(SignedAuthorization(AUTHORIZATION, bytes(64)), ORDER, "demo")
GENESIS = Genesis("0a" * 8, "demo", "EUR", bytes(32))
VOID = Void(**COMMON, pseudonym="s-ann", held_minor=200, held_order=ORDER)
CAPTURE = Capture(**COMMON, pseudonym="s-ann", held_minor=200, order=ORDER, held_order=ORDER)
SUPPLY = Supply(**COMMON, sku="X", pieces=1)
LIMIT = Limit(**COMMON, pseudonym="s-ann", balance_max_minor=0)
FIGURES = ("number", "first", "last", "sales", "sales_minor", "refunds", "refunds_minor")
FIGURES = (*FIGURES, "topups", "topups_minor", "grand_total_minor")
CLOSE = Close(**COMMON, currency="EUR", **dict.fromkeys(FIGURES, 0))
TAX = Tax("VAT-7", 70_000, 100, "included")
ALL_TAXED = replace(TAX, base_minor=200)
DISCOUNT = Discount("SPRING", "Spring", 1)
PLACE = BatchPlace(0, 1, ())
BATCH = Batch(*("0a" * 12, HEX_32, 1, HEX_64, "EUR", 0, 1, HEX_64, {}, "live", "demo"), bytes(64))
LETTERS, TOO_LONG = "L" * 200, "L" * 201


def whole(field, low, high, name=None):
    """Integers within two bounds."""
    return [(field, (low, high), (low - 1, high + 1, "1", True, 1.0), name or field)]


def text(field, name=None):
    return [(field, ("a", LETTERS, "ä"), ("", TOO_LONG, "a\nb", 5), name or field)]


def digits(field, count, name=None):
    fine = "0f" * (count // 2)
    refused = (fine[1:], fine + "0", fine.upper(), fine + "\n", 5)
    return [(field, (fine,), refused, name or field)]


CASES = [
    *((AUTHORIZATION, case) for case in digits("id", 32) + digits("kiosk", 32)),
    *((AUTHORIZATION, case) for case in digits("cart_digest", 64) + digits("policy", 64)),
    *((AUTHORIZATION, case) for case in whole("amount_minor", 1, BIG)),
    *((AUTHORIZATION, case) for case in whole("issued_at_ms", 0, BIG)),
    *((AUTHORIZATION, case) for case in whole("expires_at_ms", 0, BIG)),
    *((AUTHORIZATION, case) for case in whole("hold_until_ms", 0, BIG)),
    (AUTHORIZATION, ("pseudonym", ("aa", "0" * 64, "a-"), ("a", "-a", "A1", "a" * 65), None)),
    (AUTHORIZATION, ("models", ({"a_1": "x"},), ({"A": "x"}, {"": "x"}), "model role")),
    (AUTHORIZATION, ("models", ({"a": LETTERS},), ({"a": ""}, {"a": TOO_LONG}), "model id")),
    (AUTHORIZATION, ("cues", (("blink", "w" * 40),), (("w" * 41,), ("Blink",)), "cue")),
    (AUTHORIZATION, ("method", ("face", "pin"), ("card", ""), None)),
    (AUTHORIZATION, ("source", ("live", "file"), ("tape", ""), None)),
    *((PLACE, case) for case in whole("size", 1, 65_536, "batch size")),
    *((replace(PLACE, size=9), case) for case in whole("index", 0, 8, "batch index")),
    (PLACE, ("path", ((bytes(32),),), ((bytes(31),), (bytes(33),)), "batch path")),
    *((BATCH, case) for case in digits("id", 24, "batch id") + digits("kiosk", 32)),
    *((BATCH, case) for case in digits("root", 64) + digits("policy", 64)),
    *((BATCH, case) for case in whole("count", 1, 8_192)),
    *((BATCH, case) for case in whole("issued_at_ms", 0, BIG) + whole("expires_at_ms", 0, BIG)),
    (BATCH, ("currency", ("JPY",), (5, None), None)),
    (BATCH, ("models", ({"a_1": "x"},), ({"A": "x"}, {"": "x"}), "model role")),
    (BATCH, ("models", ({"a": LETTERS},), ({"a": ""}, {"a": TOO_LONG}), "model id")),
    (BATCH, ("source", ("live", "file"), ("tape", "", None), None)),
    (BATCH, MODES),
    *((TOPUP, case) for case in whole("issued_at_ms", 0, BIG) + whole("amount_minor", 1, BIG)),
    *((TOPUP, case) for case in digits("desk", 32)),
    (TOPUP, ("id", ("a", "Z" * 64, "1._-"), ("", "Z" * 65, ".a", "a b"), None)),
    (TOPUP, MODES),
    (TOPUP, ("currency", ("JPY",), (5, None), None)),
    *((REFUND, case) for case in digits("payment", 32)),
    *((VOID, case) for case in whole("held_minor", 1, BIG)),
    *((SUPPLY, case) for case in whole("pieces", -(10**9), 10**9)),
    (SUPPLY, ("pieces", (-1, 1), (0,), None)),
    (SUPPLY, ("sku", ("a", "A-" * 20), ("", "A-" * 20 + "A", "-a", "a_b"), None)),
    *((LIMIT, case) for case in whole("balance_max_minor", 0, BIG)),
    *((CLOSE, case) for field in FIGURES for case in whole(field, 0, BIG)),
    *((LINE, case) for case in whole("quantity", 1, 9_999) + whole("unit_minor", 0, BIG)),
    *((replace(LINE, counted=False), case) for case in text("sku") + text("name")),
    (LINE, ("sku", ("A-" * 20,), ("A-" * 20 + "A", "a_b"), None)),
    *((DISCOUNT, case) for case in text("code", "discount code") + text("name", "discount name")),
    *((DISCOUNT, case) for case in whole("amount_minor", 1, BIG, "discount")),
    *((TAX, case) for case in whole("rate_ppm", 0, 1_000_000, "tax rate")),
    *((TAX, case) for case in whole("base_minor", 0, BIG, "tax base")),
    (TAX, ("name", ("A-" * 20,), ("A-" * 20 + "A", "", "a b"), "tax name")),
    (TAX, ("kind", ("added", "included"), ("free", ""), "tax kind")),
    (ORDER, ("lines", ((LINE,) * 500,), ((), (LINE,) * 501), "number of order lines")),
    (ORDER, ("discounts", ((DISCOUNT,) * 100,), ((DISCOUNT,) * 101,), "number of discounts")),
    (ORDER, ("taxes", ((TAX,),), ((TAX, TAX),), "tax name")),
    (ORDER, ("taxes", ((ALL_TAXED,),), ((replace(ALL_TAXED, base_minor=201),),), "tax base")),
    (PAYMENT, MODES),
    (GENESIS, MODES),
    (GENESIS, (*digits("home_id", 16)[0][:3], "home")),
    (Station("kiosk", bytes(32)), ("role", ("kiosk", "desk"), ("ledger",), None)),
]  # fmt: skip
IDS = [f"{type(made).__name__}.{case[0]}" for made, case in CASES]


@pytest.mark.parametrize(("made", "case"), CASES, ids=IDS)
def test_a_field_takes_its_bounds_and_nothing_beyond_and_is_named(made, case):
    field, allowed, refused, name = case
    for value in allowed:
        assert getattr(replace(made, **{field: value}), field) == value
    for value in refused:
        with pytest.raises(errors.BadInputError) as caught:
            replace(made, **{field: value})
        assert caught.value.message.startswith(f"The field {name or field} is outside")


def taxes(count):
    return tuple(Tax(f"T{number}", 0, 1, "added") for number in range(count))


def test_an_order_has_twenty_taxes_at_most_and_a_total_from_one_to_the_greatest_integer():
    assert replace(ORDER, taxes=taxes(20)).total_minor == 200
    dear = OrderLine("X", "Thing", 1, BIG)
    assert Order((dear,), "EUR").total_minor == BIG
    for spoilt, name in (
        ({"taxes": taxes(21)}, "number of taxes"),
        ({"discounts": (replace(DISCOUNT, amount_minor=200),)}, "order total"),
        ({"lines": (dear, LINE)}, "order total"),
    ):
        with pytest.raises(errors.BadInputError, match=f"The field {name} is outside"):
            replace(ORDER, **spoilt)
    assert replace(ORDER, discounts=(replace(DISCOUNT, amount_minor=199),)).total_minor == 1


def test_a_capture_takes_from_one_minor_unit_to_all_that_was_held():
    less = replace(ORDER, lines=(replace(LINE, quantity=1),))
    assert replace(CAPTURE, order=less).order.total_minor == 100
    more = replace(ORDER, lines=(replace(LINE, quantity=3, unit_minor=10),))
    for spoilt, name in (
        ({"held_minor": 199}, "order total"),
        ({"order": more}, "quantity"),
        ({"order": replace(ORDER, currency="USD")}, "currency"),
    ):
        with pytest.raises(errors.BadInputError, match=f"The field {name} is outside"):
            replace(CAPTURE, **spoilt)


@pytest.mark.parametrize(
    ("read", "name"),
    [
        (lambda: SignedAuthorization(AUTHORIZATION, bytes(63)), "signature"),
        (lambda: signature_from_text("AAAA"), "signature"),
        (lambda: signature_from_text("no base64"), "signature"),
        (lambda: BatchPlace.from_record({"index": 0, "size": 1, "path": "A"}), "batch path"),
        (lambda: BatchPlace.from_record({"index": "0", "size": 1, "path": ""}), "index"),
        (lambda: Batch.from_body({"batch": BATCH.signed_record()}), "record"),
        (lambda: Batch.from_body({**BATCH.body(), "batch": []}), "batch"),
        (lambda: Batch.from_body({**BATCH.body(), "more": 1}), "record"),
        (lambda: Batch.from_body({**BATCH.body(), "signature": "AAAA"}), "signature"),
        *(
            (
                lambda header=header: Batch.from_body({**BATCH.body(), "batch": header}),
                next(iter(spoilt)),
            )
            for spoilt in ({"count": "1"}, {"id": 1}, {"models": []}, {"mode": True})
            for header in ({**BATCH.signed_record(), **spoilt},)
        ),
        (lambda: require_mode("play"), "mode"),
        (lambda: require_currency(None), "currency"),
        (lambda: require_fields([], {}), "record"),
        (lambda: require_fields({"a": 1}, {"a": int, "b": int}), "record"),
        (lambda: require_fields({"a": True}, {"a": int}), "a"),
        (lambda: Rotation.from_body({"ledger_key": "0A" * 32}), "ledger_key"),
        (lambda: Station.from_body({"role": "kiosk", "key": "0a"}), "key"),
        (lambda: Order.from_record([]), "order"),
        (
            lambda: Order.from_record(
                {"currency": "EUR", "lines": [{**LINE.record(), "stock": "x"}]}
            ),
            "stock",
        ),
        (
            lambda: Order.from_record(
                {**ORDER.record(), "taxes": [{**TAX.record(), "amount_minor": 1}]}
            ),
            "tax amount",
        ),
        (
            lambda: Payment(
                SignedAuthorization(replace(AUTHORIZATION, hold_until_ms=5), bytes(64)),
                ORDER,
                "demo",
            ),
            "hold_until_ms",
        ),
    ],
)
def test_what_is_malformed_is_named(read, name):
    with pytest.raises(errors.BadInputError) as caught:
        read()
    assert caught.value.message.startswith(f"The field {name} is outside")


@pytest.mark.parametrize(
    ("made", "context"),
    [
        (TOPUP, b"facetill/topup/v1\n"),
        (REFUND, b"facetill/refund/v1\n"),
        (VOID, b"facetill/void/v1\n"),
        (CAPTURE, b"facetill/capture/v1\n"),
        (SUPPLY, b"facetill/supply/v1\n"),
        (LIMIT, b"facetill/limit/v1\n"),
        (CLOSE, b"facetill/close/v1\n"),
        (Erasure(**{**COMMON, "id": "s-ann"}), b"facetill/erasure/v1\n"),
        (instructions.Expiry(**vars(VOID)), b"facetill/expiry/v1\n"),
        (AUTHORIZATION, b"facetill/authorization/v1\n"),
        (HOLD, b"facetill/hold/v1\n"),
        (BATCH, b"facetill/batch-booking/v1\n"),
    ],
)
def test_what_is_signed_begins_with_its_own_context(made, context):
    assert made.message().startswith(context + b"{")


def test_the_limits_are_those_of_the_format():
    assert (orders.LINES_MAX, orders.QUANTITY_MAX, authorization.BATCH_MAX) == (500, 9_999, 65_536)
    assert (batches.PAYMENTS_MAX, batches.PAGE) == (8_192, 128)
    assert authorization.BATCH_CONTEXT == b"facetill/batch/v1\n"
    assert orders.ORDER_CONTEXT == b"facetill/order/v1\n"
