"""What a payment needs, and how much it may be, as data: one typed, versioned file a home.

`HOME/policy.toml` says it in words that a shop can change; without the file the defaults hold. The
digest of the policy in force, defaults included, is in every authorisation, so that an auditor can
tell by which rules a payment was made.
"""

from kiosk.policy.demand import Demand, demand, require_pin_alone
from kiosk.policy.reading import load, parse
from kiosk.policy.rules import (
    Amounts,
    Factor,
    Identification,
    Lock,
    Lockout,
    PerDay,
    PinAlone,
    Policy,
    Step,
    WithoutPassive,
)
from kiosk.policy.writing import write

__all__ = [
    "Amounts",
    "Demand",
    "Factor",
    "Identification",
    "Lock",
    "Lockout",
    "PerDay",
    "PinAlone",
    "Policy",
    "Step",
    "WithoutPassive",
    "demand",
    "load",
    "parse",
    "require_pin_alone",
    "write",
]
