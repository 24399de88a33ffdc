"""InsightFace's liveness add-on behind the port, as far as it goes without its weights."""

from __future__ import annotations

import hashlib

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from models import passive_addon
from models.errors import BadModelFileError
from models.faces import Face

FIVE = np.float32([[120, 120], [200, 120], [160, 160], [130, 200], [190, 200]])
FACE = Face(np.float32([90, 70, 230, 240]), 0.9, FIVE)


def write_graph(path):
    """The add-on's inputs and outputs: the mean of the picture as the probability."""
    nodes = [helper.make_node("ReduceMean", ["x"], ["p"], axes=[1, 2, 3], keepdims=0)]
    graph = helper.make_graph(
        nodes,
        "liveness",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3, 80, 80])],
        [helper.make_tensor_value_info("p", TensorProto.FLOAT, ["n"])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.save(model, path)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_folder_without_the_add_on_has_none(tmp_path):
    assert passive_addon.load(tmp_path) is None


def test_a_file_that_was_not_published_is_named_and_never_loaded(tmp_path):
    (tmp_path / passive_addon.FILE).write_bytes(b"something else")
    with pytest.raises(BadModelFileError, match=r"liveness\.onnx"):
        passive_addon.load(tmp_path)


def test_a_graph_of_its_form_scores_on_our_scale(tmp_path, monkeypatch):
    sha256 = write_graph(tmp_path / passive_addon.FILE)
    monkeypatch.setattr(passive_addon, "published_sha256", lambda: sha256)
    network = passive_addon.load(tmp_path)
    assert network.id == f"insightface-liveness-{sha256[:16]}"
    bright = network(np.full((320, 320, 3), 204, np.uint8), FACE)
    dark = network(np.zeros((320, 320, 3), np.uint8), FACE)
    assert bright == pytest.approx(0.4, abs=0.02)
    assert dark == pytest.approx(0, abs=0.02)


def test_a_face_at_the_edge_is_not_scored(tmp_path, monkeypatch):
    sha256 = write_graph(tmp_path / passive_addon.FILE)
    monkeypatch.setattr(passive_addon, "published_sha256", lambda: sha256)
    away = Face(FACE.box - 150, 0.9, FIVE - 130)
    assert passive_addon.load(tmp_path)(np.zeros((320, 320, 3), np.uint8), away) is None


def test_the_scales_meet_at_both_thresholds():
    assert passive_addon.to_our_scale(0.8) == pytest.approx(0.4)
    assert passive_addon.to_our_scale(1.0) == pytest.approx(1.0)
    assert passive_addon.to_our_scale(0.0) == 0
