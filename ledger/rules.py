"""When a payment may be taken: plain rules over values, used to post and again to audit.

Times are Unix milliseconds. An authorisation is judged by its own times: it must not be presented
after `expires_at_ms` (no grace), nor more than SKEW_MS_MAX before `issued_at_ms` (a kiosk's clock
may run ahead a little), and may live LIFETIME_MS_MAX at most.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ledger.errors import (
    AlreadyUsedWithOtherContent,
    BalanceTooHigh,
    Expired,
    FileSourceInLiveHome,
    InsufficientFunds,
    LifetimeTooLong,
    NotYetValid,
    RefundTooHigh,
    WrongAmount,
    WrongCart,
    WrongCurrency,
)
from ledger.money import MINOR_MAX, format_amount

if TYPE_CHECKING:
    from ledger.authorization import Authorization
    from ledger.entries import AnyContent, Genesis, Payment, Refund, Topup

LIFETIME_MS_MAX: Final = 120_000
SKEW_MS_MAX: Final = 5_000
BALANCE_MINOR_MAX: Final = MINOR_MAX


def require_payable(payment: Payment, book: Genesis, balance_minor: int, now_ms: int) -> None:
    """Refuse a payment that this book must not take now, from this prepaid balance.

    Raises:
        Refused: The sub-class names the rule.
    """
    a, order = payment.signed.authorization, payment.order
    if a.source == "file" and book.mode == "live":
        raise FileSourceInLiveHome(
            "A live home takes no payment from a recorded file.",
            hint="Use a camera, or a demo home: facetill init --mode demo",
        )
    if a.currency != book.currency or order.currency != book.currency:
        raise WrongCurrency(
            f"The payment is in {a.currency}; this home keeps {book.currency}.",
            hint=f"Price the cart in {book.currency}.",
        )
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
    if balance_minor < a.amount_minor:
        raise InsufficientFunds(
            f"The payment needs {format_amount(a.amount_minor, a.currency)};"
            f" the balance is {format_amount(balance_minor, a.currency)}.",
            hint="Top up at the desk, or take something out of the cart.",
        )


def require_topup(topup: Topup, book: Genesis, balance_minor: int) -> None:
    """Refuse a top-up in another currency, or beyond what a balance may hold."""
    if topup.currency != book.currency:
        raise WrongCurrency(
            f"The top-up is in {topup.currency}; this home keeps {book.currency}.",
            hint=f"Top up in {book.currency}.",
        )
    if balance_minor + topup.amount_minor > BALANCE_MINOR_MAX:
        raise BalanceTooHigh(
            "The top-up would lift the balance above what the book can hold.",
            hint="Top up a smaller amount.",
        )


def require_refund(
    refund: Refund, payment: Payment, refunded_minor: int, balance_minor: int
) -> None:
    """Refuse to give back more than was paid, or to somebody else.

    Args:
        refund: What is asked.
        payment: What was paid.
        refunded_minor: What was given back of it before.
        balance_minor: The shopper's balance.
    """
    a = payment.signed.authorization
    if (refund.payment, refund.pseudonym) != (a.id, a.pseudonym):
        raise WrongCart(
            "The refund is not for the shopper who made that payment.",
            hint="Name the payment by the id on its receipt.",
        )
    if refund.currency != a.currency:
        raise WrongCurrency(
            f"The payment was in {a.currency}, not in {refund.currency}.",
            hint=f"Refund in {a.currency}.",
        )
    left_minor = a.amount_minor - refunded_minor
    if refund.amount_minor > left_minor:
        raise RefundTooHigh(
            f"Of this payment {format_amount(left_minor, a.currency)} can still be given back,"
            f" not {format_amount(refund.amount_minor, a.currency)}.",
            hint="Refund less; `facetill ledger print` shows what was given back.",
        )
    if balance_minor + refund.amount_minor > BALANCE_MINOR_MAX:
        raise BalanceTooHigh(
            "The refund would lift the balance above what the book can hold.",
            hint="Refund a smaller amount.",
        )


def require_same(known: AnyContent, asked: AnyContent, entry_id: str) -> None:
    """Refuse a used id with another content."""
    if known != asked:
        raise AlreadyUsedWithOtherContent(
            f"The id {entry_id} was used before for something else.",
            hint="Use a fresh id for a new payment or top-up.",
        )


def _require_in_time(a: Authorization, now_ms: int) -> None:
    lifetime_ms = a.expires_at_ms - a.issued_at_ms
    if not 0 < lifetime_ms <= LIFETIME_MS_MAX:
        raise LifetimeTooLong(
            f"The authorisation is to live {lifetime_ms} ms; 1 to {LIFETIME_MS_MAX} are allowed.",
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
