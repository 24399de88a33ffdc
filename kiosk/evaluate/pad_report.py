"""The words and the JSON of `facetill evaluate pad`: rates with bounds, no score of anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.evaluate import pad
from kiosk.evaluate.attempts import PASSED
from kiosk.evaluate.metrics import in_words, plain
from kiosk.evaluate.presentations import GENUINE

if TYPE_CHECKING:
    from kiosk.evaluate.metrics import Rate
    from kiosk.evaluate.pad import Verdicts


def _plain_all(rates: dict[str, Rate | None]) -> dict[str, object]:
    return {kind: plain(rate) for kind, rate in rates.items()}


def _estimates(rates: dict[str, Rate | None]) -> dict[str, float | None]:
    return {kind: None if rate is None else rate.estimate for kind, rate in rates.items()}


def to_json(done: Verdicts) -> dict[str, object]:
    """Plain values; of files, only the names of those that went wrong."""
    apcer, bpcer, highest = done.apcer, done.bpcer, pad.worst(done.apcer)
    draws = [one for one in done.attempts if not one.fault]
    return {
        "apcer": _estimates(apcer),
        "bpcer": None if bpcer is None else bpcer.estimate,
        "apcer_max": None if highest is None else highest[1].estimate,
        "apcer_max_type": None if highest is None else highest[0],
        "presentations": {kind: len(done.of(kind)) for kind in (GENUINE, *done.types)},
        "session": {
            "apcer": _plain_all(apcer),
            "bpcer": plain(bpcer),
            "apnrr": _plain_all(done.apnrr),
            "bpnrr": plain(done.bpnrr),
            "outcomes": {kind: done.outcomes(kind) for kind in (GENUINE, *done.types)},
            "draws": max((one.draws for one in draws), default=0),
            "passed_draws": {
                kind: sum(one.passes for one in done.of(kind)) for kind in (GENUINE, *done.types)
            },
            "genuine_pictures_left_out": len(done.of(GENUINE)) - len(done.acting),
        },
        "passive": {
            "installed": done.passive_installed,
            "threshold": done.passive_min,
            "apcer": _plain_all(done.passive_apcer(done.passive_min)),
            "bpcer": plain(done.passive_bpcer(done.passive_min)),
            "without_score": {
                kind: sum(one.passive is None for one in done.of(kind))
                for kind in (GENUINE, *done.types)
            },
        },
        "attacks_passed": [
            one.presentation.name
            for kind in done.types
            for one in done.of(kind)
            if one.outcome == PASSED
        ],
        "genuine_refused": [
            {"file": one.presentation.name, "reason": one.outcome}
            for one in done.acting
            if one.outcome != PASSED
        ],
        "unreadable": [
            {"file": one.presentation.name, "reason": one.fault} for one in done.unreadable
        ],
        "duration_s": round(done.seconds, 3),
        "says": pad.CLAIM if done.passive_installed else f"{pad.NO_PASSIVE} {pad.CLAIM}",
    }


def to_text(done: Verdicts) -> str:
    """The report for a terminal."""
    lines = ["whole sessions, as the till decides:"]
    lines += _level(done.apcer, done.bpcer)
    lines += [f"  {'APNRR ' + kind:<24}{in_words(rate)}" for kind, rate in done.apnrr.items()]
    lines.append(f"  {'BPNRR':<24}{in_words(done.bpnrr)}")
    for kind in (GENUINE, *done.types):
        ended = ", ".join(f"{why} {count}" for why, count in done.outcomes(kind).items())
        lines.append(f"  ended {kind}: {ended or 'none could act'}")
    if left := len(done.of(GENUINE)) - len(done.acting):
        lines.append(f"  {left} genuine pictures cannot act: judged by the passive networks only")
    lines.append("")
    if done.passive_installed:
        lines.append(f"passive networks alone, at {done.passive_min:g}:")
        least = done.passive_min
        lines += _level(done.passive_apcer(least), done.passive_bpcer(least))
    else:
        lines.append(pad.NO_PASSIVE)
    lines.append("")
    lines += [f"not read: {one.presentation.name}: {one.fault}" for one in done.unreadable]
    lines += [
        "Bounds are 95 %: Clopper-Pearson, or the rule of three where nothing was counted.",
        pad.CLAIM,
        f"{done.seconds:.1f} s",
    ]
    return "\n".join(lines)


def _level(apcer: dict[str, Rate | None], bpcer: Rate | None) -> list[str]:
    lines = [f"  {'APCER ' + kind:<24}{in_words(rate)}" for kind, rate in apcer.items()]
    highest = pad.worst(apcer)
    if highest is not None:
        lines.append(f"  {'highest APCER':<24}{highest[0]}: {in_words(highest[1])}")
    return [*lines, f"  {'BPCER':<24}{in_words(bpcer)}"]
