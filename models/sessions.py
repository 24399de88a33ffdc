"""How ONNX Runtime runs here: few threads, and none that spins once a network has run."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from models.errors import BadModelFileError

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from onnxruntime import InferenceSession

THREADS_MAX = 2
# Between two operators of a network a thread that waits for its next piece sleeps and is woken at
# a cost of its own; one that spins for so long finds it there. Past the network's end none spins.
SPIN_US = 100


def session_options(threads: int = 1) -> Any:  # noqa: ANN401 - onnxruntime publishes no types
    """Options of a session.

    Args:
        threads: how many may work on one operator; never more than the machine has cores.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    spins = {"allow_spinning": "1", "spin_duration_us": str(SPIN_US)}
    for name, value in spins.items():
        options.add_session_config_entry(f"session.intra_op.{name}", value)
    # by itself it would burn for a tenth of a second the core that the window needs
    options.add_session_config_entry("session.force_spinning_stop", "1")
    options.intra_op_num_threads = max(1, min(threads, THREADS_MAX, os.cpu_count() or 1))
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return options


def open_session(path: Path, threads: int = 1) -> InferenceSession:
    """Load a graph that was checked before.

    Args:
        path: an ONNX file.
        threads: as for `session_options`.

    Raises:
        BadModelFileError: the runtime cannot load it.
    """
    import onnxruntime

    try:
        return onnxruntime.InferenceSession(
            str(path), sess_options=session_options(threads), providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # onnxruntime raises kinds of its own
        raise BadModelFileError(path.name, "cannot be loaded") from error
