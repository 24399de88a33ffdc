"""Rewrites YuNet's heads: four pairs of convolutions on each pyramid level become one pair.

As published, each level has four heads (class, object, box, points), and each is a 1x1 convolution
of the same 64 channels followed by a depthwise 3x3 one. Together they have 1 + 1 + 4 + 10 = 16
channels, which are two whole blocks of ONNX Runtime's blocked layout (NCHWc), where 1, 1, 4 and 10
had been four half-empty ones. What followed them (sigmoids, exponentials, reshapes and copies of
every cell) is left to `models.detector`, which does it for the few cells that scored. The picture
goes in as it is, BGR from 0 to 255: InsightFace's normalisation, which the other file undoes again,
is not in this one. Nothing is approximated; no weight changes but by a factor of 128, which is
exact, so the bytes are the same on every machine and their SHA-256 can be pinned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from models.errors import BadModelFileError
from models.graph import SCRFD_STD, STRIDES, load_graph, model_of

if TYPE_CHECKING:
    import onnx
    from numpy.typing import NDArray

PARTS = ("cls", "obj", "bbox", "kps")  # in the order of the channels
CHANNELS = 16


def output_name(stride: int) -> str:
    """What the rewritten graph calls a pyramid level."""
    return f"level_{stride}"


def _ancestor(node: onnx.NodeProto, makers: dict[str, onnx.NodeProto]) -> onnx.NodeProto:
    """The convolution that a head's output comes from, by way of reshapes and sigmoids."""
    while node.op_type != "Conv":
        node = makers[node.input[0]]
    return node


def build_lean_detector(data: bytes, name: str = "YuNet") -> bytes:
    """Write YuNet anew, with one head for each level.

    Args:
        data: what `models.graph.build_detector` gives.
        name: what to call the file in an error.

    Returns:
        An ONNX file with input (1, 3, H, W), BGR 0..255, H and W multiples of 32, and an output
        (1, 16, H/stride, W/stride) for each stride: the class's and the object's logit; the box's
        centre (x, y) from the cell's corner, in cells, and the logarithms of its width and height
        in cells; five points (x, y) from the cell's corner, in cells.

    Raises:
        BadModelFileError: the graph is not YuNet.
    """
    graph = load_graph(data, name).graph
    makers = {output: node for node in graph.node for output in node.output}
    values = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    try:
        nodes, weights = _rewritten(graph, makers, values)
    except (KeyError, IndexError, ValueError, StopIteration) as error:
        raise BadModelFileError(name, "is not the graph of YuNet") from error
    picture = helper.make_tensor_value_info(
        graph.input[0].name, TensorProto.FLOAT, [1, 3, "height", "width"]
    )
    described = [
        helper.make_tensor_value_info(output_name(s), TensorProto.FLOAT, [1, CHANNELS, None, None])
        for s in STRIDES
    ]
    constants = [
        numpy_helper.from_array(np.ascontiguousarray(weights[key]), key) for key in sorted(weights)
    ]
    lean = helper.make_graph(nodes, "yunet_lean", [picture], described, constants)
    return bytes(model_of(lean).SerializeToString(deterministic=True))


def _rewritten(
    graph: onnx.GraphProto,
    makers: dict[str, onnx.NodeProto],
    values: dict[str, NDArray[Any]],
) -> tuple[list[onnx.NodeProto], dict[str, NDArray[Any]]]:
    """The body as it is, without the normalisation in front, and the joint heads behind it."""
    heads: list[onnx.NodeProto] = []
    weights: dict[str, NDArray[Any]] = {}
    for stride in STRIDES:
        spread = [_ancestor(makers[f"{part}_{stride}"], makers) for part in PARTS]
        mixed = [makers[node.input[0]] for node in spread]
        if len({node.input[0] for node in mixed}) != 1:
            raise ValueError("the heads of a level do not read the same channels")
        level = output_name(stride)
        for pair, kind in ((mixed, "mixed"), (spread, "spread")):
            for index, letter in ((1, "w"), (2, "b")):
                joint = np.concatenate([values[node.input[index]] for node in pair])
                weights[f"{level}_{kind}_{letter}"] = joint
        inputs = [mixed[0].input[0], f"{level}_mixed_w", f"{level}_mixed_b"]
        heads.append(helper.make_node("Conv", inputs, [f"{level}_mixed"], kernel_shape=[1, 1]))
        inputs = [f"{level}_mixed", f"{level}_spread_w", f"{level}_spread_b"]
        heads.append(
            helper.make_node(
                "Conv", inputs, [level], kernel_shape=[3, 3], pads=[1, 1, 1, 1], group=CHANNELS
            )
        )
    needed: set[str] = set()
    waiting = [node.input[0] for node in heads if node.input[0] in makers]
    while waiting:
        output = waiting.pop()
        if output in makers and output not in needed:
            needed.add(output)
            waiting += makers[output].input
    offset = graph.node[0]  # InsightFace's normalisation, undone: the picture needs neither
    body = [node for node in graph.node if needed & set(node.output) and node is not offset]
    first = next(node for node in body if node.op_type == "Conv")
    if offset.op_type != "Add" or first.input[0] != offset.output[0]:
        raise ValueError("the graph does not begin with InsightFace's offset")
    first.input[0] = graph.input[0].name
    for node in body:
        weights |= {key: values[key] for key in node.input if key in values}
    plain = values[first.input[1]][:, ::-1] / np.float32(SCRFD_STD)
    weights[first.input[1]] = plain
    return [*body, *heads], weights
