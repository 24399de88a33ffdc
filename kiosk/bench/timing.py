"""Times several ways of doing one thing in turns: a busy machine is then busy for all of them."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING, TypeVar

ROUNDS_MIN = 3
REST_STEP_S = 0.005
REST_STEPS = 4  # as many in a row without work count as rest
REST_CPU_SHARE = 0.1
REST_SECONDS_MAX = 0.5
Input = TypeVar("Input")

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


def at_rest() -> None:
    """Wait until no thread of this process works any more, or for half a second.

    ONNX Runtime's threads, as they come, spin for more than a tenth of a second after a network has
    run: whoever is timed next would share the cores with the one before.
    """
    until_s, still = time.perf_counter() + REST_SECONDS_MAX, 0
    while still < REST_STEPS and time.perf_counter() < until_s:
        worked_s = time.process_time()
        time.sleep(REST_STEP_S)
        worked_s = time.process_time() - worked_s
        still = still + 1 if worked_s < REST_CPU_SHARE * REST_STEP_S else 0


def in_turns(
    ways: Mapping[str, Callable[[Input], object]],
    inputs: Sequence[Input],
    rounds: int,
    seconds_max: float,
    before_each: Callable[[], object] = lambda: None,
    *,
    warm: bool = False,
) -> dict[str, list[float]]:
    """Run each way once a round, on the same input.

    Args:
        ways: by name.
        inputs: taken in order, again and again.
        rounds: how many at the most.
        seconds_max: no round is begun after this, but for the first `ROUNDS_MIN`.
        before_each: called before each way, untimed; `at_rest` for ways with threads of their own.
        warm: whether each way takes the input before, untimed, and then its own: it finds its
            weights in the caches, as what sees frame after frame does, and not the peers'.

    Returns:
        Milliseconds of each round, by name of the way.
    """
    times_ms: dict[str, list[float]] = {name: [] for name in ways}
    for way in ways.values():  # what is allocated at the first call is not what is measured
        way(inputs[0])
    began_s = time.perf_counter()
    for number in range(rounds):
        if number >= ROUNDS_MIN and time.perf_counter() - began_s > seconds_max:
            break
        for name, way in ways.items():
            before_each()
            if warm:
                way(inputs[(number - 1) % len(inputs)])
            started_s = time.perf_counter()
            way(inputs[number % len(inputs)])
            times_ms[name].append((time.perf_counter() - started_s) * 1_000)
    return times_ms


def percentile(values: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile; of one value, that value."""
    ordered = sorted(values)
    rank = min(len(ordered) - 1, max(0, -(-int(len(ordered) * percent) // 100) - 1))
    return ordered[rank]


def ratio(times_ms: Mapping[str, Sequence[float]], peer: str, own: str) -> float:
    """How many times faster `own` is than `peer`: the median of the rounds' own ratios.

    Both ran one after the other in each round, so that what slowed the one slowed the other.
    """
    pairs = zip(times_ms[peer], times_ms[own], strict=True)
    return statistics.median(theirs / max(ours, 1e-9) for theirs, ours in pairs)
