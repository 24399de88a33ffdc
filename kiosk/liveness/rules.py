"""Every threshold and time limit of liveness, as data: part of the till's policy and its digest."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LivenessRules:
    """What a face must show, and within which times; times in milliseconds.

    Attributes:
        challenges: movements asked for where passive anti-spoofing is installed.
        challenges_without_passive: the same where it is not.
        challenge_ms: for one movement, from the moment it is asked.
        session_ms: for the whole face check.
        obstacle_ms: how long something may be in the way (no face, two, dark) before it is refused.
        gap_ms: how long the face or the picture may be away once the check has begun.
        wrong_actions_max: movements other than the asked one that are forgiven.
        eyes_open_min: eye openness from which eyes count as open.
        eyes_closed_max: up to which they count as closed; on real video eyes are 0.3 to 0.4 open
            and below 0.15 closed.
        turned_min: turn from which a head counts as turned; clear turns reach 0.3 to 0.9, while a
            picture tilted by hand stays within 0.19.
        ahead_max: up to which it counts as looking ahead.
        mouth_open_min: mouth openness from which a mouth counts as open.
        mouth_rise_min: by how much it must have opened since it was asked.
        settled_frames: frames in a row that look ahead before anything is asked.
        identical_frames_max: frames in a row that may be the very same picture; a camera's noise
            makes no two frames alike.
        same_face_min: cosine of two embeddings from which they may be one person's; SFace's
            published one.
        track_jump_max: how far the face may move from frame to frame, in its widths.
        track_growth_max: by which factor it may grow or shrink from frame to frame.
        embed_every_frames: how often a face is compared with itself while it moves.
        passive_samples_min: passive scores that a verdict needs.
        passive_median_min: what their median must reach, 0..1.
    """

    challenges: int = 2
    challenges_without_passive: int = 3
    challenge_ms: int = 8_000
    session_ms: int = 45_000
    obstacle_ms: int = 6_000
    gap_ms: int = 1_500
    wrong_actions_max: int = 1
    eyes_open_min: float = 0.20
    eyes_closed_max: float = 0.15
    turned_min: float = 0.27
    ahead_max: float = 0.17
    mouth_open_min: float = 0.35
    mouth_rise_min: float = 0.15
    settled_frames: int = 6
    identical_frames_max: int = 12
    same_face_min: float = 0.363
    track_jump_max: float = 0.7
    track_growth_max: float = 1.6
    embed_every_frames: int = 12
    passive_samples_min: int = 5
    passive_median_min: float = 0.4

    def challenges_for(self, *, passive: bool) -> int:
        """How many movements are asked for."""
        return self.challenges if passive else self.challenges_without_passive
