"""Inner products of one vector with very many, at the speed of the memory: 8-bit integers.

A search by brute force is bound by how fast the memory gives its rows. In 8-bit integers they are a
quarter of float32, and ONNX Runtime has kernels that keep up with it and scale the products while
they are in the cache. The rows lie in blocks of fixed size, so that adding some never moves others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from models.sessions import THREADS_MAX, session_options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from onnx import ValueInfoProto
    from onnxruntime import InferenceSession

BLOCK_ROWS: Final = 65_536
PEAK_ROWS: Final = 64  # neighbours whose highest result is told as well
# Two products of a byte and a signed byte are added in 16 bits on processors without VNNI, and
# 2 x 127 x 127 is the most that fits.
QUERY_MAX: Final = 127


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Some rows, written in place by their owner.

    Attributes:
        rows: int8 (dimensions, BLOCK_ROWS); a row is a column of it.
        scales: float32 (1, BLOCK_ROWS), by which each row's product is multiplied.
        offsets: float32 (1, BLOCK_ROWS), added after that.
    """

    rows: NDArray[np.int8]
    scales: NDArray[np.float32]
    offsets: NDArray[np.float32]


class Scan:
    """Blocks of rows of signed bytes, and their products with a query.

    Args:
        dimensions: of a row.
    """

    def __init__(self, dimensions: int) -> None:
        self._session = _session(dimensions)
        self._dimensions = dimensions
        self.blocks: list[Block] = []

    def add_block(self) -> Block:
        """A new block, of rows whose result is minus infinity."""
        self.blocks.append(
            Block(
                np.zeros((self._dimensions, BLOCK_ROWS), np.int8),
                np.zeros((1, BLOCK_ROWS), np.float32),
                np.full((1, BLOCK_ROWS), -np.inf, np.float32),
            )
        )
        return self.blocks[-1]

    def results(
        self, query: NDArray[np.uint8]
    ) -> Iterator[tuple[NDArray[np.float32], NDArray[np.float32]]]:
        """Inner product times scale plus offset, for every row.

        Args:
            query: uint8 (dimensions,), each at most QUERY_MAX.

        Yields:
            For each block float32 (BLOCK_ROWS,), and the highest of each PEAK_ROWS of them.
        """
        if int(query.max(initial=0)) > QUERY_MAX:
            raise ValueError("a query's components are at most 127")
        for block in self.blocks:
            words = {"rows": block.rows, "scales": block.scales, "offsets": block.offsets}
            results, peaks = self._session.run(None, {"query": query[None], **words})
            yield results[0], peaks[0]


def _session(dimensions: int) -> InferenceSession:
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    def value(name: str, kind: int, *shape: int) -> ValueInfoProto:
        return helper.make_tensor_value_info(name, kind, shape)

    groups = np.array([1, BLOCK_ROWS // PEAK_ROWS, PEAK_ROWS], np.int64)
    graph = helper.make_graph(
        [
            helper.make_node("MatMulInteger", ["query", "rows"], ["products"]),
            helper.make_node("Cast", ["products"], ["real"], to=TensorProto.FLOAT),
            helper.make_node("Mul", ["real", "scales"], ["scaled"]),
            helper.make_node("Add", ["scaled", "offsets"], ["results"]),
            helper.make_node("Reshape", ["results", "groups"], ["grouped"]),
            helper.make_node("ReduceMax", ["grouped"], ["peaks"], axes=[2], keepdims=0),
        ],
        "scan",
        [
            value("query", TensorProto.UINT8, 1, dimensions),
            value("rows", TensorProto.INT8, dimensions, BLOCK_ROWS),
            value("scales", TensorProto.FLOAT, 1, BLOCK_ROWS),
            value("offsets", TensorProto.FLOAT, 1, BLOCK_ROWS),
        ],
        [
            value("results", TensorProto.FLOAT, 1, BLOCK_ROWS),
            value("peaks", TensorProto.FLOAT, 1, BLOCK_ROWS // PEAK_ROWS),
        ],
        [numpy_helper.from_array(groups, "groups")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 9
    return onnxruntime.InferenceSession(
        model.SerializeToString(),
        sess_options=session_options(THREADS_MAX),
        providers=["CPUExecutionProvider"],
    )
