"""When something may be booked: plain rules over values, used to book and again to audit.

Times are Unix milliseconds. An authorisation is judged by its own times: it must not be presented
after `expires_at_ms` (no grace), nor more than SKEW_MS_MAX before `issued_at_ms` (a kiosk's clock
may run ahead a little), and may live LIFETIME_MS_MAX at most. A hold lasts HOLD_MS_MAX at most,
and ends only by an entry: a clock that jumps ends nothing by itself.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, Protocol, cast

from ledger.batches import ID_DIGITS, PAGE, Batch, place_of
from ledger.contents import (
    Genesis,
    Hold,
    Payment,
    Rotation,
    Station,
    shopper_account,
    stock_account,
)
from ledger.errors import (
    AlreadyUsedWithOtherContent,
    BadSignature,
    BalanceTooHigh,
    Expired,
    FileSourceInLiveHome,
    HoldEnded,
    HoldRunning,
    InsufficientFunds,
    LifetimeTooLong,
    NothingToClose,
    NotYetValid,
    OutOfStock,
    RefundTooHigh,
    ShopperErased,
    UnknownDesk,
    UnknownKiosk,
    UnknownReceipt,
    WrongAmount,
    WrongCart,
    WrongCurrency,
)
from ledger.instructions import (
    Capture,
    Close,
    Erasure,
    Expiry,
    Instruction,
    Limit,
    Refund,
    Supply,
    Topup,
    Void,
)
from ledger.keys import verify
from ledger.money import MINOR_MAX, PIECES, format_amount

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledger.authorization import Authorization
    from ledger.batches import Page, Sheet
    from ledger.contents import Sale
    from ledger.entries import AnyContent, Entry
    from ledger.figures import Figures

LIFETIME_MS_MAX: Final = 120_000
SKEW_MS_MAX: Final = 5_000
HOLD_MS_MAX: Final = 7 * 24 * 3_600_000
BALANCE_MINOR_MAX: Final = MINOR_MAX
ENDINGS: Final = ("capture", "void", "expiry")


class Known(Protocol):
    """What the book holds at the moment of judging."""

    def by_id(self, entry_id: str) -> Entry | None:
        """The entry with this id."""

    def balance(self, account: str, currency: str) -> int:
        """What an account has, debits positive."""

    def page(self, index: int, number: int) -> Page:
        """The page with a payment, by its number in the batch that is this entry."""

    def has_sale_below(self, prefix: str) -> bool:
        """Whether a payment or a hold by itself has an id that begins so."""

    def refunded_minor(self, sale_id: str) -> int:
        """What was given back of a sale so far."""

    def balance_max_minor(self, pseudonym: str) -> int | None:
        """The limit of a shopper's balance."""

    def is_erased(self, pseudonym: str) -> bool:
        """Whether a shopper has a tombstone."""

    def figures(self) -> Figures:
        """The figures since the last Z report."""

    @property
    def size(self) -> int:
        """Number of entries."""


def require(content: AnyContent, known: Known, book: Genesis, now_ms: int) -> None:
    """Refuse an entry that this book must not take now; its signature is judged apart.

    Raises:
        Refused: The sub-class names the rule.
    """
    if isinstance(content, (Payment, Instruction, Batch)) and content.mode != book.mode:
        raise WrongCart(
            f"It is of a {content.mode} home; this one is {book.mode}.",
            hint="Use the home that it was made for.",
        )
    if isinstance(content, Payment):
        _require_payable(content, known, book, now_ms)
    elif isinstance(content, Batch):
        _require_batch(content, cast("Sheet", content.sheet), known, book, now_ms)
    elif isinstance(content, Topup):
        _require_currency(content.currency, book)
        _require_there(content.pseudonym, known)
        _require_room(content.pseudonym, content.amount_minor, known, book)
    elif isinstance(content, Refund):
        _require_refund(content, known, book)
    elif isinstance(content, (Capture, Void)):
        _require_ending(content, known, now_ms)
    elif isinstance(content, Supply):
        _require_stock({content.sku: -content.pieces}, known)
    elif isinstance(content, Close):
        _require_close(content, known, book)
    else:
        # keys, limits and tombstones only need the signature they come with
        assert isinstance(content, (Genesis, Station, Rotation, Limit, Erasure))  # noqa: S101 - for mypy


def require_signed(content: AnyContent, known: Known) -> None:
    """Refuse what is not signed by a station that the book knows, where a kind is signed.

    Raises:
        UnknownKiosk, UnknownDesk, BadSignature: As named.
    """
    if isinstance(content, Payment):
        a = content.signed.authorization
        key = _station(known, "kiosk", a.kiosk)
        signed = content.signed.is_signed_by(key)
    elif isinstance(content, Batch):
        key = _station(known, "kiosk", content.kiosk)
        signed = verify(key, content.signature, content.message())
    elif isinstance(content, Instruction):
        key = _station(known, "desk", content.desk)
        signed = verify(key, content.signature, content.message())
    else:
        return
    if not signed:
        raise BadSignature(
            "The signature is not that of the station it names, over this content.",
            hint="Start again at the station.",
        )


def _station(known: Known, role: str, key_id: str) -> bytes:
    entry = known.by_id(f"station/{role}/{key_id}")
    if entry is None:
        unknown = UnknownKiosk if role == "kiosk" else UnknownDesk
        raise unknown(
            f"No {role} with the key {key_id} is registered in the book.",
            hint=f"Use this home's keys/{role}.key, or run: facetill ledger station {role} FILE",
        )
    return cast("Station", entry.content).public_bytes


def require_same(known: AnyContent, asked: AnyContent) -> None:
    """Refuse a used id with another content; when a desk asks again, its time may differ."""
    if isinstance(asked, Instruction) and type(asked) is type(known):
        first = known
        asked = replace(asked, issued_at_ms=first.issued_at_ms, signature=first.signature)
    if known != asked:
        raise _used(asked.entry_id.partition("/")[2])


def _used(used_id: str) -> AlreadyUsedWithOtherContent:
    return AlreadyUsedWithOtherContent(
        f"The id {used_id} was used before for something else.",
        hint="Use a fresh id for something new.",
    )


def _require_payable(payment: Payment, known: Known, book: Genesis, now_ms: int) -> None:
    a, order = payment.signed.authorization, payment.order
    _require_source(a.source, book)
    _require_currency(a.currency, book)
    _require_currency(order.currency, book)
    if a.cart_digest != order.digest():
        raise WrongCart(
            "The order is not the cart that was authorised.",
            hint="Go back to the cart and pay again.",
        )
    if a.amount_minor != order.total_minor:
        raise WrongAmount(
            f"The amount authorised is {format_amount(a.amount_minor, a.currency)}, the order"
            f" comes to {format_amount(order.total_minor, order.currency)}.",
            hint="Go back to the cart and pay again.",
        )
    _require_in_time(a, now_ms)
    other = "hold" if payment.kind == "payment" else "payment"
    if known.by_id(f"{other}/{a.id}") is not None or batch_of(known.by_id, a.id) is not None:
        raise _used(a.id)
    _require_there(a.pseudonym, known)
    _require_stock(order.counted, known)
    _require_funds(a.pseudonym, a.amount_minor, known, book)


def _require_batch(batch: Batch, sheet: Sheet, known: Known, book: Genesis, now_ms: int) -> None:
    """All of it, or none: what each shopper spends in it, and each article taken, is one sum."""
    _require_source(batch.source, book)
    for currency in sheet.currencies:
        _require_currency(currency, book)
    _require_currency(batch.currency, book)
    require_sheet(batch)
    _require_in_time(batch, now_ms)
    if known.has_sale_below(batch.id):
        raise _used(batch.id)
    for pseudonym, spent_minor in sheet.spent.items():
        _require_there(pseudonym, known)
        _require_funds(pseudonym, spent_minor, known, book)
    _require_stock(sheet.counted, known)


def require_sheet(batch: Batch) -> None:
    """Refuse a batch whose payments are not those of its header."""
    if not batch.is_over(cast("Sheet", batch.sheet)):
        raise WrongCart(
            "The payments are not those that the kiosk signed.", hint="Start again at the kiosk."
        )


def _require_source(source: str, book: Genesis) -> None:
    if source == "file" and book.mode == "live":
        raise FileSourceInLiveHome(
            "A live home takes no payment from a recorded file.",
            hint="Use a camera, or a demo home: facetill init --mode demo",
        )


def _require_funds(pseudonym: str, amount_minor: int, known: Known, book: Genesis) -> None:
    balance_minor = -known.balance(shopper_account(pseudonym), book.currency)
    if balance_minor < amount_minor:
        raise InsufficientFunds(
            f"The payment needs {format_amount(amount_minor, book.currency)};"
            f" the balance is {format_amount(balance_minor, book.currency)}.",
            hint="Top up at the desk, or take something out of the cart.",
        )


def _require_in_time(a: Authorization | Batch, now_ms: int) -> None:
    lifetime_ms = a.expires_at_ms - a.issued_at_ms
    if not 0 < lifetime_ms <= LIFETIME_MS_MAX:
        raise LifetimeTooLong(
            f"The authorisation is to live {lifetime_ms} ms; 1 to {LIFETIME_MS_MAX} are allowed.",
            hint="Check the kiosk's settings.",
        )
    if a.hold_until_ms is not None and not 0 < a.hold_until_ms - a.issued_at_ms <= HOLD_MS_MAX:
        raise LifetimeTooLong(
            f"The hold is to last {a.hold_until_ms - a.issued_at_ms} ms;"
            f" 1 to {HOLD_MS_MAX} are allowed.",
            hint="Check the kiosk's settings.",
        )
    if a.issued_at_ms - now_ms > SKEW_MS_MAX:
        raise NotYetValid(
            f"The authorisation was issued {a.issued_at_ms - now_ms} ms in the future.",
            hint="Set the clocks of the kiosk and of the book.",
        )
    if now_ms > a.expires_at_ms:
        raise Expired(
            f"The authorisation expired {now_ms - a.expires_at_ms} ms ago.", hint="Pay again."
        )


def _require_currency(currency: str, book: Genesis) -> None:
    if currency != book.currency:
        raise WrongCurrency(
            f"The amount is in {currency}; this home keeps {book.currency}.",
            hint=f"Use {book.currency}.",
        )


def _require_there(pseudonym: str, known: Known) -> None:
    if known.is_erased(pseudonym):
        raise ShopperErased(
            "This shopper's account was erased.", hint="Enrol again at the desk, or pay otherwise."
        )


def _require_stock(pieces: dict[str, int], known: Known) -> None:
    for sku, asked in pieces.items():
        left = known.balance(stock_account(sku), PIECES)
        if asked > left:
            raise OutOfStock(
                f"Of {sku} {left} are left, not {asked}.",
                hint="Take fewer; or book what came in: facetill ledger supply",
            )


def _require_room(pseudonym: str, amount_minor: int, known: Known, book: Genesis) -> None:
    limit_minor = known.balance_max_minor(pseudonym)
    limit_minor = BALANCE_MINOR_MAX if limit_minor is None else limit_minor
    balance_minor = -known.balance(shopper_account(pseudonym), book.currency)
    if balance_minor + amount_minor > limit_minor:
        raise BalanceTooHigh(
            f"It would lift the balance above the limit of"
            f" {format_amount(limit_minor, book.currency)}.",
            hint="Use a smaller amount, or raise the limit: facetill ledger limit",
        )


def _require_refund(refund: Refund, known: Known, book: Genesis) -> None:
    sale = sale_of(known, refund.payment)
    order = sale.order
    if refund.pseudonym != sale.pseudonym:
        raise WrongCart(
            "The refund is not for the shopper who made that payment.",
            hint="Name the payment by the id on its receipt.",
        )
    if refund.currency != order.currency:
        raise WrongCurrency(
            f"The payment was in {order.currency}, not in {refund.currency}.",
            hint=f"Refund in {order.currency}.",
        )
    left_minor = order.total_minor - known.refunded_minor(refund.payment)
    if refund.amount_minor > left_minor:
        raise RefundTooHigh(
            f"Of this payment {format_amount(left_minor, order.currency)} can still be given back,"
            f" not {format_amount(refund.amount_minor, order.currency)}.",
            hint="Refund less; `facetill ledger print` shows what was given back.",
        )
    # what a shopper has paid may always come back, whatever limit was set since
    balance_minor = -known.balance(shopper_account(refund.pseudonym), book.currency)
    if balance_minor + refund.amount_minor > BALANCE_MINOR_MAX:
        raise BalanceTooHigh(
            "The refund would lift the balance above what the book can hold.",
            hint="Refund a smaller amount.",
        )


def sale_of(known: Known, sale_id: str) -> Sale:
    """The payment, alone or in a batch, or the capture, with an authorisation's id.

    Raises:
        UnknownReceipt: There is none.
    """
    entry = known.by_id(f"payment/{sale_id}") or known.by_id(f"capture/{sale_id}")
    if entry is not None:
        return cast("Sale", entry.content)
    found = batch_of(known.by_id, sale_id)
    if found is None:
        raise unknown_sale(sale_id)
    entry, number = found
    page = known.page(entry.index, number)
    return page.payment(cast("Batch", entry.content), number, number % PAGE)


def unknown_sale(sale_id: str) -> UnknownReceipt:
    """An error for an id that no payment has."""
    return UnknownReceipt(
        f"The book has no payment {sale_id[:64]!r}.",
        hint="The id is on the receipt, and in `facetill ledger print`.",
    )


def batch_of(by_id: Callable[[str], Entry | None], sale_id: str) -> tuple[Entry, int] | None:
    """The batch that has a payment with this id, and the payment's number in it."""
    entry = by_id(f"{Batch.kind}/{sale_id[:ID_DIGITS]}")
    if entry is None:  # as for almost all
        return None
    place = place_of(sale_id)
    if place is None or place[1] >= cast("Batch", entry.content).count:
        return None
    return entry, place[1]


def open_hold(known: Known, hold_id: str) -> Hold:
    """A hold that nothing has ended yet.

    Raises:
        UnknownReceipt, HoldEnded: As named.
    """
    entry = known.by_id(f"hold/{hold_id}")
    if entry is None:
        raise UnknownReceipt(
            f"The book has no hold {hold_id[:64]!r}.", hint="See: facetill ledger print"
        )
    for ending in ENDINGS:
        if known.by_id(f"{ending}/{hold_id}") is not None:
            raise HoldEnded(
                f"The hold has ended already, by {ending}.", hint="See: facetill ledger print"
            )
    return cast("Hold", entry.content)


def _require_ending(content: Capture | Void, known: Known, now_ms: int) -> None:
    hold = open_hold(known, content.id)
    same = (content.pseudonym, content.held_minor, content.held_order)
    if same != (hold.pseudonym, hold.amount_minor, hold.order):
        raise WrongCart("It is not about that hold.", hint="Name the hold by its own id.")
    if isinstance(content, Capture) and now_ms > hold.until_ms:
        raise Expired(
            f"The hold's time was over {now_ms - hold.until_ms} ms ago.",
            hint="Give it back: facetill ledger expire",
        )
    if isinstance(content, Expiry) and now_ms <= hold.until_ms:
        raise HoldRunning(
            f"The hold has {hold.until_ms - now_ms} ms left.", hint="Void it, or wait."
        )


def _require_close(close: Close, known: Known, book: Genesis) -> None:
    _require_currency(close.currency, book)
    figures = known.figures()
    asked = {name: getattr(close, name) for name in figures.fields()}
    if asked != figures.fields() or close.last != known.size - 1:
        raise NothingToClose(
            "The Z report's figures are not those of the book since the one before.",
            hint="Ask again: facetill ledger close",
        )
