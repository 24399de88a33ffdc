"""Whether a living person stands before the camera: evidence from frames, and a verdict."""

from kiosk.liveness.rules import LivenessRules
from kiosk.liveness.session import (
    CHALLENGES,
    FEATURES,
    TURNS,
    LiveFace,
    LivenessSession,
    Observation,
)

__all__ = [
    "CHALLENGES",
    "FEATURES",
    "TURNS",
    "LiveFace",
    "LivenessRules",
    "LivenessSession",
    "Observation",
]
