"""Turns the published graphs into ones that ONNX Runtime and InsightFace's classes accept.

Two things stand in the way of the carriers' files. Their weights are block-quantised (ONNX
`DequantizeLinear` with `block_size`, opset 21), which ONNX Runtime does not run for these shapes;
and YuNet speaks another dialect than InsightFace's SCRFD decoder. Both are settled once, when the
folder is built: the arithmetic of the weights is done here, in float32, and the detector's outputs
are re-expressed inside the graph. The results are deterministic, so their SHA-256 can be pinned.

YuNet: W. Wu, H. Peng, S. Yu, "YuNet: A Tiny Millisecond-level Face Detector" (2023).
SCRFD: J. Guo et al., "Sample and Computation Redistribution for Efficient Face Detection" (2021).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from models.errors import BadModelFileError

if TYPE_CHECKING:
    from numpy.typing import NDArray

STRIDES = (8, 16, 32)  # pixels; the three pyramid levels of YuNet and of SCRFD
OPSET = 17  # the newest that every operator left in the graphs needs
IR_VERSION = 9
SCRFD_MEAN, SCRFD_STD = 127.5, 128.0  # what InsightFace subtracts and divides by before YuNet


def load_graph(data: bytes, name: str) -> onnx.ModelProto:
    """Read an ONNX file.

    Raises:
        BadModelFileError: it is none.
    """
    try:
        return onnx.load_model_from_string(data)
    except Exception as error:  # protobuf raises its own kinds, by implementation
        raise BadModelFileError(name, "is not an ONNX graph") from error


def _initializers(graph: onnx.GraphProto) -> dict[str, NDArray[np.generic]]:
    return {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}


def _dequantise(
    node: onnx.NodeProto, values: dict[str, NDArray[np.generic]]
) -> NDArray[np.float32]:
    """`DequantizeLinear` by blocks of an axis: y = (x - zero point) * scale of the block."""
    attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    axis, block = attributes.get("axis", 1), attributes.get("block_size", 0)
    quantised, scale, zero = (values[name] for name in node.input)
    if block:
        length = quantised.shape[axis]
        scale = np.repeat(scale, block, axis=axis).take(range(length), axis=axis)
        zero = np.repeat(zero, block, axis=axis).take(range(length), axis=axis)
    difference = quantised.astype(np.float32) - zero.astype(np.float32)
    return np.asarray(difference * scale.astype(np.float32), dtype=np.float32)


def fold_weights(model: onnx.ModelProto) -> onnx.ModelProto:
    """Carry out every operation on constants, and keep one input: the picture.

    Args:
        model: a graph whose weights pass through `DequantizeLinear` and perhaps `Reshape`.

    Returns:
        The same function of the same picture, with float32 initialisers.
    """
    graph = model.graph
    values = _initializers(graph)
    kept: list[onnx.NodeProto] = []
    for node in graph.node:
        constant = all(name in values for name in node.input)
        if node.op_type == "DequantizeLinear" and constant:
            values[node.output[0]] = _dequantise(node, values)
        elif node.op_type == "Reshape" and constant:
            data, shape = (values[name] for name in node.input)
            values[node.output[0]] = data.reshape(shape.astype(int))
        elif node.op_type == "Dropout":  # the identity at inference
            for user in graph.node:
                for index, name in enumerate(user.input):
                    if name == node.output[0]:
                        user.input[index] = node.input[0]
        else:
            kept.append(node)
    used = {name for node in kept for name in node.input}
    picture = [value for value in graph.input if value.name in used - values.keys()]
    initializers = [
        numpy_helper.from_array(np.ascontiguousarray(values[name]), name)
        for name in sorted(used & values.keys())
    ]
    kept = [n for n in kept if n.op_type != "Constant" or n.output[0] in used]
    folded = helper.make_graph(kept, graph.name, picture, list(graph.output), initializers)
    return model_of(folded)


def model_of(graph: onnx.GraphProto) -> onnx.ModelProto:
    """A checked model of a graph, in the versions that everything built here has."""
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="facetill"
    )
    model.ir_version = IR_VERSION
    onnx.checker.check_model(model)
    return model


def _constant(name: str, values: NDArray[np.generic]) -> onnx.TensorProto:
    return numpy_helper.from_array(values, name)


def _level(stride: int) -> tuple[list[onnx.NodeProto], tuple[str, str, str]]:
    """Nodes that re-express one pyramid level, and the names of its score, box and points."""
    s = str(stride)
    name = {part: f"{part}_{s}" for part in ("cls", "obj", "bbox", "kps")}
    score, box, points = f"score_{s}", f"distance_{s}", f"points_{s}"
    nodes = [
        helper.make_node("Clip", [name["cls"], "zero", "one"], [f"cls_clip_{s}"]),
        helper.make_node("Clip", [name["obj"], "zero", "one"], [f"obj_clip_{s}"]),
        helper.make_node("Mul", [f"cls_clip_{s}", f"obj_clip_{s}"], [f"joint_{s}"]),
        helper.make_node("Sqrt", [f"joint_{s}"], [f"single_score_{s}"]),
        # YuNet gives (dx, dy, log w, log h) in cells; SCRFD wants left, top, right, bottom
        helper.make_node("Split", [name["bbox"], "two_two"], [f"centre_{s}", f"log_{s}"], axis=2),
        helper.make_node("Exp", [f"log_{s}"], [f"size_{s}"]),
        helper.make_node("Mul", [f"size_{s}", "half"], [f"half_size_{s}"]),
        helper.make_node("Sub", [f"half_size_{s}", f"centre_{s}"], [f"left_top_{s}"]),
        helper.make_node("Add", [f"half_size_{s}", f"centre_{s}"], [f"right_bottom_{s}"]),
        helper.make_node(
            "Concat", [f"left_top_{s}", f"right_bottom_{s}"], [f"single_distance_{s}"], axis=2
        ),
    ]
    singles = {score: (f"single_score_{s}", 1), box: (f"single_distance_{s}", 4)}
    singles[points] = (name["kps"], 10)
    for output, (single, width) in singles.items():
        # (1, n, w) → (1, n, 2, w) → (2n, w): each anchor given twice; suppression drops the twin
        nodes += [
            helper.make_node("Unsqueeze", [single, "axis_two"], [f"{output}_one"]),
            helper.make_node(
                "Concat",
                [f"{output}_one", f"{output}_one"],
                [f"{output}_two"],
                axis=2,
            ),
            helper.make_node("Reshape", [f"{output}_two", f"rows_{width}"], [output]),
        ]
    return nodes, (score, box, points)


def _feed_scrfd_pixels(graph: onnx.GraphProto) -> None:
    """Undo SCRFD's normalisation and channel order in front of the first convolution.

    InsightFace hands over (RGB - 127.5) / 128. The scale and the order go into the convolution's
    weights; the offset cannot, because padding would differ at the border, so it is added back.
    """
    first = next(node for node in graph.node if node.op_type == "Conv")
    weight = next(tensor for tensor in graph.initializer if tensor.name == first.input[1])
    swapped = numpy_helper.to_array(weight)[:, ::-1] * np.float32(SCRFD_STD)
    weight.CopyFrom(_constant(weight.name, np.ascontiguousarray(swapped, dtype=np.float32)))
    picture = first.input[0]
    graph.initializer.append(
        _constant("offset", np.full((1, 1, 1, 1), SCRFD_MEAN / SCRFD_STD, np.float32))
    )
    add = helper.make_node("Add", [picture, "offset"], ["pixels"])
    first.input[0] = "pixels"
    graph.node.insert(0, add)


def _free_the_size(graph: onnx.GraphProto) -> None:
    """Let height and width vary: the fixed reshapes become "as many rows as there are"."""
    for axis, free in ((2, "height"), (3, "width")):
        graph.input[0].type.tensor_type.shape.dim[axis].dim_param = free
    shapes = {node.input[1] for node in graph.node if node.op_type == "Reshape"}
    for tensor in graph.initializer:
        if tensor.name in shapes:
            shape = numpy_helper.to_array(tensor).copy()
            shape[1] = -1
            tensor.CopyFrom(_constant(tensor.name, shape))


def build_detector(data: bytes, name: str = "YuNet") -> bytes:
    """Make InsightFace's SCRFD able to run YuNet.

    Args:
        data: the published ONNX file, block-quantised, input (1, 3, 640, 640) BGR 0..255.
        name: what to call the file in an error.

    Returns:
        An ONNX file with input (1, 3, H, W), RGB normalised as SCRFD does it, H and W multiples of
        32, and nine outputs: scores (2n, 1), distances (2n, 4) and points (2n, 10) in strides.
    """
    folded = fold_weights(load_graph(data, name)).graph
    _free_the_size(folded)
    _feed_scrfd_pixels(folded)
    nodes, outputs = list(folded.node), []
    for stride in STRIDES:
        level, names = _level(stride)
        nodes += level
        outputs.append(names)
    constants = [
        _constant("zero", np.array(0, np.float32)),
        _constant("one", np.array(1, np.float32)),
        _constant("half", np.array(0.5, np.float32)),
        _constant("two_two", np.array([2, 2], np.int64)),
        _constant("axis_two", np.array([2], np.int64)),
        *(_constant(f"rows_{width}", np.array([-1, width], np.int64)) for width in (1, 4, 10)),
    ]
    described = [
        helper.make_tensor_value_info(level[part], TensorProto.FLOAT, [None, width])
        for part, width in enumerate((1, 4, 10))
        for level in outputs
    ]
    graph = helper.make_graph(
        nodes, "yunet_scrfd", list(folded.input), described, [*folded.initializer, *constants]
    )
    return bytes(model_of(graph).SerializeToString(deterministic=True))


def build_recogniser(data: bytes, name: str = "SFace") -> bytes:
    """Make SFace run in ONNX Runtime, and in InsightFace's ArcFaceONNX.

    Args:
        data: the published ONNX file, block-quantised, input (1, 3, 112, 112) RGB 0..255.
        name: what to call the file in an error.

    Returns:
        An ONNX file of the same function, float32, whose only input is the aligned picture.
    """
    return bytes(fold_weights(load_graph(data, name)).SerializeToString(deterministic=True))
