"""Who may do what at the desk.

A home without a staff account is an open desk: whoever can read its keys may do everything, as
before there were accounts. The roles keep honest hands in order; they are no wall against somebody
who holds the master key and the machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Role = Literal["staff", "manager"]
ROLES: Final[tuple[Role, ...]] = ("staff", "manager")
Action = Literal[
    "enrol",
    "look up",
    "edit",
    "renew",
    "set a PIN",
    "tighten limits",
    "loosen limits",
    "top up",
    "revoke",
    "export",
    "import",
    "enrol a lookalike",
    "change a face",
    "rotate the key",
    "renew the transform",
    "keep staff accounts",
    "read the trail",
    "back up",
]
_STAFF: Final[frozenset[Action]] = frozenset(
    ("enrol", "look up", "edit", "renew", "set a PIN", "tighten limits", "top up")
)


@dataclass(frozen=True, slots=True)
class Session:
    """Who is at the desk."""

    staff: str
    role: Role


OPEN_DESK: Final = Session("desk", "manager")
"""The desk of a home that has no staff accounts."""


def may(session: Session, action: Action) -> bool:
    """Whether the role of this session covers the action."""
    return session.role == "manager" or action in _STAFF
