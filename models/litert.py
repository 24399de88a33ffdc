"""Runs a TensorFlow Lite graph as it was published, one thread, without a word on the console."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from models.errors import BadModelFileError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray


@contextlib.contextmanager
def silenced() -> Iterator[None]:
    """Keep what a native library prints on file descriptor 2 from the user's terminal."""
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


class Network:
    """One loaded graph with one input.

    Args:
        path: the .tflite file, already checked.

    Raises:
        BadModelFileError: the runtime cannot load it.
    """

    def __init__(self, path: Path) -> None:
        try:
            with silenced():
                from ai_edge_litert.interpreter import Interpreter

                self._interpreter = Interpreter(model_path=str(path), num_threads=1)
                self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise BadModelFileError(path.name, "cannot be loaded") from error
        self._input = self._interpreter.get_input_details()[0]["index"]
        self._outputs = [output["index"] for output in self._interpreter.get_output_details()]

    def __call__(self, pixels: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """Run the graph once; copies of all outputs, in the graph's order."""
        self._interpreter.set_tensor(self._input, pixels)
        self._interpreter.invoke()
        return [self._interpreter.get_tensor(index) for index in self._outputs]
