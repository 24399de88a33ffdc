"""The shop's figures over a stretch of the book: what a Z report, an X report and stats count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledger.batches import Batch
from ledger.entries import sale_in
from ledger.instructions import Close, Refund, Topup

if TYPE_CHECKING:
    from ledger.entries import AnyContent


@dataclass
class Figures:
    """Counts and sums in minor units since the last Z report.

    Attributes:
        number: Of the next Z report.
        first: First entry that it will cover.
        sales, refunds, topups: How many; a captured hold is a sale.
        sales_minor, refunds_minor, topups_minor: Their sums.
        grand_total_minor: All sales since the book began.
    """

    number: int = 1
    first: int = 0
    sales: int = 0
    sales_minor: int = 0
    refunds: int = 0
    refunds_minor: int = 0
    topups: int = 0
    topups_minor: int = 0
    grand_total_minor: int = 0

    @classmethod
    def after(cls, index: int, close: Close) -> Figures:
        """Those that begin after a Z report, which stands as this entry."""
        return cls(close.number + 1, index + 1, grand_total_minor=close.grand_total_minor)

    def add(self, index: int, content: AnyContent, batch_minor: int) -> None:
        """Count an entry, of a batch with what its payments come to.

        A Z report begins anew after it.
        """
        if isinstance(content, Batch):
            self._sold(content.count, batch_minor)
        elif (sale := sale_in(content)) is not None:
            self._sold(1, sale.order.total_minor)
        elif isinstance(content, Refund):
            self.refunds += 1
            self.refunds_minor += content.amount_minor
        elif isinstance(content, Topup):
            self.topups += 1
            self.topups_minor += content.amount_minor
        elif isinstance(content, Close):
            grand_total_minor = self.grand_total_minor
            self.__init__(content.number + 1, index + 1)  # type: ignore[misc]
            self.grand_total_minor = grand_total_minor

    def _sold(self, count: int, minor: int) -> None:
        self.sales += count
        self.sales_minor += minor
        self.grand_total_minor += minor

    def followed_by(self, later: Figures) -> Figures:
        """With those of a stretch after this one that holds no Z report."""
        both = {
            name: count + getattr(later, name) if name not in ("number", "first") else count
            for name, count in self.fields().items()
        }
        return Figures(**both)

    def fields(self) -> dict[str, int]:
        """By the names that a Z report has for them."""
        return dict(vars(self))
