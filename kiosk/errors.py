"""Every way the till says no: to the person who set it up, and to the shopper before it."""

from __future__ import annotations

from dataclasses import dataclass

PROBLEMS_SHOWN = 50
VALUE_CHARS_SHOWN = 40


class Error(Exception):
    """The base of every error of this package.

    Attributes:
        message: one sentence that says what happened.
        hint: one sentence that says what to do.
        status: the exit status, 1 refused or check failed, 2 bad input or missing set-up.
    """

    def __init__(self, message: str, *, hint: str, status: int = 2) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.status = status


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a table.

    Attributes:
        line: of the file, from 1.
        column: the column's name; empty where it is about the whole line.
        value: what stands there.
        says: why it cannot be used, and what is allowed.
    """

    line: int
    column: str
    value: str
    says: str

    def text(self) -> str:
        """One line for a person."""
        if not self.column:
            return f"line {self.line}: {self.says}"
        shown = self.value if len(self.value) <= VALUE_CHARS_SHOWN else f"{self.value[:40]}…"
        return f"line {self.line}, {self.column} {shown!r}: {self.says}"


class TableError(Error):
    """A table of the shop's cannot be used; names every line that is wrong.

    Args:
        name: what the table is called.
        problems: at least one, in the order of the lines.
    """

    def __init__(self, name: str, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        lines = [problem.text() for problem in problems[:PROBLEMS_SHOWN]]
        if len(problems) > PROBLEMS_SHOWN:
            lines.append(f"and {len(problems) - PROBLEMS_SHOWN} more")
        found = "".join(f"\n  {line}" for line in lines) if len(lines) > 1 else f" {lines[0]}"
        super().__init__(
            f"{name} cannot be used:{found}",
            hint="Mend that and check it: facetill kiosk catalogue check --help",
        )


class BadCartError(Error):
    """A cart that names what is not sold, or not that many."""


class BadPolicyError(Error):
    """The shop's policy says something that is not allowed."""


class PictureError(Error):
    """A picture that shows nothing that can be read."""


class PrinterError(Error):
    """The receipt printer does not print; the payment is booked all the same."""

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message, hint=hint, status=1)


class DisplayError(Error):
    """There is no window to be had on this machine."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a payment is not made: a code for machines, one cause and one action for people.

    Attributes:
        reason: the code, such as `not_live`.
        message: one sentence that says why.
        hint: one sentence that says what to do now.
    """

    reason: str
    message: str
    hint: str


class RefusedError(Error):
    """A payment that is refused; nothing was charged, and the cart is still there.

    Args:
        refusal: the cause and the action.
    """

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message, hint=refusal.hint, status=1)
        self.refusal = refusal
