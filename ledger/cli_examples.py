"""What `facetill ledger VERB --help` shows at its end: each verb as it is typed."""

from __future__ import annotations

from typing import Final

_TYPED: Final[dict[str, tuple[str, ...]]] = {
    "init": (
        "facetill init --home /srv/till --mode live --currency EUR",
        "facetill init --home /tmp/play --mode demo",
        "facetill init --home /srv/till --database postgresql://till@db.shop.example/facetill",
    ),
    "check": (
        "facetill ledger check                          silent and 0 when clean",
        "facetill ledger check --head kept.note         and against a head kept elsewhere",
        "facetill ledger check --key shop.vkey --all    by the key you were given, all anew",
    ),
    "balance": (
        "facetill ledger balance",
        "facetill ledger balance liabilities            these, and all below them",
    ),
    "register": (
        "facetill ledger register assets:cash",
        "facetill ledger register income --json | jq '.postings[-1].balance_minor'",
    ),
    "print": ("facetill ledger print | hledger -f - balance",),
    "stats": ("facetill ledger stats",),
    "statement": ("facetill ledger statement s-1a2b3c4d5e6f7g8h",),
    "xreport": ("facetill ledger xreport",),
    "export": (
        "facetill ledger export --format beancount --output book.beancount",
        "facetill ledger export --format camt053 --account assets:cash --output cash.xml",
    ),
    "receipt": (
        "facetill ledger receipt 0f3c…                  as it was printed",
        "facetill ledger receipt 0f3c… --json > r.json  with its proof, for `ledger verify`",
        "facetill ledger receipt 0f3c… --qr",
    ),
    "inclusion": ("facetill ledger prove inclusion 0f3c… > payment.tlog-proof",),
    "consistency": ("facetill ledger prove consistency 120 > grown",),
    "head": ("facetill ledger head > kept.note",),
    "witness": (
        "facetill ledger witness kept.note --dir ~/witness --name witness.example/w1 --key VKEY",
        "facetill ledger witness grown --dir ~/witness --key VKEY",
    ),
    "verify": (
        "facetill ledger verify r.json --key VKEY",
        "facetill ledger verify grown --since kept.note --key shop.vkey",
    ),
    "tiles": ("facetill ledger tiles /srv/www/log",),
    "refund": (
        "facetill ledger refund 0f3c… 2.50 --id return-17",
        "facetill ledger refund 0f3c…                   all of it",
    ),
    "holds": ("facetill ledger holds",),
    "capture": ("facetill ledger capture 0f3c…",),
    "void": ("facetill ledger void 0f3c…",),
    "expire": ("facetill ledger expire",),
    "supply": (
        "facetill ledger supply coffee 48 --id delivery-112",
        "facetill ledger supply coffee -2               two are missing",
    ),
    "limit": (
        "facetill ledger limit 150.00                   for everybody",
        "facetill ledger limit 20.00 --shopper s-1a2b3c4d5e6f7g8h",
    ),
    "close": ("facetill ledger close --id 2027-03-01",),
    "rotate-key": ("facetill ledger rotate-key",),
    "station": ("facetill ledger station kiosk /srv/till2/kiosk.key",),
    "reconcile": ("facetill ledger reconcile bank.xml --days 3",),
    "backup": ("facetill ledger backup book-2027-03-01.gz",),
    "restore": ("facetill ledger restore book-2027-03-01.gz --home /srv/till",),
    "ledger": (
        "facetill bench ledger --quick",
        "facetill bench ledger --folder /srv --database postgresql://till@/facetill",
        "facetill bench ledger --growth 1000000 --plot growth.png",
    ),
}
EXAMPLES: Final = {
    verb: "examples:\n" + "".join(f"  {line}\n" for line in lines) for verb, lines in _TYPED.items()
}
