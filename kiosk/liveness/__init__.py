"""Whether a living person stands before the camera: evidence from frames, and a verdict."""

from kiosk.liveness.challenges import CHALLENGES, DISTANCES, FEATURES, TURNS
from kiosk.liveness.observation import Observation
from kiosk.liveness.rules import LivenessRules
from kiosk.liveness.session import LiveFace, LivenessSession

__all__ = [
    "CHALLENGES",
    "DISTANCES",
    "FEATURES",
    "TURNS",
    "LiveFace",
    "LivenessRules",
    "LivenessSession",
    "Observation",
]
